"""What happened on a hall's days, as far as waits depend on it: read off its events, in order.

Every observation carries the instant at which it became known, so that a model of some instant can
leave out what came later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from typing import NamedTuple

from queue_server.domain import events as e
from queue_server.domain.calendar import instant
from queue_server.domain.rules import HallRules
from queue_server.domain.vocabulary import WindowState
from queue_server.simulation.model import Came

MIDNIGHT = time(0)


class Served(NamedTuple):
    """A window was kept by one person from the call on. to: where they were sent, None: nowhere,
    "": put aside."""

    at_ms: int
    service: str
    matter: str | None
    clerk: str
    kept_s: float
    missed: bool
    to: str | None


class Gap(NamedTuple):
    """Between two people at a window while somebody waited, or until an idle clerk called."""

    at_ms: int
    gap_s: float


class Back(NamedTuple):
    """Somebody came back to the line; away_s None: they had not by the end of the day."""

    at_ms: int
    parked: bool
    away_s: float | None


class Walked(NamedTuple):
    """arrived_ms: earlier than at_ms for a number that was drawn offline."""

    at_ms: int
    arrived_ms: int
    what: Came
    booked: bool


class Changed(NamedTuple):
    """alone: nobody waited for the window then."""

    at_ms: int
    window: str
    state: WindowState
    alone: bool = False


class Kept(NamedTuple):
    """A promise and what came of it. at_ms: of the call; issued_ms: of the promise."""

    ticket: str
    at_ms: int
    issued_ms: int
    service: str
    priority_class: str
    p50_s: int
    p90_s: int
    widened_pct: int
    shifted_pct: int
    waited_s: float

    @property
    def in_time(self) -> bool:
        return self.waited_s <= self.p90_s


@dataclass
class Day:
    """starts_ms: the local midnight of its date."""

    day: str
    starts_ms: int
    served: list[Served] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    back: list[Back] = field(default_factory=list)
    walked: list[Walked] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


@dataclass(slots=True)
class _Ticket:
    service: str
    matter: str | None
    priority_class: str
    then: tuple[str, ...]
    issued_ms: int
    in_line_ms: int
    promise: tuple[int, int, int, int] | None
    called_ms: int = 0
    window: str | None = None
    away_ms: int | None = None
    parked: bool = False
    in_line: bool = True


@dataclass(slots=True)
class _Window:
    free_ms: int
    clerk: str = ""


# A gap that is longer was no gap: nobody was at the window, whatever it said.
GAP_AT_MOST_S = 900.0


class History:
    """Takes a hall's events one by one."""

    def __init__(self) -> None:
        self.rules: HallRules | None = None
        self.days: dict[str, Day] = {}
        self.day: Day | None = None
        self._tickets: dict[str, _Ticket] = {}
        self._windows: dict[str, _Window] = defaultdict(lambda: _Window(0))

    def take(self, event: e.Event, at_ms: int) -> None:
        if isinstance(event, e.HallConfigured):
            self.rules = HallRules.from_data(event.rules)
        elif isinstance(event, e.DayOpened):
            self._open_day(event.day, at_ms)
        elif self.day is not None:
            self._of_window(event, self.day, at_ms)
            self._of_ticket(event, self.day, at_ms)

    def forget_before(self, days: int) -> None:
        """Keeps so many of the newest days."""
        for day in sorted(self.days)[:-days]:
            del self.days[day]

    def _open_day(self, day: str, at_ms: int) -> None:
        if self.rules is None:
            return
        self._leave_over(at_ms)
        starts_ms = instant(self.rules.calendar, date.fromisoformat(day), MIDNIGHT)
        self.day = self.days.setdefault(day, Day(day, starts_ms))
        self._tickets.clear()
        self._windows.clear()
        state = WindowState.OPEN if self.rules.windows_start_open else WindowState.CLOSED
        for window in self.rules.windows:
            self._windows[window.id] = _Window(at_ms)
            self.day.changed.append(Changed(at_ms, window.id, state))

    def _leave_over(self, at_ms: int) -> None:
        """Whoever was away at the day's end did not come back."""
        for ticket in self._tickets.values():
            if ticket.away_ms is not None and self.day is not None:
                self.day.back.append(Back(at_ms, ticket.parked, None))

    # --- windows ------------------------------------------------------------------------------

    def _of_window(self, event: e.Event, day: Day, at_ms: int) -> None:
        if isinstance(event, e.WindowOpened):
            self._windows[event.window].clerk = event.clerk or ""
            self._window_is(day, event.window, WindowState.OPEN, at_ms)
        elif isinstance(event, e.ClerkSeated):
            self._sits(event)
        elif isinstance(event, e.WindowResumed):
            self._window_is(day, event.window, WindowState.OPEN, at_ms)
        elif isinstance(event, e.WindowPaused):
            self._window_is(day, event.window, WindowState.PAUSED, at_ms)
        elif isinstance(event, e.WindowClosed):
            self._window_is(day, event.window, WindowState.CLOSED, at_ms)

    def _sits(self, event: e.ClerkSeated) -> None:
        for window in self._windows.values():
            if window.clerk == event.clerk:
                window.clerk = ""
        self._windows[event.window].clerk = event.clerk

    def _window_is(self, day: Day, window: str, state: WindowState, at_ms: int) -> None:
        self._windows[window].free_ms = at_ms
        day.changed.append(Changed(at_ms, window, state, self._is_alone(window)))

    def _is_alone(self, window: str) -> bool:
        served = self.rules.reach(window, standing_in=False) if self.rules else None
        waited_for = {t.service for t in self._tickets.values() if t.in_line}
        return served is not None and not waited_for & set(served.services)

    # --- tickets ------------------------------------------------------------------------------

    def _of_ticket(self, event: e.Event, day: Day, at_ms: int) -> None:
        if isinstance(event, e.TicketIssued):
            self._issued(event, day, at_ms)
            return
        ticket = self._tickets.get(getattr(event, "ticket", ""))
        if ticket is None:
            return
        if isinstance(event, e.TicketCalled):
            self._called(event, ticket, day, at_ms)
        elif isinstance(event, e.TicketFinished):
            if not event.flagged:
                self._freed(ticket, day, at_ms, False, None)
                self._next_step(ticket, event.next_service, at_ms)
        elif isinstance(event, e.TicketMissed):
            self._freed(ticket, day, at_ms, True, None)
            ticket.away_ms, ticket.parked = at_ms, False
        elif isinstance(event, e.TicketParked):
            self._freed(ticket, day, at_ms, False, "")
            ticket.away_ms, ticket.parked = at_ms, True
        elif isinstance(event, e.TicketTransferred):
            self._freed(ticket, day, at_ms, False, event.service)
            ticket.service, ticket.matter = event.service, None
            ticket.in_line, ticket.in_line_ms = True, at_ms
        elif isinstance(event, e.TicketRejoined | e.TicketResumed):
            self._came_back(ticket, day, at_ms)
        elif isinstance(event, e.TicketCancelled | e.TicketDeferred | e.TicketExpired):
            # what becomes of these waits is the person's choice, not the hall's
            ticket.promise, ticket.in_line = None, False

    def _issued(self, event: e.TicketIssued, day: Day, at_ms: int) -> None:
        promise = None
        if event.p50_s is not None and event.p90_s is not None and event.lease is None:
            promise = (event.p50_s, event.p90_s, event.widened_pct, event.shifted_pct)
        self._tickets[event.ticket] = _Ticket(
            event.service,
            event.matter,
            event.priority_class,
            event.then,
            at_ms,
            at_ms,
            promise,
        )
        what = Came(event.service, event.matter, event.priority_class, event.then)
        day.walked.append(Walked(at_ms, event.arrived_ms, what, event.appointment is not None))

    def _called(self, event: e.TicketCalled, ticket: _Ticket, day: Day, at_ms: int) -> None:
        window = self._windows[event.window]
        gap_s = (at_ms - max(window.free_ms, ticket.in_line_ms)) / 1000
        if not event.chosen and ticket.away_ms is None and gap_s <= GAP_AT_MOST_S:
            day.gaps.append(Gap(at_ms, gap_s))
        if ticket.away_ms is not None:
            self._came_back(ticket, day, at_ms)
        ticket.called_ms, ticket.window, ticket.in_line = at_ms, event.window, False
        if ticket.promise is not None and not event.chosen:
            waited_s = (at_ms - ticket.issued_ms) / 1000
            day.kept.append(
                Kept(
                    event.ticket,
                    at_ms,
                    ticket.issued_ms,
                    ticket.service,
                    ticket.priority_class,
                    *ticket.promise,
                    waited_s,
                )
            )
        ticket.promise = None

    def _freed(self, ticket: _Ticket, day: Day, at_ms: int, missed: bool, to: str | None) -> None:
        if ticket.window is None:
            return
        window = self._windows[ticket.window]
        kept_s = (at_ms - ticket.called_ms) / 1000
        day.served.append(
            Served(at_ms, ticket.service, ticket.matter, window.clerk, kept_s, missed, to)
        )
        window.free_ms, ticket.window = at_ms, None

    def _next_step(self, ticket: _Ticket, following: str | None, at_ms: int) -> None:
        if following is not None:
            ticket.service, ticket.matter, ticket.in_line_ms = following, None, at_ms
            ticket.in_line = True

    def _came_back(self, ticket: _Ticket, day: Day, at_ms: int) -> None:
        if ticket.away_ms is not None:
            away_s = (at_ms - ticket.away_ms) / 1000
            day.back.append(Back(at_ms, ticket.parked, away_s))
        ticket.away_ms, ticket.in_line_ms, ticket.in_line = None, at_ms, True


def promises(history: History) -> Iterator[Kept]:
    """All that were settled, day by day."""
    for day in sorted(history.days):
        yield from history.days[day].kept
