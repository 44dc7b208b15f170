"""Kiosks that cannot always reach the server: numbers lent to them, tickets handed in later."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Actor
from queue_server.domain.leases import HandIn, OfflineTicket, TakeLeases
from queue_server.ids import fresh_id
from queue_server.service import HallService
from queue_server.views.leases import kiosks_view
from queue_server.web.acts import age_of, person_ref
from queue_server.web.answers import ERRORS, answered, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import Context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import HandInIn, LeasesIn, OfflineTicketIn

LATEST_MS = round(datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1000)
router = APIRouter(prefix="/api/v1/halls/{hall}/kiosks", tags=["kiosks"], responses=ERRORS)


async def _own(request: Request, hall: str, kiosk: str) -> tuple[Context, Actor, HallService]:
    """A kiosk borrows and hands in under its own name alone."""
    ctx, actor, service = await permitted(request, Act.BORROW_NUMBERS, hall)
    if actor.kiosk not in (None, kiosk):
        raise ApiError(
            403,
            "not_your_kiosk",
            f"这台终端的令牌是 {actor.kiosk} 的，不能用 {kiosk} 的名义借号和交号。"
            "请核对终端设置里的 kiosk_id，或者重新配对。",
            kiosk=kiosk,
            paired_as=actor.kiosk,
        )
    return ctx, actor, service


@router.get("")
async def out(hall: str, request: Request) -> Response:
    """For the manager: numbers that kiosks have out, and tickets that could not be taken in."""
    _, _, service = await permitted(request, Act.SEE_BOARD, hall)
    view = await service.ask(lambda state, now_ms: kiosks_view(state))
    return as_json(view)


@router.post("/{kiosk}/leases", openapi_extra=takes(LeasesIn))
async def leases(hall: str, kiosk: str, request: Request) -> Response:
    """Lends a block of numbers per service for when the server cannot be reached. A kiosk that asks
    again gets what it still has, and another block only when less than half is left."""
    _, actor, service = await _own(request, hall, kiosk)
    wanted = await body_of(request, LeasesIn)
    command = TakeLeases(fresh_id(), kiosk, wanted.services, wanted.size)
    outcome = await service.execute(command, request_id=str(wanted.request_id), by=actor.label)
    return answered(outcome)


@router.post("/{kiosk}/handins", openapi_extra=takes(HandInIn))
async def hand_in(hall: str, kiosk: str, request: Request) -> Response:
    """Takes in tickets that were given out offline, each once, in any order, with their own times;
    then blocks that the kiosk gives back. A ticket that cannot be taken in is told of in its own
    result and holds up no other."""
    ctx, actor, service = await _own(request, hall, kiosk)
    body = await body_of(request, HandInIn)
    command = HandIn(
        kiosk=kiosk,
        tickets=tuple([await _ticket(ctx, service, ticket) for ticket in body.tickets]),
        give_back=body.give_back,
    )
    outcome = await service.execute(command, request_id=str(body.request_id), by=actor.label)
    if not outcome.replayed:
        for event in outcome.events:
            if event == "ticket_issued":
                ctx.metrics.issued(hall, True)
    return answered(outcome)


def _told_ms(told: datetime) -> int:
    """A kiosk's clock may tell anything, when its battery is empty for one."""
    return min(max(round(told.timestamp() * 1000), 0), LATEST_MS)


async def _ticket(ctx: Context, service: HallService, ticket: OfflineTicketIn) -> OfflineTicket:
    return OfflineTicket(
        id=str(ticket.id),
        lease=ticket.lease,
        serial=ticket.serial,
        service=ticket.service,
        issued_ms=_told_ms(ticket.issued_at),
        matter=ticket.matter,
        priority_class=ticket.priority_class,
        age_years=age_of(service, ticket.person),
        person=await person_ref(ctx, ticket.person),
        printed=ticket.printed,
        cancelled=ticket.cancelled,
        id_taken=await service.other_ticket_has(str(ticket.id), ticket.lease, ticket.serial),
    )
