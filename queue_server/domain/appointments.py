"""The hall's appointment book: an aggregate of its own in the hall's journal.

Each event carries the whole appointment, so that an open one can be kept over days by its last
event alone (keeping.py). A person stands in it as a random reference, a phone as keyed hashes made
before it gets here. What may be booked is in slots.py, the rules are in decide/appointments.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from queue_server.domain.events import Event


class AppointmentStatus(StrEnum):
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Appointment:
    """code: what its person types in; phone, phone_tail: keyed hashes of the whole number and of
    its last four digits. ticket: since it was checked in."""

    id: str
    code: str
    service: str
    matter: str | None
    day: str
    starts_ms: int
    ends_ms: int
    person: str
    phone: str | None
    phone_tail: str | None
    status: AppointmentStatus = AppointmentStatus.BOOKED
    ticket: str | None = None

    @property
    def takes_place(self) -> bool:
        """Whether it fills a place of its slot."""
        return self.status in (AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN)


# --- what is asked --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BookAppointment:
    """appointment: a fresh random id. codes: random ones, of which the first that is free is taken.
    Exactly one of service and matter is needed (both must agree)."""

    appointment: str
    codes: tuple[str, ...]
    service: str | None
    matter: str | None
    starts_ms: int
    person: str
    phone: str | None = None
    phone_tail: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeAppointment:
    """appointment: its id or code; moves it to another time, and to another service if given."""

    appointment: str
    starts_ms: int
    service: str | None = None


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """appointment: its id or code."""

    appointment: str
    reason: str = "person"


@dataclass(frozen=True, slots=True)
class CheckIn:
    """ticket: a fresh random id. One of code, person and phone_tail says whose appointment."""

    ticket: str
    code: str | None = None
    person: str | None = None
    phone_tail: str | None = None
    age_years: int | None = None
    kiosk: str | None = None


# --- what happened --------------------------------------------------------------------------


@dataclass(frozen=True)
class AboutAppointment(Event, part=True):
    """What every event of an appointment tells: all of it, as it is from then on."""

    appointment: str
    code: str
    service: str
    matter: str | None
    day: str
    starts_ms: int
    ends_ms: int
    person: str
    phone: str | None
    phone_tail: str | None


@dataclass(frozen=True)
class AppointmentBooked(AboutAppointment):
    pass


@dataclass(frozen=True)
class AppointmentChanged(AboutAppointment):
    pass


@dataclass(frozen=True)
class AppointmentCancelled(AboutAppointment):
    reason: str


@dataclass(frozen=True)
class AppointmentCheckedIn(AboutAppointment):
    """late_s: after the booked time; negative for who came early."""

    ticket: str
    late_s: int


@dataclass(frozen=True)
class AppointmentMissed(AboutAppointment):
    """The day ended and nobody had checked in."""


def whole(appointment: Appointment) -> dict[str, Any]:
    """The fields of an AboutAppointment."""
    return {
        "appointment": appointment.id,
        "code": appointment.code,
        "service": appointment.service,
        "matter": appointment.matter,
        "day": appointment.day,
        "starts_ms": appointment.starts_ms,
        "ends_ms": appointment.ends_ms,
        "person": appointment.person,
        "phone": appointment.phone,
        "phone_tail": appointment.phone_tail,
    }


# --- how it stands --------------------------------------------------------------------------


@dataclass(slots=True)
class AppointmentBook:
    """Open appointments of all days to come, and all that this day has seen."""

    appointments: dict[str, Appointment] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    taken: Counter[tuple[str, int]] = field(default_factory=Counter)

    def put(self, appointment: Appointment) -> None:
        """Adds it, or replaces what was known of it."""
        self._remove(appointment.id)
        self.appointments[appointment.id] = appointment
        self.codes[appointment.code] = appointment.id
        if appointment.takes_place:
            self.taken[appointment.service, appointment.starts_ms] += 1

    def _remove(self, appointment_id: str) -> None:
        was = self.appointments.pop(appointment_id, None)
        if was is None:
            return
        del self.codes[was.code]
        if was.takes_place:
            slot = (was.service, was.starts_ms)
            self.taken[slot] -= 1
            if not self.taken[slot]:
                del self.taken[slot]

    def find(self, id_or_code: str) -> Appointment | None:
        return self.appointments.get(self.codes.get(id_or_code, id_or_code))

    def booked(self) -> Iterator[Appointment]:
        return (a for a in self.appointments.values() if a.status is AppointmentStatus.BOOKED)

    def keep_booked(self) -> None:
        """A new day begins: what has ended is forgotten."""
        for appointment in list(self.appointments.values()):
            if appointment.status is not AppointmentStatus.BOOKED:
                self._remove(appointment.id)
