"""How events of tickets change the hall's day."""

from __future__ import annotations

from queue_server.domain import events as e
from queue_server.domain.apply.core import on
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.vocabulary import Happening, TicketStatus, WindowState


@on.register
def _ticket_issued(event: e.TicketIssued, state: HallState, at_ms: int) -> None:
    ticket = Ticket(
        id=event.ticket,
        number=event.number,
        prefix=event.prefix,
        serial=event.serial,
        service=event.service,
        matter=event.matter,
        priority_class=event.priority_class,
        person=event.person,
        kiosk=event.kiosk,
        issued_ms=at_ms if event.lease is None else event.arrived_ms,
        arrived_ms=event.arrived_ms,
        then=event.then,
        appointment=event.appointment,
        lease=event.lease,
        since_ms=at_ms,
    )
    state.tickets[ticket.id] = ticket
    if event.lease is None:
        state.serials[event.prefix] = event.serial
    else:
        state.leases[event.lease].taken[event.serial] = event.ticket
        state.leases[event.lease].changed = True
    if ticket.person:
        state.held[ticket.person, ticket.service] = ticket.id
    state.today["issued"] += 1
    state.today["waiting"] += 1
    state.enter_line(ticket)


@on.register
def _ticket_printed(event: e.TicketPrinted, state: HallState, at_ms: int) -> None:
    state.tickets[event.ticket].printed = True


@on.register
def _ticket_print_failed(event: e.TicketPrintFailed, state: HallState, at_ms: int) -> None:
    state.tickets[event.ticket].printed = False


@on.register
def _ticket_reprinted(event: e.TicketReprinted, state: HallState, at_ms: int) -> None:
    state.tickets[event.ticket].printed = None


@on.register
def _ticket_called(event: e.TicketCalled, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    was_waiting = ticket.status is TicketStatus.WAITING
    state.move(ticket, Happening.CALLED, TicketStatus.CALLED, at_ms, window=event.window)
    if was_waiting:
        skills = state.known_rules.window[event.window].skills
        state.line.note_call(ticket.service, [s.service for s in skills], ticket.arrived_ms)
    ticket.calls, ticket.called_ms, ticket.last_call_ms = 1, at_ms, at_ms
    ticket.after_calls = 0
    state.remember_call(event, at_ms, again=False)


@on.register
def _ticket_recalled(event: e.TicketRecalled, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.calls, ticket.last_call_ms = event.calls, at_ms
    state.remember_call(event, at_ms, again=True)


@on.register
def _call_found_nobody(event: e.CallFoundNobody, state: HallState, at_ms: int) -> None:
    """Kept so that the same request always gets the same answer, and for idle times."""


@on.register
def _ticket_started(event: e.TicketStarted, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.started_ms = at_ms
    state.move(ticket, Happening.STARTED, TicketStatus.SERVING, at_ms, window=event.window)


@on.register
def _ticket_finished(event: e.TicketFinished, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    if event.flagged:
        state.move(ticket, Happening.DAY_CLOSED, TicketStatus.FINISHED, at_ms)
    elif event.next_service is None:
        state.move(ticket, Happening.FINISHED, TicketStatus.FINISHED, at_ms)
    else:
        _on_next_step(state, ticket, event.next_service, at_ms)


def _on_next_step(state: HallState, ticket: Ticket, service: str, at_ms: int) -> None:
    returns = ticket.returns_to
    if returns is None:
        ticket.then = ticket.then[1:]
    back = state.windows.get(returns or "")
    ticket.for_window = back.id if back and back.state is WindowState.OPEN else None
    ticket.returns_to = ticket.returns_service = None
    state.change_service(ticket, service)
    state.move(ticket, Happening.FINISHED, TicketStatus.WAITING, at_ms)


@on.register
def _ticket_missed(event: e.TicketMissed, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    state.move(ticket, Happening.MISSED, TicketStatus.MISSED, at_ms)


@on.register
def _ticket_rejoined(event: e.TicketRejoined, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.rejoins += 1
    ticket.after_calls = event.after_calls
    state.move(ticket, Happening.REJOINED, TicketStatus.WAITING, at_ms)


@on.register
def _ticket_parked(event: e.TicketParked, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.parked_until_ms = event.until_ms
    state.move(ticket, Happening.PARKED, TicketStatus.PARKED, at_ms)


@on.register
def _ticket_resumed(event: e.TicketResumed, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.parked_until_ms = None
    state.move(ticket, Happening.RESUMED, TicketStatus.WAITING, at_ms)


@on.register
def _ticket_transferred(event: e.TicketTransferred, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    if ticket.status is TicketStatus.WAITING:
        state.line.remove(ticket.id)
        state.today["waiting"] -= 1
    state.change_service(ticket, event.service)
    ticket.for_window, ticket.parked_until_ms = event.for_window, None
    ticket.returns_to, ticket.returns_service = event.returns_to, event.returns_service
    state.move(ticket, Happening.TRANSFERRED, TicketStatus.WAITING, at_ms, left_line=True)


@on.register
def _ticket_cancelled(event: e.TicketCancelled, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    state.move(ticket, Happening.CANCELLED, TicketStatus.CANCELLED, at_ms)


@on.register
def _ticket_expired(event: e.TicketExpired, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    state.move(ticket, Happening.DAY_CLOSED, TicketStatus.EXPIRED, at_ms)
