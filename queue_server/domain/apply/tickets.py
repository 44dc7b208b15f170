"""How events of tickets change the hall's day."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from queue_server.domain import events as e
from queue_server.domain.acceptances import Step
from queue_server.domain.alarms import Alarm
from queue_server.domain.apply.core import on
from queue_server.domain.apply.counting import count, give_back
from queue_server.domain.remembered import OutOfTurn
from queue_server.domain.state import HallState, Return, Ticket
from queue_server.domain.vocabulary import (
    GIVEN_UP_UNPRINTED,
    Happening,
    TicketStatus,
    WindowState,
)


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
        counts_for=event.service if event.appointment is None else None,
        booked_ms=_booked_ms(state, event.appointment),
        since_ms=at_ms,
    )
    state.tickets[ticket.id] = ticket
    if event.lease is None:
        state.serials[event.prefix] = event.serial
    else:
        state.leases[event.lease].taken[event.serial] = event.ticket
        state.leases[event.lease].changed = True
    state.hold(ticket)
    count(state, ticket)
    state.today["issued"] += 1
    state.today["waiting"] += 1
    state.enter_line(ticket)


def _booked_ms(state: HallState, appointment: str | None) -> int | None:
    """The appointment was checked in just before its ticket was issued."""
    found = state.book.find(appointment) if appointment else None
    return found.starts_ms if found else None


@on.register
def _ticket_printed(event: e.TicketPrinted, state: HallState, at_ms: int) -> None:
    _print_settled(state, event.ticket, True)


@on.register
def _ticket_print_failed(event: e.TicketPrintFailed, state: HallState, at_ms: int) -> None:
    _print_settled(state, event.ticket, False)
    ticket = state.tickets[event.ticket]
    if not ticket.kept and ticket.status in GIVEN_UP_UNPRINTED:
        answer_by_ms = at_ms + state.known_rules.dispatch.print_unanswered_s * 1000
        state.alarms.set(ticket.id, Alarm.UNANSWERED, answer_by_ms)


@on.register
def _ticket_reprinted(event: e.TicketReprinted, state: HallState, at_ms: int) -> None:
    _print_settled(state, event.ticket, None)


def _print_settled(state: HallState, ticket: str, printed: bool | None) -> None:
    state.tickets[ticket].printed = printed
    state.alarms.clear(ticket, Alarm.UNANSWERED)


@on.register
def _ticket_kept(event: e.TicketKept, state: HallState, at_ms: int) -> None:
    state.tickets[event.ticket].kept = True
    state.alarms.clear(event.ticket, Alarm.UNANSWERED)


@on.register
def _ticket_deferred(event: e.TicketDeferred, state: HallState, at_ms: int) -> None:
    state.defer(state.tickets[event.ticket], event.until_ms)


@on.register
def _deferral_ended(event: e.TicketDeferralEnded, state: HallState, at_ms: int) -> None:
    state.end_deferral(state.tickets[event.ticket])


@on.register
def _ticket_called(event: e.TicketCalled, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    was_waiting = ticket.status is TicketStatus.WAITING
    state.move(ticket, Happening.CALLED, TicketStatus.CALLED, at_ms, window=event.window)
    state.alarms.clear(ticket.id, Alarm.UNANSWERED)  # whoever comes has the number
    if event.chosen:
        _remember_out_of_turn(state, ticket, event.window, at_ms, "chosen", event.why.get("said"))
    if was_waiting:
        _note_call(state, ticket, event)
    ticket.calls, ticket.called_ms, ticket.last_call_ms = 1, at_ms, at_ms
    ticket.after_calls, ticket.counted_in = 0, None
    state.remember_call(event, at_ms, again=False)


def _note_call(state: HallState, ticket: Ticket, event: e.TicketCalled) -> None:
    if not event.chosen:
        reach = state.reach(event.window)
        state.line.note_overtaking(reach.services, reach.windows, ticket.arrived_ms)
    state.line.note_call(ticket.service, event.window)


def _remember_out_of_turn(
    state: HallState,
    ticket: Ticket,
    window: str,
    at_ms: int,
    what: Literal["chosen", "skipped"],
    reason: str | None,
) -> None:
    clerk = state.windows[window].clerk
    state.out_of_turn.append(
        OutOfTurn(ticket.number, ticket.service, window, clerk, at_ms, what, reason)
    )


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
    if ticket.first_window is None:
        ticket.first_window, ticket.first_clerk = event.window, state.windows[event.window].clerk
    state.move(ticket, Happening.STARTED, TicketStatus.SERVING, at_ms, window=event.window)


@on.register
def _ticket_finished(event: e.TicketFinished, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    if event.flagged:
        state.move(ticket, Happening.DAY_CLOSED, TicketStatus.FINISHED, at_ms)
        return
    ticket.steps = (*ticket.steps, _step(ticket, event, at_ms))
    if event.window in state.windows:
        state.windows[event.window].last_finished = ticket.id
    if event.next_service is None:
        state.move(ticket, Happening.FINISHED, TicketStatus.FINISHED, at_ms)
    else:
        _on_next_step(state, ticket, event.next_service, at_ms)


def _step(ticket: Ticket, event: e.TicketFinished, at_ms: int) -> Step:
    """What the event of an older version did not tell is as the ticket was."""
    return Step(
        len(ticket.steps) + 1,
        event.service or ticket.service,
        event.matter or ticket.matter,
        event.window,
        event.clerk,
        event.outcome,
        at_ms,
        event.promised_day,
        event.missing,
        event.note,
    )


@on.register
def _step_rated(event: e.StepRated, state: HallState, at_ms: int) -> None:
    """One of the services that this window finished for the person has its rating."""
    ticket = state.tickets[event.ticket]
    at = next(
        i
        for i, s in enumerate(ticket.steps)
        if s.window == event.window and not s.rated and event.step in (0, s.number)
    )
    rated = replace(ticket.steps[at], rated=True)
    ticket.steps = (*ticket.steps[:at], rated, *ticket.steps[at + 1 :])
    state.cases.count(state.day).levels[event.level] += 1


def _on_next_step(state: HallState, ticket: Ticket, service: str, at_ms: int) -> None:
    if ticket.returns:
        *owed, back = ticket.returns
        ticket.returns = tuple(owed)
        ticket.for_clerk, ticket.for_window = back.clerk, _back_at(state, back)
    else:
        ticket.then = ticket.then[1:]
        ticket.for_clerk = ticket.for_window = None
    state.change_service(ticket, service)
    state.move(ticket, Happening.FINISHED, TicketStatus.WAITING, at_ms)


def _back_at(state: HallState, promised: Return) -> str | None:
    """The window that a person comes back to: where the clerk is now; if on none, the window they
    came from, if it is open; else any."""
    clerk_at = state.window_of(promised.clerk) if promised.clerk else None
    if clerk_at is not None:
        return clerk_at.id
    back = state.windows.get(promised.window or "")
    return back.id if back and back.state is WindowState.OPEN else None


@on.register
def _ticket_missed(event: e.TicketMissed, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    state.move(ticket, Happening.MISSED, TicketStatus.MISSED, at_ms)
    if event.skipped:
        _remember_out_of_turn(state, ticket, event.window, at_ms, "skipped", event.reason)


@on.register
def _ticket_rejoined(event: e.TicketRejoined, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    ticket.rejoins += 1
    ticket.after_calls = event.after_calls
    ticket.counted_in = (ticket.service, state.kept_for_now(ticket))
    state.move(ticket, Happening.REJOINED, TicketStatus.WAITING, at_ms)


@on.register
def _ticket_parked(event: e.TicketParked, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    state.move(ticket, Happening.PARKED, TicketStatus.PARKED, at_ms)
    ticket.until_ms, ticket.parked_for = event.until_ms, event.reason
    if event.until_ms is not None:
        state.alarms.set(ticket.id, Alarm.PARKED, event.until_ms)


@on.register
def _ticket_resumed(event: e.TicketResumed, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    state.move(ticket, Happening.RESUMED, TicketStatus.WAITING, at_ms)


@on.register
def _ticket_transferred(event: e.TicketTransferred, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    if ticket.status is TicketStatus.WAITING:
        state.leave_line(ticket)
    state.change_service(ticket, event.service)
    ticket.for_window, ticket.for_clerk = event.for_window, event.for_clerk
    _promise_return(ticket, event)
    state.move(ticket, Happening.TRANSFERRED, TicketStatus.WAITING, at_ms, left_line=True)


def _promise_return(ticket: Ticket, event: e.TicketTransferred) -> None:
    """The event names the next way back; one that is promised already is not promised twice."""
    if event.returns_service is None:
        return
    promised = Return(event.returns_to, event.returns_service, event.returns_clerk)
    if promised not in ticket.returns[-1:]:
        ticket.returns = (*ticket.returns, promised)


@on.register
def _ticket_cancelled(event: e.TicketCancelled, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    state.move(ticket, Happening.CANCELLED, TicketStatus.CANCELLED, at_ms)
    give_back(state, ticket)


@on.register
def _ticket_expired(event: e.TicketExpired, state: HallState, at_ms: int) -> None:
    ticket = state.tickets[event.ticket]
    state.move(ticket, Happening.DAY_CLOSED, TicketStatus.EXPIRED, at_ms)
