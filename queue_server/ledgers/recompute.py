"""Recomputes a hall's ledgers from its journal into a scratch, proving every record on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from queue_server.journal.archive_port import BATCH_ROWS, Row, Whole
from queue_server.journal.chain import GENESIS, Record
from queue_server.journal.verification import Anchors, proven
from queue_server.ledgers.checks import Checks, checked
from queue_server.ledgers.replay import Step, steps
from queue_server.ledgers.scratch import Ledger, Scratch

TELL_EVERY = 10_000

# Called with the hall and how many of its records are done.
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Tally:
    """How far the journal was found to be right."""

    records: int = 0
    hash: str = GENESIS
    days: int = 0


def recompute(
    whole: Whole, hall: str, aside: Scratch, tally: Tally, told: Progress, anchors: Anchors
) -> None:
    """Raises BrokenChain or DoesNotFit at the first record that does not fit; `tally` tells what
    was right until then."""
    checks = Checks()
    records = _counted(proven(whole.records(hall), anchors), tally, hall, told)
    gathered = _Gathered(aside)
    for step in checked(steps(hall, records), checks):
        gathered.take(step)
        tally.days = checks.days
    gathered.finish()


def _counted(
    records: Iterator[Record], tally: Tally, hall: str, told: Progress
) -> Iterator[Record]:
    for record in records:
        yield record
        # counted once whoever asked for it has found it right
        tally.records, tally.hash = record.seq, record.hash
        if record.seq % TELL_EVERY == 0:
            told(hall, record.seq)


class _Gathered:
    """Holds what one day changes, so that a row goes to the scratch about once; and what is kept,
    which is little."""

    def __init__(self, aside: Scratch) -> None:
        self._aside = aside
        self._day = ""
        self._tickets: dict[str, Row] = {}
        self._kept: dict[str, int] = {}
        self._answers: list[Row] = []
        self._answering: tuple[str, int, str | None] | None = None

    def take(self, step: Step) -> None:
        if step.day != self._day:
            self._day = step.day
            _empty(self._aside.tickets, self._tickets)
        for row in step.rows:
            self._tickets[row.id] = (*row, step.seq)
        if step.keeps is not None:
            self._kept.pop(step.keeps.key, None)
            if step.keeps.needed:
                self._kept[step.keeps.key] = step.seq
        if self._answering and self._answering[0] != step.request_id:
            self._answered()
        if step.request_id is not None:
            self._answering = (step.request_id, step.seq, step.answer)

    def finish(self) -> None:
        self._answered()
        _empty(self._aside.tickets, self._tickets)
        self._aside.answers.recomputed(self._answers)
        self._aside.kept.recomputed((key, seq, seq) for key, seq in self._kept.items())

    def _answered(self) -> None:
        """The records of one request are over: its answer carries the last one's seq."""
        if self._answering:
            self._answers.append((*self._answering, self._answering[1]))
            self._answering = None
        if len(self._answers) >= BATCH_ROWS:
            self._aside.answers.recomputed(self._answers)
            self._answers.clear()


def _empty(ledger: Ledger, rows: dict[str, Row]) -> None:
    ledger.recomputed(rows.values())
    rows.clear()
