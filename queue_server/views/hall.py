"""The hall and its tickets as the wire shows them: pure functions from state to JSON shapes."""

from __future__ import annotations

from typing import Any

from queue_server.domain.admission import Obstacle, admission
from queue_server.domain.calendar import is_open
from queue_server.domain.estimate import people_ahead, promise, promise_left
from queue_server.domain.events import instant_text
from queue_server.domain.outlook import Promise
from queue_server.domain.remembered import RecentCall
from queue_server.domain.rules import HallRules, WindowRule
from queue_server.domain.state import HallState, Ticket, Window
from queue_server.domain.vocabulary import PUBLIC_PAUSES, TicketStatus, WindowState
from queue_server.presentation import Presentation
from queue_server.review_code import review_code
from queue_server.views.acceptances import promises_view
from queue_server.views.board import missed_view, out_of_turn_view, parked_view
from queue_server.views.cases import published_view
from queue_server.views.configuration import alerts_view, hours_lines
from queue_server.views.content import shown_content
from queue_server.views.messages import messages_view, public_messages
from queue_server.wire import hall as wire

CALLS_SHOWN = 12


def ticket_view(
    state: HallState,
    ticket: Ticket,
    now_ms: int,
    follow_token: str,
    *,
    reprint: bool = False,
    rejoined: bool = False,
) -> wire.Ticket:
    """A ticket as it stands now, with its place looked up."""
    ahead = None
    wait = None
    if ticket.status is TicketStatus.WAITING:
        ahead = people_ahead(state, ticket.id, now_ms)
        wait = promise_left(state, ticket, ahead, now_ms)
    return ticket_shape(
        state.known_rules, ticket, ahead, wait, follow_token, reprint=reprint, rejoined=rejoined
    )


def ticket_shape(
    rules: HallRules,
    ticket: Ticket,
    ahead: int | None,
    wait: Promise | None,
    follow_token: str,
    *,
    reprint: bool = False,
    rejoined: bool = False,
) -> wire.Ticket:
    service = rules.service[ticket.service]
    return {
        "id": ticket.id,
        "number": ticket.number,
        "service": ticket.service,
        "service_name": service.name,
        "service_name_en": service.name_en,
        "matter": ticket.matter,
        "then": list(ticket.then),
        "status": ticket.status.value,
        "priority_class": ticket.priority_class,
        "issued_at": instant_text(ticket.issued_ms),
        "position": None if ahead is None else ahead + 1,
        "people_ahead": ahead,
        "wait": _wait(wait),
        "window": ticket.window,
        "windows": _windows(rules, ticket),
        "calls": ticket.calls,
        "follow_path": f"/t/{follow_token}" if follow_token else "",
        "review_code": review_code(follow_token),
        "reprint": reprint,
        "rejoined": rejoined,
        "printed": ticket.printed,
        "booked_for": _maybe(ticket.booked_ms),
        "offline": ticket.lease is not None,
        "kept": ticket.kept,
        "deferred_until": _maybe(ticket.until_ms) if ticket.deferred else None,
        "may_defer": ticket.status is TicketStatus.WAITING
        and ticket.defers < rules.dispatch.defers_at_most,
    }


def _windows(rules: HallRules, ticket: Ticket) -> list[str]:
    """Those that may call it: all that serve its service, or the one it is kept for."""
    if ticket.for_window is not None:
        return [ticket.for_window]
    return list(rules.windows_for[ticket.service])


def _wait(told: Promise | None) -> wire.Wait | None:
    if told is None:
        return None
    return {"p50_s": told.p50_s, "p90_s": told.p90_s, "about": told.about}


def window_view(state: HallState, window: Window, presentation: WindowRule) -> wire.Window:
    ticket = state.tickets[window.ticket] if window.ticket else None
    return {
        "id": window.id,
        "name": presentation.name,
        "name_en": presentation.name_en,
        "state": window.state.value,
        "reason": window.reason,
        "clerk": window.clerk,
        "since": instant_text(window.since_ms),
        "free_since": _free_since(window),
        "skills": [{"service": s.service, "rank": s.rank} for s in presentation.skills],
        "ticket": _at_window(state.known_rules, ticket) if ticket else None,
        "waiting": _people_for(state, window.id),
        "first_classes": list(presentation.first_classes),
        "stands_in_for": presentation.stands_in_for,
        "standing_in": state.reach(window.id).partner is not None,
        "messages": messages_view(state, window.id),
    }


def _people_for(state: HallState, window: str) -> int:
    reach, line = state.reach(window), state.line
    free = sum(map(line.count_free, reach.services))
    return free + sum(map(line.count_kept, reach.windows))


def _free_since(window: Window) -> str | None:
    free = window.state is WindowState.OPEN and window.ticket is None
    return instant_text(window.free_ms) if free else None


def _at_window(rules: HallRules, ticket: Ticket) -> wire.WindowTicket:
    service = rules.service[ticket.service]
    matter = rules.matter.get(ticket.matter or "")
    return {
        "id": ticket.id,
        "number": ticket.number,
        "service": ticket.service,
        "service_name": service.name,
        "priority_class": ticket.priority_class,
        "status": ticket.status.value,
        "since": instant_text(ticket.since_ms),
        "calls": ticket.calls,
        "usual_s": matter.usual_s if matter else service.usual_s,
        "matter": ticket.matter,
        "matter_name": matter.name if matter else None,
        "matter_name_en": matter.name_en if matter else None,
        "contact": {"window": ticket.first_window, "clerk": ticket.first_clerk},
        "step": len(ticket.steps) + 1,
    }


def service_view(state: HallState, service: str, now_ms: int) -> wire.Service:
    rules = state.known_rules
    rule = rules.service[service]
    waiting = state.line.count(service)
    admitted = admission(state, service, now_ms)
    heads = [queue[0].arrived_ms for queue in state.line.queues(service).values()]
    return {
        "id": rule.id,
        "prefix": rule.prefix,
        "name": rule.name,
        "name_en": rule.name_en,
        "icon": rule.icon,
        "waiting": waiting,
        "wait": _wait(promise(state, service, rules.ordinary, waiting, now_ms)),
        "longest_wait_s": max(0, now_ms - min(heads)) // 1000 if heads else 0,
        "windows": list(rules.windows_for[service]),
        "accepting": admitted.obstacle is None,
        "paused": rule.paused is not None,
        "obstacle": _obstacle(admitted.obstacle),
        "closes_at": _maybe(admitted.closes_ms),
        "opens_at": _maybe(admitted.opens_ms),
        "closing_soon": admitted.closing_soon,
        "left": admitted.left,
    }


def _obstacle(obstacle: Obstacle | None) -> wire.Obstacle | None:
    return None if obstacle is None else {"code": obstacle.code, "message": obstacle.words}


def call_view(rules: HallRules, hall: str, call: RecentCall) -> wire.Call:
    service, window = rules.service.get(call.service), rules.window.get(call.window)
    return {
        "seq": call.seq,
        "number": call.number,
        "service": call.service,
        "service_name": service.name if service else call.service,
        "service_name_en": service.name_en if service else call.service,
        "window": call.window,
        "window_name": window.name if window else call.window,
        "window_name_en": window.name_en if window else call.window,
        "at": instant_text(call.at_ms),
        "again": call.again,
        "audio": f"/api/v1/halls/{hall}/announcements/{call.number}-{call.window}.wav",
    }


def hall_view(
    state: HallState, presentation: Presentation, now_ms: int, *, clock_off_s: int = 0
) -> wire.Hall:
    rules = state.known_rules
    return {
        "id": rules.id,
        "name": presentation.name,
        "name_en": presentation.name_en,
        "region": list(presentation.region),
        "time_zone": rules.calendar.time_zone,
        "business_day": state.day,
        "now": instant_text(now_ms),
        "clock_off_s": clock_off_s,
        "seq": state.seq,
        "open": is_open(rules.calendar, now_ms),
        "appointments": bool(rules.slots),
        "hours": hours_lines(rules.calendar),
        "notice": presentation.notice,
        "notice_en": presentation.notice_en,
        "notices": shown_content(state, now_ms)["notices"],
        "services": [service_view(state, s.id, now_ms) for s in rules.services],
        "priority_classes": [
            {"id": c.id, "name": c.name, "name_en": c.name_en, "min_age": c.min_age}
            for c in rules.classes
        ],
        "windows": [window_view(state, state.windows[w.id], w) for w in rules.windows],
        "calls": [call_view(rules, rules.id, c) for c in list(state.recent_calls)[:CALLS_SHOWN]],
        "missed": missed_view(state),
        "parked": parked_view(state),
        "out_of_turn": out_of_turn_view(state),
        "alerts": alerts_view(rules.alerts),
        "devices": [
            {
                "id": d.id,
                "kind": d.kind,
                "state": d.state,
                "detail": d.detail,
                "figures": d.figures,
                "at": instant_text(d.at_ms),
            }
            for d in state.devices.values()
        ],
        "promises": promises_view(state, now_ms),
        "reviews": published_view(state),
        "auto_call_s": rules.dispatch.auto_call_s,
        "today": _today(state),
    }


def _today(state: HallState) -> dict[str, int]:
    counted = ("issued", "finished", "missed", "cancelled", "waiting")
    busy = [t for w in state.windows if (t := state.at_window(w)) is not None]
    return {
        **{name: state.today[name] for name in counted},
        "called": sum(t.status is TicketStatus.CALLED for t in busy),
        "serving": sum(t.status is TicketStatus.SERVING for t in busy),
    }


def for_everybody(hall: wire.Hall) -> wire.Hall:
    """The hall without what is for staff alone: own words, names of clerks, devices."""
    windows: list[wire.Window] = [
        {
            **window,
            "reason": window["reason"] if window["reason"] in PUBLIC_PAUSES else None,
            "clerk": None,
            "ticket": _without_clerk(window["ticket"]),
            "messages": public_messages(window["messages"]),
        }
        for window in hall["windows"]
    ]
    parked: list[wire.ParkedTicket] = [{**ticket, "reason": None} for ticket in hall["parked"]]
    withheld: dict[str, Any] = {"devices": [], "out_of_turn": [], "promises": None, "alerts": None}
    withheld["clock_off_s"] = 0
    return {**hall, "windows": windows, "parked": parked, **withheld}  # type: ignore[typeddict-item]


def _without_clerk(ticket: wire.WindowTicket | None) -> wire.WindowTicket | None:
    if ticket is None:
        return None
    return {**ticket, "matter": None, "contact": {**ticket["contact"], "clerk": None}}


def _maybe(at_ms: int | None) -> str | None:
    return None if at_ms is None else instant_text(at_ms)
