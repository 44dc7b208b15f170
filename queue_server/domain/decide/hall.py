"""What commands to the hall as a whole lead to."""

from __future__ import annotations

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.calendar import business_day
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.decide.leases import roll_leases
from queue_server.domain.errors import WrongState
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import ENDED, TicketStatus


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
    return [*_close_day(state), *roll_leases(state, today), e.DayOpened(today)]


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
