"""Appointments: what is free, booking, changing, cancelling, checking in; the day's list for staff.

An appointment is named by its id or by its code. Persons and phones come in bodies alone, never in
addresses, and go no further than this edge: a random reference and keyed hashes do.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain.appointments import (
    BookAppointment,
    CancelAppointment,
    ChangeAppointment,
    CheckIn,
)
from queue_server.ids import fresh_id
from queue_server.views.appointments import day_view, found_view, slot_days
from queue_server.web.acts import age_of
from queue_server.web.answers import ERRORS, answered, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import Context, permitted
from queue_server.web.dates import Day
from queue_server.web.errors import ApiError, nothing_chosen
from queue_server.web.schemas.appointments import (
    BookIn,
    CancelAppointmentIn,
    ChangeAppointmentIn,
    CheckInIn,
    FindAppointmentIn,
)
from queue_server.web.schemas.commands import PersonIn

router = APIRouter(
    prefix="/api/v1/halls/{hall}/appointments", tags=["appointments"], responses=ERRORS
)
CODE_DIGITS = 6
CODES_TRIED = 8


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


@router.get("/slots")
async def slots(hall: str, request: Request, service: str, day: Day = None) -> Response:
    """What can still be booked of a service: one day, or every day up to the horizon."""
    _, _, here = await permitted(request, Act.SEE_HALL, hall)
    return as_json(await here.ask(lambda state, now_ms: slot_days(state, service, day, now_ms)))


@router.get("")
async def of_day(hall: str, request: Request, day: Day = None) -> Response:
    """A day's appointments, for staff; the present day's if none is named. What was before the
    present day is in the journal."""
    _, _, here = await permitted(request, Act.SEE_APPOINTMENTS, hall)
    today = await here.ask(lambda state, now_ms: state.day)
    wanted = day.isoformat() if day else today
    if wanted < today:
        raise ApiError(400, "day_past", "过去的预约请查日志。", day=wanted, today=today)
    return as_json(await here.ask(lambda state, now_ms: day_view(state, wanted)))


@router.post("", status_code=201, openapi_extra=takes(BookIn))
async def book(hall: str, request: Request) -> Response:
    """201 for a new appointment, 200 when this request made it before."""
    ctx, actor, here = await permitted(request, Act.BOOK_APPOINTMENT, hall)
    body = await body_of(request, BookIn)
    if body.service is None and body.matter is None:
        raise nothing_chosen()
    phone = ctx.access.phone_hashes(hall, body.phone) if body.phone else (None, None)
    command = BookAppointment(
        appointment=fresh_id(),
        codes=tuple(_code() for _ in range(CODES_TRIED)),
        service=body.service,
        matter=body.matter,
        starts_ms=_ms(body.starts_at),
        person=await ctx.access.person_ref(body.person.id_number),
        phone=phone[0],
        phone_tail=phone[1],
    )
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    return answered(outcome, 200 if outcome.replayed else 201)


def _code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


async def _known(ctx: Context, person: PersonIn | None) -> str | None:
    """Who never booked is not noted for having asked."""
    return await ctx.access.known_person(person.id_number) if person else None


@router.post("/find", openapi_extra=takes(FindAppointmentIn))
async def find(hall: str, request: Request) -> Response:
    """One person's appointments, by code, identity card or whole phone number. A request with a
    body that changes nothing, because none of these belongs into an address."""
    ctx, _, here = await permitted(request, Act.BOOK_APPOINTMENT, hall)
    body = await body_of(request, FindAppointmentIn)
    person = await _known(ctx, body.person)
    phone = ctx.access.phone_hashes(hall, body.phone)[0] if body.phone else None
    return as_json(
        await here.ask(lambda state, now_ms: found_view(state, body.code, person, phone))
    )


@router.post("/check-in", status_code=201, openapi_extra=takes(CheckInIn))
async def check_in(hall: str, request: Request) -> Response:
    """Makes the appointment's ticket: 201. Checked in before: the same ticket, 200."""
    ctx, actor, here = await permitted(request, Act.CHECK_IN, hall)
    body = await body_of(request, CheckInIn)
    tail = ctx.access.phone_tail_hash(hall, body.phone_last4) if body.phone_last4 else None
    command = CheckIn(
        ticket=fresh_id(),
        code=body.code,
        person=await _known(ctx, body.person),
        phone_tail=tail,
        age_years=age_of(here, body.person),
        kiosk=actor.kiosk or body.kiosk,
    )
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    new = not outcome.replayed and "ticket_issued" in outcome.events
    ctx.metrics.issued(hall, new)
    return answered(outcome, 201 if new else 200)


@router.post("/{appointment}/change", openapi_extra=takes(ChangeAppointmentIn))
async def change(hall: str, appointment: str, request: Request) -> Response:
    """Moves an open appointment to another time; its code stays."""
    _, actor, here = await permitted(request, Act.BOOK_APPOINTMENT, hall)
    body = await body_of(request, ChangeAppointmentIn)
    command = ChangeAppointment(appointment, _ms(body.starts_at), body.service)
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    return answered(outcome)


@router.post("/{appointment}/cancel", openapi_extra=takes(CancelAppointmentIn))
async def cancel(hall: str, appointment: str, request: Request) -> Response:
    _, actor, here = await permitted(request, Act.BOOK_APPOINTMENT, hall)
    body = await body_of(request, CancelAppointmentIn)
    command = CancelAppointment(appointment, body.reason)
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    return answered(outcome)
