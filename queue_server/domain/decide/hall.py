"""What commands to the hall as a whole lead to."""

from __future__ import annotations

from collections import Counter

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.alarms import Alarm
from queue_server.domain.calendar import business_day
from queue_server.domain.decide.appointments import roll_book
from queue_server.domain.decide.cases import sum_reviews
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.decide.leases import roll_leases
from queue_server.domain.remembered import LASTING_FIGURES
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import ENDED, TicketStatus


@decide.register
def _roll_day(command: c.RollDay, state: HallState, now_ms: int) -> Events:
    today = business_day(state.known_rules.calendar, now_ms).isoformat()
    if state.day >= today:  # also when the clock stepped back over the day's end
        return []
    carried = (*roll_book(state, today), *roll_leases(state, today), *sum_reviews(state))
    return [*_close_day(state), *carried, e.DayOpened(today)]


def _close_day(state: HallState) -> Events:
    """Ends everything that has not ended, and tells what there was."""
    if not state.day:
        return []
    closing: Events = []
    left: Counter[str] = Counter()
    for ticket in state.tickets.values():
        if ticket.status is TicketStatus.SERVING:
            closing.append(e.TicketFinished(ticket.id, ticket.window or "", None, None, True))
        elif ticket.status not in ENDED:
            closing.append(e.TicketExpired(ticket.id))
            left[ticket.status.value] += 1
    expired = left.total()
    flagged = len(closing) - expired
    issued = state.today["issued"]
    return [*closing, e.DayClosed(state.day, issued, expired, flagged, dict(sorted(left.items())))]


@decide.register
def _pass_time(command: c.PassTime, state: HallState, now_ms: int) -> Events:
    """Much may be due at once, after a stop for one: nothing follows on a ticket's being given
    up."""
    events: Events = []
    given_up: set[str] = set()
    for ticket, kind in state.alarms.due(now_ms):
        if ticket not in given_up:
            events.append(_due(kind, ticket))
        if kind is Alarm.UNANSWERED:
            given_up.add(ticket)
    return events


def _due(kind: Alarm, ticket: str) -> e.Event:
    match kind:
        case Alarm.PARKED:
            return e.TicketResumed(ticket)
        case Alarm.DEFERRED:
            return e.TicketDeferralEnded(ticket)
        case Alarm.UNANSWERED:
            return e.TicketCancelled(ticket, "no_answer")


@decide.register
def _report_device(command: c.ReportDevice, state: HallState, now_ms: int) -> Events:
    known = state.devices.get(command.device)
    figures = {k: v for k, v in command.figures.items() if k in LASTING_FIGURES}
    told = (command.state, command.detail, figures)
    if known and (known.state, known.detail, known.figures) == told:
        return []
    return [e.DeviceChanged(command.device, command.kind, *told)]
