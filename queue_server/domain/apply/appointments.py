"""How events of appointments change the hall's book. Each tells the whole of its appointment, so
none needs an earlier one."""

from __future__ import annotations

from queue_server.domain import appointments as x
from queue_server.domain.apply.core import on
from queue_server.domain.state import HallState


def _put(
    event: x.AboutAppointment,
    state: HallState,
    status: x.AppointmentStatus,
    ticket: str | None = None,
) -> None:
    state.book.put(
        x.Appointment(
            event.appointment,
            event.code,
            event.service,
            event.matter,
            event.day,
            event.starts_ms,
            event.ends_ms,
            event.person,
            event.phone,
            event.phone_tail,
            status,
            ticket,
        )
    )


@on.register(x.AppointmentBooked)
@on.register(x.AppointmentChanged)
def _open(event: x.AppointmentBooked | x.AppointmentChanged, state: HallState, at_ms: int) -> None:
    _put(event, state, x.AppointmentStatus.BOOKED)


@on.register
def _cancelled(event: x.AppointmentCancelled, state: HallState, at_ms: int) -> None:
    _put(event, state, x.AppointmentStatus.CANCELLED)


@on.register
def _checked_in(event: x.AppointmentCheckedIn, state: HallState, at_ms: int) -> None:
    _put(event, state, x.AppointmentStatus.CHECKED_IN, event.ticket)


@on.register
def _missed(event: x.AppointmentMissed, state: HallState, at_ms: int) -> None:
    _put(event, state, x.AppointmentStatus.MISSED)
