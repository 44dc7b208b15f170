"""What a clerk's commands at a window lead to."""

from __future__ import annotations

from typing import NoReturn

from queue_server.domain import commands as c
from queue_server.domain import dispatch
from queue_server.domain import events as e
from queue_server.domain.acceptances import nobody_named
from queue_server.domain.cases import GiveReview, Source
from queue_server.domain.decide.acceptances import finished
from queue_server.domain.decide.cases import rated
from queue_server.domain.decide.core import Events, decide, known_ticket, ticket_or_number
from queue_server.domain.decide.transfers import (
    destination,
    next_return,
    transferred,
)
from queue_server.domain.errors import FieldWrong, NotFound, WrongState
from queue_server.domain.explain import explain
from queue_server.domain.lifecycle import check, goes_to
from queue_server.domain.state import HallState, Return, Ticket, Window
from queue_server.domain.vocabulary import Happening, TicketStatus, WindowState

DAY_MS = 24 * 3600 * 1000


def _window(state: HallState, window_id: str) -> Window:
    try:
        return state.windows[window_id]
    except KeyError:
        raise NotFound(f"没有 {window_id} 号窗口。", window=window_id) from None


def _open_window(state: HallState, window_id: str) -> Window:
    window = _window(state, window_id)
    if window.state is not WindowState.OPEN:
        raise WrongState(
            "window_not_open", "窗口还没有开放，请先开窗。", window=window_id, state=window.state
        )
    return window


def _free_open_window(state: HallState, window_id: str) -> Window:
    window = _open_window(state, window_id)
    if (busy := state.at_window(window_id)) is not None:
        raise WrongState(
            "window_busy",
            f"{busy.number} 还在本窗口，请先办结、过号或转办。",
            window=window_id,
            ticket=busy.id,
            status=busy.status,
        )
    return window


def _ticket_at(state: HallState, window_id: str, happening: Happening, meant: str | None) -> Ticket:
    """The ticket at the window, if `happening` may happen to it and it is the one that is meant."""
    _window(state, window_id)
    ticket = state.at_window(window_id)
    if meant is not None and (ticket is None or ticket.id != meant):
        _not_here(known_ticket(state, meant), window_id, happening)
    if ticket is None:
        raise WrongState("window_has_no_ticket", "本窗口现在没有人。", window=window_id)
    goes_to(ticket.status, happening)
    return ticket


def _not_here(ticket: Ticket, window_id: str, happening: Happening) -> NoReturn:
    goes_to(ticket.status, happening)
    raise WrongState(
        "ticket_not_here",
        f"{ticket.number} 不在 {window_id} 号窗口。",
        window=window_id,
        ticket=ticket.id,
        status=ticket.status,
    )


@decide.register
def _call_next(command: c.CallNext, state: HallState, now_ms: int) -> Events:
    _free_open_window(state, command.window)
    choice = dispatch.choose(state, command.window, now_ms)
    if choice is None:
        return [e.CallFoundNobody(command.window)]
    ticket = state.tickets[choice.ticket]
    why = explain(state.known_rules, choice, ticket)
    return [e.TicketCalled(ticket.id, ticket.number, ticket.service, command.window, 1, why)]


@decide.register
def _call_ticket(command: c.CallTicket, state: HallState, now_ms: int) -> Events:
    if not command.reason.strip():
        raise FieldWrong("reason_missing", "特呼须写明原因。", "reason")
    _free_open_window(state, command.window)
    ticket = ticket_or_number(state, command.ticket)
    if ticket.window in state.windows and state.windows[ticket.window].ticket == ticket.id:
        raise WrongState("ticket_at_other_window", f"{ticket.number} 正在 {ticket.window} 号窗口。")
    check(ticket.status, Happening.CALLED, TicketStatus.CALLED)
    why = {
        "zh": f"特呼 {ticket.number}：{command.reason}",
        "en": f"{ticket.number} was called by choice: {command.reason}",
        "said": command.reason,
        "figures": {"reason": "chosen", "waited_s": (now_ms - ticket.arrived_ms) // 1000},
    }
    return [e.TicketCalled(ticket.id, ticket.number, ticket.service, command.window, 1, why)]


@decide.register
def _recall(command: c.Recall, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.CALLED, command.ticket)
    pause_ms = state.known_rules.dispatch.recall_pause_s * 1000
    if now_ms - (ticket.last_call_ms or 0) < pause_ms:
        return []  # the same press twice: it stands as it is, and nothing is announced again
    return [
        e.TicketRecalled(ticket.id, ticket.number, ticket.service, command.window, ticket.calls + 1)
    ]


@decide.register
def _rate(command: c.RateStep, state: HallState, now_ms: int) -> Events:
    """Each finished service is rated once, and by nobody who was not served there today."""
    window = _window(state, command.window)
    ticket = known_ticket(state, command.ticket)
    step = next((s for s in ticket.steps if s.window == window.id and not s.rated), None)
    if step is None:
        raise WrongState(
            "nothing_to_rate",
            f"{ticket.number} 在 {window.id} 号窗口没有等待评价的办理。",
            window=window.id,
            ticket=ticket.id,
        )
    review = command.review or f"{ticket.id}.{step.number}"
    given = GiveReview(review, ticket.id, command.level, Source.PAD)
    return rated(state, ticket, step, given, now_ms)


@decide.register
def _start(command: c.Start, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.STARTED, command.ticket)
    return [e.TicketStarted(ticket.id, command.window)]


@decide.register
def _finish(command: c.Finish, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.FINISHED, command.ticket)
    return finished(state, ticket, command, now_ms)


@decide.register
def _miss(command: c.Miss, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.MISSED, command.ticket)
    settings = state.known_rules.dispatch
    left = settings.calls_before_missed - ticket.calls
    if left > 0 and settings.missed_strictly:
        raise WrongState(
            "called_too_few_times",
            f"{ticket.number} 还须再呼叫 {left} 次，才能过号。",
            calls=ticket.calls,
            calls_left=left,
        )
    reason = (command.reason or "").strip() or None
    return [e.TicketMissed(ticket.id, command.window, ticket.calls, left > 0, reason)]


@decide.register
def _park(command: c.Park, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.PARKED, command.ticket)
    if not command.reason.strip():
        raise FieldWrong("reason_missing", "挂起须写明原因。", "reason")
    if command.until_ms is not None and not now_ms < command.until_ms <= now_ms + DAY_MS:
        raise FieldWrong("until_out_of_bounds", "请选今天之内、现在以后的时间。", "until")
    return [e.TicketParked(ticket.id, command.window, command.reason, command.until_ms)]


@decide.register
def _transfer(command: c.Transfer, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.TRANSFERRED, command.ticket)
    to = destination(state, ticket, command.service, command.to_window, command.to_clerk)
    back = next_return(ticket)
    if command.returns:
        back = Return(command.window, ticket.service, _window(state, command.window).clerk)
    return [transferred(ticket, command.window, to, back)]


@decide.register
def _take_seat(command: c.TakeSeat, state: HallState, now_ms: int) -> Events:
    """Nobody sits at a window that is closed."""
    window = _window(state, command.window)
    if window.state is WindowState.CLOSED or window.clerk == command.clerk:
        return []
    return [e.ClerkSeated(window.id, command.clerk)]


@decide.register
def _open(command: c.OpenWindow, state: HallState, now_ms: int) -> Events:
    """Whoever opens it without a clerk's login leaves who sits there."""
    window = _window(state, command.window)
    clerk = command.clerk or window.clerk
    if window.state is WindowState.OPEN and window.clerk == clerk:
        return []
    return [e.WindowOpened(window.id, clerk)]


@decide.register
def _close(command: c.CloseWindow, state: HallState, now_ms: int) -> Events:
    window = _window(state, command.window)
    if (busy := state.at_window(window.id)) is not None:
        raise WrongState(
            "window_busy", f"{busy.number} 还在本窗口，请先办结、过号或转办。", ticket=busy.id
        )
    return [] if window.state is WindowState.CLOSED else [e.WindowClosed(window.id)]


@decide.register
def _pause(command: c.PauseWindow, state: HallState, now_ms: int) -> Events:
    window = _window(state, command.window)
    if window.state is WindowState.CLOSED:
        raise WrongState("window_not_open", "窗口还没有开放。", window=window.id)
    nobody_named(command.reason)
    return [] if window.state is WindowState.PAUSED else [e.WindowPaused(window.id, command.reason)]


@decide.register
def _resume_window(command: c.ResumeWindow, state: HallState, now_ms: int) -> Events:
    window = _window(state, command.window)
    if window.state is WindowState.CLOSED:
        raise WrongState("window_not_open", "窗口还没有开放。", window=window.id)
    return [] if window.state is WindowState.OPEN else [e.WindowResumed(window.id)]
