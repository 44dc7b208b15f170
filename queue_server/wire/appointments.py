"""The wire's shapes for slots and appointments; see wire.py."""

from __future__ import annotations

from typing import Literal, TypedDict


class Slot(TypedDict):
    starts_at: str
    ends_at: str
    capacity: int
    free: int


class SlotDay(TypedDict):
    day: str
    slots: list[Slot]  # that have not begun, in order


class Slots(TypedDict):
    """What can be booked of a service."""

    service: str
    horizon_days: int  # how many days ahead
    days: list[SlotDay]


class Appointment(TypedDict):
    id: str
    code: str  # what its person types in to check in, change or cancel
    service: str
    service_name: str
    service_name_en: str
    matter: str | None
    day: str
    starts_at: str
    ends_at: str
    status: Literal["booked", "checked_in", "cancelled", "missed"]
    ticket: str | None  # the ticket's id, since it was checked in
    with_phone: bool  # whether its person can check in by the phone's last four digits


class Appointments(TypedDict):
    day: str
    appointments: list[Appointment]  # by time


class FoundAppointments(TypedDict):
    appointments: list[Appointment]  # by time
