"""What follows from a command: `decide(state, command, now) → events`, or a refusal.

Pure: reads the state, changes nothing, knows no clock. Whoever calls it applies the events.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from queue_server.domain import commands as c
from queue_server.domain import dispatch
from queue_server.domain import events as e
from queue_server.domain.calendar import business_day, is_open
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.estimate import estimate
from queue_server.domain.lifecycle import check, goes_to
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState, Ticket, Window
from queue_server.domain.vocabulary import ENDED, Happening, TicketStatus, WindowState

Events = list[e.Event]


@singledispatch
def decide(command: Any, state: HallState, now_ms: int) -> Events:
    """The events that `command` leads to at `now_ms` (UTC milliseconds, never before the last
    event). Raises a Refusal when it cannot be done; an empty list means nothing had to change."""
    raise TypeError(f"no rule for deciding {type(command).__name__}")


# --- the hall ---------------------------------------------------------------------------------


@decide.register
def _configure(command: c.Configure, state: HallState, now_ms: int) -> Events:
    if state.rules == command.rules:
        return []
    if missing := _still_needed(state, command.rules):
        raise WrongState(
            "configuration_in_use",
            f"今天的号票或窗口还在使用：{'、'.join(missing)}。换日后生效。",
            missing=missing,
        )
    return [e.HallConfigured(command.rules.to_data())]


def _still_needed(state: HallState, rules: HallRules) -> list[str]:
    """Services of this day's tickets, and windows with somebody, that `rules` no longer know."""
    services = {t.service for t in state.tickets.values()}
    services |= {s for t in state.tickets.values() for s in t.then}
    busy = {w.id for w in state.windows.values() if w.ticket}
    return sorted((services - rules.service.keys()) | (busy - rules.window.keys()))


@decide.register
def _roll_day(command: c.RollDay, state: HallState, now_ms: int) -> Events:
    today = business_day(state.known_rules.calendar, now_ms).isoformat()
    if state.day >= today:  # also when the clock stepped back over the day's end
        return []
    return [*_close_day(state), e.DayOpened(today)]


def _close_day(state: HallState) -> Events:
    if not state.day:
        return []
    closing: Events = []
    for ticket in state.tickets.values():
        if ticket.status is TicketStatus.SERVING:
            closing.append(e.TicketFinished(ticket.id, ticket.window or "", None, None, True))
        elif ticket.status not in ENDED:
            closing.append(e.TicketExpired(ticket.id))
    flagged = sum(isinstance(event, e.TicketFinished) for event in closing)
    issued = state.today["issued"]
    return [*closing, e.DayClosed(state.day, issued, len(closing) - flagged, flagged)]


@decide.register
def _report_device(command: c.ReportDevice, state: HallState, now_ms: int) -> Events:
    known = state.devices.get(command.device)
    if known and (known.state, known.detail) == (command.state, command.detail):
        return []
    return [e.DeviceChanged(command.device, command.kind, command.state, command.detail)]


# --- tickets ----------------------------------------------------------------------------------


@decide.register
def _issue(command: c.IssueTicket, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    service = _service_wanted(command, rules)
    already = _already_held(command, state, service)
    if already is not None and _reprints(already):
        return already
    cancelled = already or []
    if not is_open(rules.calendar, now_ms):
        raise WrongState("service_closed", "现在不在取号时间内。", service=service)
    prefix = rules.service[service].prefix
    serial = state.serials.get(prefix, 0) + 1
    ahead = state.line.count_for(None, service)
    wait = estimate(state, service, ahead)
    return [
        *cancelled,
        e.TicketIssued(
            ticket=command.ticket,
            number=f"{prefix}{serial:03d}",
            prefix=prefix,
            serial=serial,
            service=service,
            matter=command.matter,
            priority_class=_class_of(command, rules),
            person=command.person,
            kiosk=command.kiosk,
            arrived_ms=now_ms,
            then=command.then,
            people_ahead=ahead,
            p50_s=wait[0] if wait else None,
            p90_s=wait[1] if wait else None,
        ),
    ]


def _already_held(command: c.IssueTicket, state: HallState, service: str) -> Events | None:
    """What to do about the ticket that this person holds for this service, if there is one: print
    it again; if its call was missed, put it back in line first, or give it up when that was done
    too often."""
    held = state.held.get((command.person, service)) if command.person else None
    if held is None:
        return None
    ticket = state.tickets[held]
    reprinted = e.TicketReprinted(held, command.kiosk)
    if ticket.status is not TicketStatus.MISSED:
        return [reprinted]
    if ticket.rejoins >= state.known_rules.dispatch.rejoins_at_most:
        return [e.TicketCancelled(held, "missed_too_often")]
    return [e.TicketRejoined(held, _after_calls(state, ticket)), reprinted]


def _reprints(events: Events) -> bool:
    return isinstance(events[-1], e.TicketReprinted)


def _service_wanted(command: c.IssueTicket, rules: HallRules) -> str:
    if command.matter is not None:
        matter = rules.matter.get(command.matter)
        if matter is None:
            raise NotFound(f"没有编号为 {command.matter} 的事项。", matter=command.matter)
        if command.service not in (None, matter.service):
            raise WrongState(
                "matter_of_other_service",
                "这个事项不属于所选的业务。",
                matter=command.matter,
                service=command.service,
            )
        return matter.service
    for service in (command.service or "", *command.then):
        if service not in rules.service:
            raise NotFound(f"没有编号为 {service} 的业务。", service=service)
    return command.service or ""


def _class_of(command: c.IssueTicket, rules: HallRules) -> str:
    asked = command.priority_class
    if asked is not None and asked not in rules.priority_class:
        raise NotFound(f"没有名为 {asked} 的优先类别。", priority_class=asked)
    by_age = rules.ordinary
    if command.age_years is not None:
        by_age = rules.class_for_age(command.age_years)
    both = [rules.priority_class[x] for x in (asked or rules.ordinary, by_age)]
    return max(both, key=lambda found: found.rate).id


def _ticket(state: HallState, ticket_id: str) -> Ticket:
    try:
        return state.tickets[ticket_id]
    except KeyError:
        raise NotFound("今天没有这张号票。", ticket=ticket_id) from None


@decide.register
def _printed(command: c.ConfirmPrinted, state: HallState, now_ms: int) -> Events:
    ticket = _ticket(state, command.ticket)
    return [] if ticket.printed is True else [e.TicketPrinted(ticket.id)]


@decide.register
def _print_failed(command: c.ReportPrintFailed, state: HallState, now_ms: int) -> Events:
    ticket = _ticket(state, command.ticket)
    return [] if ticket.printed is False else [e.TicketPrintFailed(ticket.id)]


@decide.register
def _cancel(command: c.CancelTicket, state: HallState, now_ms: int) -> Events:
    ticket = _ticket(state, command.ticket)
    check(ticket.status, Happening.CANCELLED, TicketStatus.CANCELLED)
    return [e.TicketCancelled(ticket.id, command.reason)]


@decide.register
def _rejoin(command: c.RejoinTicket, state: HallState, now_ms: int) -> Events:
    ticket = _ticket(state, command.ticket)
    check(ticket.status, Happening.REJOINED, TicketStatus.WAITING)
    settings = state.known_rules.dispatch
    if ticket.rejoins >= settings.rejoins_at_most:
        raise WrongState(
            "rejoined_too_often",
            "这张号票过号次数已到上限，请重新取号。",
            rejoins=ticket.rejoins,
        )
    return [e.TicketRejoined(ticket.id, _after_calls(state, ticket))]


def _after_calls(state: HallState, ticket: Ticket) -> int:
    """The count of its service's calls after which somebody who rejoins is next (rule 6)."""
    others = state.line.count_for(None, ticket.service)
    behind = min(state.known_rules.dispatch.rejoin_after, others)
    return state.line.calls(ticket.service) + behind


@decide.register
def _resume(command: c.ResumeTicket, state: HallState, now_ms: int) -> Events:
    ticket = _ticket(state, command.ticket)
    check(ticket.status, Happening.RESUMED, TicketStatus.WAITING)
    return [e.TicketResumed(ticket.id)]


# --- windows ----------------------------------------------------------------------------------


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


def _ticket_at(state: HallState, window_id: str, happening: Happening) -> Ticket:
    """The ticket at the window, if `happening` may happen to it."""
    _window(state, window_id)
    ticket = state.at_window(window_id)
    if ticket is None:
        raise WrongState("window_has_no_ticket", "本窗口现在没有人。", window=window_id)
    goes_to(ticket.status, happening)
    return ticket


@decide.register
def _call_next(command: c.CallNext, state: HallState, now_ms: int) -> Events:
    _free_open_window(state, command.window)
    choice = dispatch.choose(state, command.window, now_ms)
    if choice is None:
        return [e.CallFoundNobody(command.window)]
    ticket = state.tickets[choice.ticket]
    why = dispatch.explain(state.known_rules, choice, ticket)
    return [e.TicketCalled(ticket.id, ticket.number, ticket.service, command.window, 1, why)]


@decide.register
def _call_ticket(command: c.CallTicket, state: HallState, now_ms: int) -> Events:
    if not command.reason.strip():
        raise WrongState("reason_missing", "特呼须写明原因。")
    _free_open_window(state, command.window)
    ticket = _ticket(state, command.ticket)
    if ticket.window and state.windows[ticket.window].ticket == ticket.id:
        raise WrongState("ticket_at_other_window", f"{ticket.number} 正在 {ticket.window} 号窗口。")
    check(ticket.status, Happening.CALLED, TicketStatus.CALLED)
    why = {
        "zh": f"特呼 {ticket.number}：{command.reason}",
        "en": f"{ticket.number} was called by choice: {command.reason}",
        "figures": {"reason": "chosen", "waited_s": (now_ms - ticket.arrived_ms) // 1000},
    }
    return [e.TicketCalled(ticket.id, ticket.number, ticket.service, command.window, 1, why)]


@decide.register
def _recall(command: c.Recall, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.CALLED)
    return [
        e.TicketRecalled(ticket.id, ticket.number, ticket.service, command.window, ticket.calls + 1)
    ]


@decide.register
def _start(command: c.Start, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.STARTED)
    return [e.TicketStarted(ticket.id, command.window)]


@decide.register
def _finish(command: c.Finish, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.FINISHED)
    following = ticket.returns_service or next(iter(ticket.then), None)
    return [e.TicketFinished(ticket.id, command.window, command.outcome, following, False)]


@decide.register
def _miss(command: c.Miss, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.MISSED)
    return [e.TicketMissed(ticket.id, command.window)]


@decide.register
def _park(command: c.Park, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.PARKED)
    if not command.reason.strip():
        raise WrongState("reason_missing", "挂起须写明原因。")
    return [e.TicketParked(ticket.id, command.window, command.reason, command.until_ms)]


@decide.register
def _transfer(command: c.Transfer, state: HallState, now_ms: int) -> Events:
    ticket = _ticket_at(state, command.window, Happening.TRANSFERRED)
    rules = state.known_rules
    if command.to_window is not None:
        _open_window(state, command.to_window)
    service = command.service or ticket.service
    if service not in rules.service:
        raise NotFound(f"没有编号为 {service} 的业务。", service=service)
    # a return that is still owed is carried through further transfers
    returns = (ticket.returns_to, ticket.returns_service)
    if command.returns:
        returns = (command.window, ticket.service)
    return [e.TicketTransferred(ticket.id, command.window, service, command.to_window, *returns)]


@decide.register
def _open(command: c.OpenWindow, state: HallState, now_ms: int) -> Events:
    window = _window(state, command.window)
    if window.state is WindowState.OPEN and window.clerk == command.clerk:
        return []
    return [e.WindowOpened(window.id, command.clerk)]


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
    return [] if window.state is WindowState.PAUSED else [e.WindowPaused(window.id, command.reason)]


@decide.register
def _resume_window(command: c.ResumeWindow, state: HallState, now_ms: int) -> Events:
    window = _window(state, command.window)
    if window.state is WindowState.CLOSED:
        raise WrongState("window_not_open", "窗口还没有开放。", window=window.id)
    return [] if window.state is WindowState.OPEN else [e.WindowResumed(window.id)]
