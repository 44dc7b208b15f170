"""What must hold at every record of a hall's journal, beyond what `apply` itself refuses: numbers
without a gap or a repeat, one ticket at a window, no request carried out twice."""

from __future__ import annotations

from collections.abc import Iterator

from queue_server.domain.numbers import NumberBook, NumberFault
from queue_server.domain.vocabulary import AT_A_WINDOW
from queue_server.journal.port import TicketRow
from queue_server.ledgers.replay import DoesNotFit, Step

_AT_A_WINDOW = frozenset(status.value for status in AT_A_WINDOW)


class Checks:
    """Looks at one hall's steps in order. Memory: one day, and earlier days' numbers that are
    still out."""

    def __init__(self) -> None:
        self._day = ""
        self._numbers = NumberBook()
        self._at: dict[str, str] = {}  # window → ticket
        self._where: dict[str, str] = {}  # ticket → window
        self.days = 0

    def look(self, step: Step) -> None:
        """Raises DoesNotFit."""
        if step.day != self._day:
            self._begin(step)
        self._number(step)
        for row in step.rows:
            self._window(step, row)

    def _begin(self, step: Step) -> None:
        if step.day < self._day:
            raise DoesNotFit(step.seq, "day_goes_back", f"{step.day} comes after {self._day}")
        if self._at:
            held = ", ".join(sorted(self._at.values()))
            raise DoesNotFit(step.seq, "day_not_closed", f"{held} stood at a window overnight")
        self._day = step.day
        self._numbers.forget_before(step.day)
        self.days += 1

    def _number(self, step: Step) -> None:
        try:
            self._numbers.take(step.event, step.day)
        except NumberFault as fault:
            raise DoesNotFit(step.seq, fault.code, str(fault)) from fault

    def _window(self, step: Step, row: TicketRow) -> None:
        window = row.window if row.status in _AT_A_WINDOW else None
        was = self._where.pop(row.id, None)
        if was is not None:
            del self._at[was]
        if window is None:
            return
        if window in self._at:
            raise DoesNotFit(
                step.seq,
                "window_taken",
                f"{row.number} came to window {window}, where ticket {self._at[window]} is",
            )
        self._at[window], self._where[row.id] = row.id, window


def checked(steps: Iterator[Step], checks: Checks) -> Iterator[Step]:
    for step in steps:
        checks.look(step)
        yield step
