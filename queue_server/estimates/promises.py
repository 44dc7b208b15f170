"""Each number of a day with the wait that it was promised and the wait that came, line by line.

Both stand in the journal: the promise in `ticket_issued`, the wait between that record's instant
and its first `ticket_called`'s. Here they are only put beside each other; whether a promise was
settled is history.py's to say, as for the figures on the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from queue_server.domain import events as e
from queue_server.estimates.history import History
from queue_server.journal.chain import Record

Came = Literal[
    "in_time", "late", "waiting", "cancelled", "expired", "put_off", "chosen", "untold"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """p50_s, p90_s: as told at issue, None when nothing was. simulated: not the first-day formula.
    waited_s: until the first call, None while there was none. came: what became of the promise;
    the last five settle none."""

    day: str
    number: str
    service: str
    priority_class: str
    issued_ms: int
    people_ahead: int
    p50_s: int | None
    p90_s: int | None
    simulated: bool
    waited_s: float | None
    came: Came


@dataclass(slots=True)
class _Open:
    issued: e.TicketIssued
    at_ms: int
    called_ms: int | None = None
    ended: Came | None = None


_ENDED: dict[type[e.Event], Came] = {
    e.TicketCancelled: "cancelled",
    e.TicketExpired: "expired",
    e.TicketDeferred: "put_off",
}


def promise_lines(
    day: str, configured: Record | None, records: Iterable[Record]
) -> list[PromiseLine]:
    """records: from the day's `day_opened` up to the next one's; configured: the rules that it
    began with. In the order of issue."""
    known = [] if configured is None else [configured]
    of_events = (r for r in (*known, *records) if r.event in e.Event.registry)
    return lines_of(day, ((r.to_event(), r.at_ms()) for r in of_events))


def lines_of(day: str, events: Iterable[tuple[e.Event, int]]) -> list[PromiseLine]:
    """events: with their instants, from the hall's configuration on."""
    history, tickets = History(), dict[str, _Open]()
    for event, at_ms in events:
        history.take(event, at_ms)
        _note(tickets, event, at_ms)
    kept = {k.ticket: k.in_time for seen in history.days.values() for k in seen.kept}
    return [_line(day, of, kept.get(ticket)) for ticket, of in tickets.items()]


def _note(tickets: dict[str, _Open], event: e.Event, at_ms: int) -> None:
    if isinstance(event, e.TicketIssued):
        tickets[event.ticket] = _Open(event, at_ms)
        return
    of = tickets.get(getattr(event, "ticket", ""))
    if of is None or of.called_ms is not None:
        return
    if isinstance(event, e.TicketCalled):
        of.called_ms = at_ms
        if event.chosen:
            of.ended = of.ended or "chosen"
    elif (ended := _ENDED.get(type(event))) is not None:
        of.ended = of.ended or ended


def _line(day: str, of: _Open, in_time: bool | None) -> PromiseLine:
    issued = of.issued
    waited_s = None if of.called_ms is None else round((of.called_ms - of.at_ms) / 1000, 1)
    return PromiseLine(
        day=day,
        number=issued.number,
        service=issued.service,
        priority_class=issued.priority_class,
        issued_ms=of.at_ms,
        people_ahead=issued.people_ahead,
        p50_s=issued.p50_s,
        p90_s=issued.p90_s,
        simulated=issued.widened_pct > 0,
        waited_s=waited_s,
        came=_came(of, in_time),
    )


def _came(of: _Open, in_time: bool | None) -> Came:
    if in_time is not None:
        return "in_time" if in_time else "late"
    if of.issued.p90_s is None or of.issued.lease is not None:
        return "untold"
    return of.ended or "waiting"
