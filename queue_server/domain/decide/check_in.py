"""An appointment becomes a ticket: by code, by identity card, or by the phone's last digits.

Whoever is early or within the grace waits from the booked time; for who is later, the hall's rule
says. Checking in takes from no quota: the place was given when it was booked.
"""

from __future__ import annotations

from queue_server.domain import appointments as x
from queue_server.domain import events as e
from queue_server.domain.admission import closed
from queue_server.domain.appointments import Appointment, AppointmentStatus
from queue_server.domain.calendar import open_for_s
from queue_server.domain.decide.appointments import known_appointment
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.decide.tickets import class_of, held_again, new_ticket
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.events import instant_text
from queue_server.domain.said import said
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import AT_A_WINDOW, ENDED, TicketStatus


@decide.register
def _check_in(command: x.CheckIn, state: HallState, now_ms: int) -> Events:
    found = _meant(command, state, now_ms)
    if (again := _again(found, state, command.kiosk)) is not None:
        return again
    arrived_ms = _arrival(found, state, now_ms)
    _check_service(found, state, now_ms)
    rules = state.known_rules
    late_s = (now_ms - found.starts_ms) // 1000
    return [
        *_instead_of(found, state),
        x.AppointmentCheckedIn(**x.whole(found), ticket=command.ticket, late_s=late_s),
        new_ticket(
            state,
            ticket=command.ticket,
            service=found.service,
            matter=found.matter if found.matter in rules.matter else None,
            priority_class=class_of(rules, rules.booking.priority_class or None, command.age_years),
            person=found.person,
            kiosk=command.kiosk,
            arrived_ms=arrived_ms,
            appointment=found.id,
        ),
    ]


# --- whose ----------------------------------------------------------------------------------


def _meant(command: x.CheckIn, state: HallState, now_ms: int) -> Appointment:
    """Raises NotFound, or WrongState with words about what to do."""
    if command.code is not None:
        found = known_appointment(state, command.code)
        if found.status is AppointmentStatus.CANCELLED:
            raise WrongState("appointment_not_open", "这个预约已取消，可以直接取号。")
        if found.day != state.day:
            raise _other_day([found], state, now_ms)
        return found
    mine = [
        a
        for a in state.book.appointments.values()
        if a.takes_place and _is_theirs(a, command.person, command.phone_tail)
    ]
    todays = [a for a in mine if a.day == state.day]
    if not todays:
        raise _other_day(mine, state, now_ms)
    if len({a.person for a in todays}) > 1:
        raise WrongState(
            "appointment_ambiguous",
            f"有 {len(todays)} 个预约的手机尾号相同，请输入预约码，或者放上身份证。",
            count=len(todays),
        )
    return min(todays, key=lambda a: _likely(a, state, now_ms))


def _is_theirs(appointment: Appointment, person: str | None, phone_tail: str | None) -> bool:
    if person is not None:
        return appointment.person == person
    return phone_tail is not None and appointment.phone_tail == phone_tail


def _likely(appointment: Appointment, state: HallState, now_ms: int) -> tuple[int, int]:
    """Of several on one day: first what is due, then what was checked in and still waits, then
    what is to come."""
    ticket = state.tickets.get(appointment.ticket or "")
    opens_ms = appointment.starts_ms - state.known_rules.booking.early_s * 1000
    if appointment.status is AppointmentStatus.BOOKED:
        return (0 if opens_ms <= now_ms else 2), appointment.starts_ms
    return (1 if ticket and ticket.status not in ENDED else 3), appointment.starts_ms


def _other_day(mine: list[Appointment], state: HallState, now_ms: int) -> WrongState | NotFound:
    if not mine:
        return NotFound("今天没有找到您的预约，可以直接取号。")
    next_one = min(mine, key=lambda a: a.starts_ms)
    when = said(state.known_rules.calendar, next_one.starts_ms, now_ms)
    return WrongState(
        "appointment_other_day",
        f"您预约的时间是{when}，请到时再来签到。",
        starts_at=instant_text(next_one.starts_ms),
    )


# --- again ----------------------------------------------------------------------------------


def _again(found: Appointment, state: HallState, kiosk: str | None) -> Events | None:
    """Checked in before: the same ticket, as long as it counts. None: it is to be checked in now,
    for the first time or because that ticket was cancelled."""
    ticket = state.tickets.get(found.ticket or "")
    if ticket is None or ticket.status is TicketStatus.CANCELLED:
        return None
    if ticket.status in ENDED:
        raise WrongState("appointment_used", "这个预约已经办过了，再办请取号。", ticket=ticket.id)
    again = held_again(state, ticket, kiosk)
    if not isinstance(again[-1], e.TicketReprinted):
        raise WrongState("rejoined_too_often", "这张号票过号次数已到上限，请重新取号。")
    return again


def _instead_of(found: Appointment, state: HallState) -> Events:
    """Who already drew a number for the same service waits with the appointment's instead."""
    ticket = state.held_by(found.person, found.service)
    if ticket is None:
        return []
    if ticket.status in AT_A_WINDOW:
        raise WrongState(
            "ticket_at_window",
            f"您的 {ticket.number} 正在 {ticket.window} 号窗口。",
            ticket=ticket.id,
            window=ticket.window,
        )
    return [e.TicketCancelled(ticket.id, "appointment")]


# --- when -----------------------------------------------------------------------------------


def _arrival(found: Appointment, state: HallState, now_ms: int) -> int:
    """The arrival that the wait counts from. Raises WrongState for too early and too late."""
    rules = state.known_rules
    opens_ms = found.starts_ms - rules.booking.early_s * 1000
    if now_ms < opens_ms and rules.booking.too_early == "refuse":
        booked = said(rules.calendar, found.starts_ms, now_ms)
        raise WrongState(
            "appointment_too_early",
            f"您预约的时间是{booked}，{said(rules.calendar, opens_ms, now_ms)}起可以签到。",
            starts_at=instant_text(found.starts_ms),
            from_at=instant_text(opens_ms),
        )
    if now_ms <= found.starts_ms + rules.booking.grace_s * 1000:
        return found.starts_ms
    if rules.booking.late_rule == "refuse":
        raise WrongState(
            "appointment_too_late",
            f"您预约的{said(rules.calendar, found.starts_ms, now_ms)}已过，可以直接取号。",
            starts_at=instant_text(found.starts_ms),
        )
    return found.starts_ms if rules.booking.late_rule == "booked" else now_ms


def _check_service(found: Appointment, state: HallState, now_ms: int) -> None:
    """Doors open before the hours do, but nobody is served after them."""
    rules = state.known_rules
    if found.service not in rules.service:
        raise WrongState(
            "service_gone", "大厅已不办理这项业务，请到咨询台。", service=found.service
        )
    if open_for_s(rules.calendar, now_ms, whole_day=True) == 0:
        raise closed(state, found.service, now_ms).refusal()
