"""What a kiosk is told about its blocks of numbers and about the tickets that it hands in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

from queue_server.domain import events as e
from queue_server.domain.calendar import day_bounds_ms
from queue_server.domain.decide.leases import open_leases
from queue_server.domain.events import instant_text
from queue_server.domain.leases import (
    HandIn,
    Lease,
    NumbersVoided,
    OfflineTicket,
    OfflineTicketRecorded,
    OfflineTicketRefused,
    TakeLeases,
)
from queue_server.domain.numbers import DIGITS
from queue_server.domain.spans import Span
from queue_server.domain.state import HallState
from queue_server.wire import hall as wire
from queue_server.wire import leases as shapes

TicketView = Callable[[str], wire.Ticket]

# Why a ticket was not taken in. Staff see these words, and whoever looks into it.
_REFUSED = {
    "lease_unknown": "这批离线号已经结清或不是借给本机的，这张号票没有收进来，请工作人员处理。",
    "number_not_in_lease": "这个号码不在借给本机的号段里，请工作人员处理。",
    "number_taken": "这个号码已经由另一张号票使用，请工作人员处理。",
    "number_void": "这个号码已经作废，请工作人员处理。",
    "service_unknown": "大厅没有这项业务，或者号码不属于它，请工作人员处理。",
    "ticket_id_used": "这张号票的编号已经用过，请工作人员处理。",
}


def leases_answer(state: HallState, command: TakeLeases) -> shapes.Leases:
    """All that the kiosk has out of this day, also what it did not ask for now."""
    return {"leases": _open(state, command.kiosk)}


def kiosks_view(state: HallState) -> shapes.Kiosks:
    """What is out at kiosks, of every day, and what they handed in that did not fit."""
    leases = sorted(state.leases.values(), key=lambda x: (x.day, x.kiosk, x.prefix, x.first))
    return {
        "leases": [_lease(state, lease) for lease in leases if lease.count_left],
        "refused": [
            {
                "number": ticket.number,
                "kiosk": ticket.kiosk,
                "code": ticket.code,
                "message": _REFUSED[ticket.code],
                "issued_at": instant_text(ticket.issued_ms),
                "at": instant_text(ticket.at_ms),
            }
            for ticket in reversed(state.refused)
        ],
    }


def _open(state: HallState, kiosk: str) -> list[shapes.Lease]:
    return [_lease(state, lease) for lease in open_leases(state, kiosk)]


def _lease(state: HallState, lease: Lease) -> shapes.Lease:
    rules = state.known_rules
    ends_ms = day_bounds_ms(rules.calendar, date.fromisoformat(lease.day))[1]
    return {
        "id": lease.id,
        "kiosk": lease.kiosk,
        "day": lease.day,
        "prefix": lease.prefix,
        "service": next((s.id for s in rules.services if s.prefix == lease.prefix), None),
        "digits": DIGITS,
        "first": lease.first,
        "last": lease.last,
        "left": _plain(lease.left()),
        "lent_at": instant_text(lease.lent_ms),
        "valid_until": instant_text(ends_ms),
    }


def _plain(spans: Sequence[Span]) -> list[list[int]]:
    return [[first, last] for first, last in spans]


def handin_answer(
    state: HallState, command: HandIn, happened: Sequence[e.Event], view: TicketView
) -> shapes.HandedIn:
    """One result per ticket, in the order they were handed in."""
    voided = [x for x in happened if isinstance(x, NumbersVoided)]
    return {
        "tickets": list(_results(state, command, happened, view)),
        "given_back": [
            {
                "lease": lease,
                "voided": [[x.first, x.last] for x in voided if x.lease == lease],
            }
            for lease in dict.fromkeys(command.give_back)
        ],
        "leases": _open(state, command.kiosk),
    }


_Result = e.TicketIssued | OfflineTicketRecorded | OfflineTicketRefused


def _results(
    state: HallState, command: HandIn, happened: Sequence[e.Event], view: TicketView
) -> Iterator[shapes.HandedTicket]:
    """Tickets and what happened to them stand in the same order; one that was handed in before led
    to nothing."""
    results = [x for x in happened if isinstance(x, _Result)]
    for ticket in command.tickets:
        mine = results.pop(0) if results and _is_of(results[0], ticket) else None
        refused = mine.code if isinstance(mine, OfflineTicketRefused) else None
        shown = refused is None and ticket.id in state.tickets
        yield {
            "id": ticket.id,
            "lease": ticket.lease,
            "serial": ticket.serial,
            "result": _named(mine),
            "code": refused,
            "message": _REFUSED[refused] if refused else None,
            "ticket": view(ticket.id) if shown else None,
        }


def _is_of(result: _Result, ticket: OfflineTicket) -> bool:
    offered = result.offered if isinstance(result, OfflineTicketRefused) else result.ticket
    return (offered, result.lease, result.serial) == (ticket.id, ticket.lease, ticket.serial)


def _named(result: _Result | None) -> shapes.HandInResult:
    if result is None:
        return "known"
    if isinstance(result, OfflineTicketRefused):
        return "refused"
    return "joined" if isinstance(result, e.TicketIssued) else "recorded"
