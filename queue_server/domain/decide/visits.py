"""What commands about a ticket that has been given lead to: printed, kept, deferred, sent on,
cancelled, back in line."""

from __future__ import annotations

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.decide.core import Events, decide, known_ticket
from queue_server.domain.decide.transfers import destination, next_return, transferred
from queue_server.domain.errors import WrongState
from queue_server.domain.lifecycle import check, refuse
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.vocabulary import AT_A_WINDOW, ENDED, Happening, TicketStatus

MINUTE_MS = 60_000


@decide.register
def _printed(command: c.ConfirmPrinted, state: HallState, now_ms: int) -> Events:
    ticket = known_ticket(state, command.ticket)
    return [] if ticket.printed is True else [e.TicketPrinted(ticket.id)]


@decide.register
def _print_failed(command: c.ReportPrintFailed, state: HallState, now_ms: int) -> Events:
    ticket = known_ticket(state, command.ticket)
    return [] if ticket.printed is False else [e.TicketPrintFailed(ticket.id)]


@decide.register
def _keep(command: c.KeepTicket, state: HallState, now_ms: int) -> Events:
    """The person's answer may overtake the news that the print failed, so it counts at any time."""
    ticket = known_ticket(state, command.ticket)
    if ticket.status in ENDED:
        refuse(ticket.status, TicketStatus.WAITING, "kept")
    return [] if ticket.kept else [e.TicketKept(ticket.id)]


@decide.register
def _cancel(command: c.CancelTicket, state: HallState, now_ms: int) -> Events:
    ticket = known_ticket(state, command.ticket)
    check(ticket.status, Happening.CANCELLED, TicketStatus.CANCELLED)
    return [e.TicketCancelled(ticket.id, command.reason)]


@decide.register
def _rejoin(command: c.RejoinTicket, state: HallState, now_ms: int) -> Events:
    ticket = known_ticket(state, command.ticket)
    check(ticket.status, Happening.REJOINED, TicketStatus.WAITING)
    settings = state.known_rules.dispatch
    if ticket.rejoins >= settings.rejoins_at_most:
        raise WrongState(
            "rejoined_too_often",
            "这张号票过号次数已到上限，请重新取号。",
            rejoins=ticket.rejoins,
        )
    return [e.TicketRejoined(ticket.id, after_calls(state, ticket))]


def after_calls(state: HallState, ticket: Ticket) -> int:
    """The count of calls after which somebody who rejoins is next (rule 6): of their service, or of
    the window that they are kept for."""
    line, window = state.line, state.kept_for_now(ticket)
    if window is None:
        others = line.count_free(ticket.service)
    else:
        reach = state.reach(window)
        others = sum(map(line.count_free, reach.services)) + line.count_kept(window)
    behind = min(state.known_rules.dispatch.rejoin_after, others)
    return line.calls(ticket.service, window) + behind


@decide.register
def _resume(command: c.ResumeTicket, state: HallState, now_ms: int) -> Events:
    ticket = known_ticket(state, command.ticket)
    if ticket.deferred:
        return [e.TicketDeferralEnded(ticket.id)]
    check(ticket.status, Happening.RESUMED, TicketStatus.WAITING)
    return [e.TicketResumed(ticket.id)]


@decide.register
def _defer(command: c.DeferTicket, state: HallState, now_ms: int) -> Events:
    ticket = known_ticket(state, command.ticket)
    settings = state.known_rules.dispatch
    if ticket.status is not TicketStatus.WAITING:
        refuse(ticket.status, TicketStatus.WAITING, "deferred")
    if ticket.defers >= settings.defers_at_most:
        raise WrongState(
            "deferred_too_often", "延后次数已到上限，请留意叫号。", defers=ticket.defers
        )
    if not 1 <= command.minutes <= settings.defer_minutes_at_most:
        raise WrongState(
            "deferred_too_long",
            f"一次最多延后 {settings.defer_minutes_at_most} 分钟。",
            at_most=settings.defer_minutes_at_most,
        )
    return [e.TicketDeferred(ticket.id, now_ms + command.minutes * MINUTE_MS)]


@decide.register
def _send_on(command: c.TransferTicket, state: HallState, now_ms: int) -> Events:
    ticket = known_ticket(state, command.ticket)
    if ticket.status in AT_A_WINDOW:
        raise WrongState(
            "ticket_at_window",
            f"{ticket.number} 正在 {ticket.window} 号窗口，请由该窗口转办。",
            window=ticket.window,
            status=ticket.status,
        )
    check(ticket.status, Happening.TRANSFERRED, TicketStatus.WAITING)
    to = destination(state, ticket, command.service, command.to_window, command.to_clerk)
    return [transferred(ticket, None, to, next_return(ticket))]
