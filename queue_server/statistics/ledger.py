"""The ledger of one business day, folded from its records: every registered step (办理登记), the
promises that were settled, and what became of cases.

What outlives its day is joined by `joined`: a promise stands in the line of the step that made it,
whenever it was settled. Nothing here names a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from queue_server.domain import acceptances as p
from queue_server.domain import cases as k
from queue_server.domain import events as e
from queue_server.domain.leases import OfflineTicketRecorded
from queue_server.journal.chain import Record

PromiseState = Literal["open", "overdue", "kept", "late"]


@dataclass(frozen=True, slots=True)
class Line:
    """One registered step. first_*: who received the person first (首问). state, closed_*,
    late_days (working days): of its promise; None where there was none, or it is open."""

    day: str
    at_ms: int
    ticket: str
    step: int
    number: str
    service: str
    matter: str | None
    window: str
    clerk: str | None
    first_window: str | None
    first_clerk: str | None
    outcome: str
    missing: tuple[str, ...]
    note: str | None
    promised_day: str | None
    state: PromiseState | None = None
    closed_day: str | None = None
    closed_outcome: str | None = None
    closed_note: str | None = None
    late_days: int | None = None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A bad review or a suggestion, as far as it has come. state: as of a promise, for the day by
    which it was to be answered; late_days: working days of the first answer."""

    case: k.Case
    state: PromiseState
    late_days: int | None
    closed_day: str | None


@dataclass(slots=True)
class DayLedger:
    """closed: whether the day is over. cases: (day, event), in their order."""

    day: str
    closed: bool = False
    lines: list[Line] = field(default_factory=list)
    settled: dict[str, p.AcceptanceClosed] = field(default_factory=dict)
    cases: list[tuple[str, k.AboutCase]] = field(default_factory=list)


_READ = frozenset(
    {
        e.TicketIssued.name,
        OfflineTicketRecorded.name,
        e.TicketFinished.name,
        e.DayClosed.name,
        p.AcceptanceClosed.name,
        *(kind.name for kind in (k.CaseOpened, k.CaseTaken, k.CaseAnswered)),
        *(kind.name for kind in (k.CaseCalledBack, k.CaseClosed)),
    }
)


def fold_ledger(day: str, records: Iterable[Record]) -> DayLedger:
    """records: from the day's `day_opened` up to the next one's."""
    told = DayLedger(day)
    issued: dict[str, e.TicketIssued | OfflineTicketRecorded] = {}
    for record in records:
        if record.event not in _READ:
            continue
        match record.to_event():
            case e.TicketIssued() | OfflineTicketRecorded() as event:
                issued[event.ticket] = event
            case e.TicketFinished(flagged=False) as event:
                told.lines.append(_line(day, record.at_ms(), event, issued[event.ticket]))
            case p.AcceptanceClosed() as event:
                told.settled[event.acceptance] = event
            case k.AboutCase() as event:
                told.cases.append((day, event))
            case e.DayClosed():
                told.closed = True
    return told


def _line(
    day: str, at_ms: int, event: e.TicketFinished, issued: e.TicketIssued | OfflineTicketRecorded
) -> Line:
    """An older version of the program told less: then it is as the number was given."""
    return Line(
        day,
        at_ms,
        event.ticket,
        event.step or 1,
        issued.number,
        event.service or issued.service,
        event.matter or issued.matter,
        event.window,
        event.clerk,
        event.first_window,
        event.first_clerk,
        event.outcome or p.Outcome.DONE.value,
        event.missing,
        event.note,
        event.promised_day,
    )


def joined(days: Iterable[DayLedger], first: str, last: str, today: str) -> list[Line]:
    """Every step of the days from `first` to `last`, the newest first. days: those and all after
    them, for promises are settled later."""
    told = list(days)
    settled = {key: event for day in told for key, event in day.settled.items()}
    found = [
        _promised(line, settled.get(f"{line.ticket}.{line.step}"), today)
        for day in told
        if first <= day.day <= last
        for line in day.lines
    ]
    return sorted(found, key=lambda line: line.at_ms, reverse=True)


def _promised(line: Line, closed: p.AcceptanceClosed | None, today: str) -> Line:
    if line.promised_day is None:
        return line
    if closed is None:
        return replace(line, state="overdue" if line.promised_day < today else "open")
    return replace(
        line,
        state="late" if closed.late_days else "kept",
        closed_day=closed.closed_day,
        closed_outcome=closed.outcome,
        closed_note=closed.closed_note,
        late_days=closed.late_days,
    )


def case_lines(days: Iterable[DayLedger], first: str, last: str, today: str) -> list[CaseLine]:
    """Every case that was opened from `first` to `last`, the newest first, as it stands now."""
    newest: dict[str, k.Case] = {}
    late: dict[str, int] = {}
    ended: dict[str, str] = {}
    for day, event in (pair for told in days for pair in told.cases):
        newest[event.case] = k.case_of(event)
        if isinstance(event, k.CaseAnswered):
            late.setdefault(event.case, event.late_days)
        if isinstance(event, k.CaseClosed):
            ended[event.case] = day
    found = [
        CaseLine(case, _case_state(case, late.get(id), today), late.get(id), ended.get(id))
        for id, case in newest.items()
        if first <= case.opened_day <= last
    ]
    return sorted(found, key=lambda line: (line.case.opened_day, line.case.due_day), reverse=True)


def _case_state(case: k.Case, late_days: int | None, today: str) -> PromiseState:
    if case.unanswered:
        return "overdue" if case.due_day < today else "open"
    return "late" if late_days else "kept"
