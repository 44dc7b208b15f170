"""Booking, changing and cancelling appointments."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from queue_server.domain import appointments as x
from queue_server.domain.appointments import Appointment, AppointmentStatus
from queue_server.domain.calendar import business_day, local
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.decide.tickets import service_wanted
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.events import instant_text
from queue_server.domain.said import said
from queue_server.domain.slots import Slot, slots_on
from queue_server.domain.state import HallState

_SAID = {
    AppointmentStatus.CHECKED_IN: "已签到",
    AppointmentStatus.CANCELLED: "已取消",
    AppointmentStatus.MISSED: "已过期",
}


@decide.register
def _book(command: x.BookAppointment, state: HallState, now_ms: int) -> Events:
    service = service_wanted(state.known_rules, command.service, command.matter)
    _check_person(state, command.person, service, now_ms)
    slot = _free_slot(state, service, command.starts_ms, now_ms)
    code = next((c for c in command.codes if c not in state.book.codes), None)
    if code is None:
        raise WrongState("no_code_free", "预约码暂时用完，请稍后再试。")
    appointment = Appointment(
        command.appointment,
        code,
        service,
        command.matter,
        _day(state, slot.starts_ms),
        slot.starts_ms,
        slot.ends_ms,
        command.person,
        command.phone,
        command.phone_tail,
    )
    return [x.AppointmentBooked(**x.whole(appointment))]


def _day(state: HallState, at_ms: int) -> str:
    return business_day(state.known_rules.calendar, at_ms).isoformat()


def _check_person(state: HallState, person: str, service: str, now_ms: int) -> None:
    most = state.known_rules.booking.open_at_most
    mine = [a for a in state.book.booked() if (a.person, a.service) == (person, service)]
    if len(mine) >= most:
        first = min(mine, key=lambda a: a.starts_ms)
        when = said(state.known_rules.calendar, first.starts_ms, now_ms)
        raise WrongState(
            "appointment_exists",
            f"您已经预约了这项业务（{when}），可以改期或取消。",
            service=service,
            appointment=first.id,
            starts_at=instant_text(first.starts_ms),
            at_most=most,
        )


def free_places(state: HallState, service: str, slot: Slot) -> int:
    return max(0, slot.capacity - state.book.taken[service, slot.starts_ms])


def bookable_slots(
    state: HallState, service: str, day: date, now_ms: int
) -> list[tuple[Slot, int]]:
    """The slots of a date that are still to come, each with its free places; none beyond the
    horizon."""
    rules = state.known_rules
    today = local(rules.calendar, now_ms).date()
    if not today <= day <= today + timedelta(days=rules.booking.horizon_days):
        return []
    slots = slots_on(rules.calendar, rules.slots, service, day)
    return [(s, free_places(state, service, s)) for s in slots if s.starts_ms > now_ms]


def _free_slot(
    state: HallState, service: str, starts_ms: int, now_ms: int, mine: Appointment | None = None
) -> Slot:
    """The slot that begins then, with a place in it. mine: the appointment that will leave its own
    place."""
    rules = state.known_rules
    day = local(rules.calendar, starts_ms).date()
    slots = bookable_slots(state, service, day, now_ms)
    slot = next(((s, free) for s, free in slots if s.starts_ms == starts_ms), None)
    detail = {"service": service, "starts_at": instant_text(starts_ms)}
    if slot is None:
        raise WrongState("slot_unknown", "这个时间不能预约，请另选一个时段。", **detail)
    same = mine is not None and (mine.service, mine.starts_ms) == (service, starts_ms)
    if slot[1] <= 0 and not same:
        others = [instant_text(s.starts_ms) for s, free in slots if free > 0]
        raise WrongState("slot_full", "这个时段已经约满，请另选一个时段。", **detail, free=others)
    return slot[0]


def known_appointment(state: HallState, id_or_code: str) -> Appointment:
    """Raises NotFound."""
    found = state.book.find(id_or_code)
    if found is None:
        raise NotFound("没有找到这个预约，请核对预约码。", appointment=id_or_code)
    return found


def _open_appointment(state: HallState, id_or_code: str) -> Appointment:
    found = known_appointment(state, id_or_code)
    if found.status is not AppointmentStatus.BOOKED:
        raise WrongState(
            "appointment_not_open",
            f"这个预约{_SAID[found.status]}，不能再改。",
            appointment=found.id,
            status=found.status.value,
        )
    return found


@decide.register
def _change(command: x.ChangeAppointment, state: HallState, now_ms: int) -> Events:
    found = _open_appointment(state, command.appointment)
    service = command.service or found.service
    if service not in state.known_rules.service:
        raise NotFound(f"没有编号为 {service} 的业务。", service=service)
    if service != found.service:
        _check_person(state, found.person, service, now_ms)
    slot = _free_slot(state, service, command.starts_ms, now_ms, found)
    changed = replace(
        found,
        service=service,
        matter=found.matter if service == found.service else None,
        day=_day(state, slot.starts_ms),
        starts_ms=slot.starts_ms,
        ends_ms=slot.ends_ms,
    )
    return [] if changed == found else [x.AppointmentChanged(**x.whole(changed))]


@decide.register
def _cancel(command: x.CancelAppointment, state: HallState, now_ms: int) -> Events:
    """Cancelling twice is cancelling once."""
    found = known_appointment(state, command.appointment)
    if found.status is AppointmentStatus.CANCELLED:
        return []
    found = _open_appointment(state, found.id)
    return [x.AppointmentCancelled(**x.whole(found), reason=command.reason)]


def roll_book(state: HallState, today: str) -> Events:
    """Who had booked for a day that is over and did not come."""
    missed = [a for a in state.book.booked() if a.day < today]
    missed.sort(key=lambda a: (a.starts_ms, a.id))
    return [x.AppointmentMissed(**x.whole(a)) for a in missed]
