"""Slots and appointments as the wire shows them: pure functions from state to JSON shapes."""

from __future__ import annotations

from datetime import date, timedelta

from queue_server.domain.appointments import Appointment
from queue_server.domain.calendar import local
from queue_server.domain.decide.appointments import bookable_slots
from queue_server.domain.errors import NotFound
from queue_server.domain.events import instant_text
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState
from queue_server.wire import appointments as shapes


def appointment_view(state: HallState, appointment: Appointment) -> shapes.Appointment:
    service = state.known_rules.service.get(appointment.service)
    return {
        "id": appointment.id,
        "code": appointment.code,
        "service": appointment.service,
        "service_name": service.name if service else appointment.service,
        "service_name_en": service.name_en if service else appointment.service,
        "matter": appointment.matter,
        "day": appointment.day,
        "starts_at": instant_text(appointment.starts_ms),
        "ends_at": instant_text(appointment.ends_ms),
        "status": appointment.status.value,
        "ticket": appointment.ticket,
        "with_phone": appointment.phone is not None,
    }


def slot_days(state: HallState, service: str, day: date | None, now_ms: int) -> shapes.Slots:
    """Free slots of one day, or of all days that may be booked. Raises NotFound."""
    rules = state.known_rules
    if service not in rules.service:
        raise NotFound(f"没有编号为 {service} 的业务。", service=service)
    found = [_slot_day(state, service, each, now_ms) for each in _days(rules, day, now_ms)]
    return {
        "service": service,
        "horizon_days": rules.booking.horizon_days,
        "days": [each for each in found if each["slots"] or day is not None],
    }


def _days(rules: HallRules, day: date | None, now_ms: int) -> list[date]:
    if day is not None:
        return [day]
    today = local(rules.calendar, now_ms).date()
    return [today + timedelta(days=ahead) for ahead in range(rules.booking.horizon_days + 1)]


def _slot_day(state: HallState, service: str, day: date, now_ms: int) -> shapes.SlotDay:
    return {
        "day": day.isoformat(),
        "slots": [
            {
                "starts_at": instant_text(slot.starts_ms),
                "ends_at": instant_text(slot.ends_ms),
                "capacity": slot.capacity,
                "free": free,
            }
            for slot, free in bookable_slots(state, service, day, now_ms)
        ],
    }


def day_view(state: HallState, day: str) -> shapes.Appointments:
    """All appointments of a day, in the order of their times."""
    found = [a for a in state.book.appointments.values() if a.day == day]
    found.sort(key=lambda a: (a.starts_ms, a.service, a.id))
    return {"day": day, "appointments": [appointment_view(state, a) for a in found]}


def found_view(
    state: HallState, code: str | None, person: str | None, phone: str | None
) -> shapes.FoundAppointments:
    """Those of one person that are still to come or of this day; by a code also one that ended."""
    found = [a for a in state.book.appointments.values() if _matches(a, code, person, phone)]
    found.sort(key=lambda a: (a.starts_ms, a.id))
    return {"appointments": [appointment_view(state, a) for a in found]}


def _matches(
    appointment: Appointment, code: str | None, person: str | None, phone: str | None
) -> bool:
    if code is not None:
        return appointment.code == code
    if not appointment.takes_place:
        return False
    if person is not None:
        return appointment.person == person
    return phone is not None and appointment.phone == phone
