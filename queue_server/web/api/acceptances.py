"""办理登记: what is still promised, and settling it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain.acceptances import CloseAcceptance, Settled
from queue_server.views.acceptances import acceptances_view
from queue_server.web.answers import ERRORS, answered, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.schemas.acceptances import CloseAcceptanceIn

router = APIRouter(
    prefix="/api/v1/halls/{hall}/acceptances", tags=["acceptances"], responses=ERRORS
)


@router.get("")
async def open_ones(hall: str, request: Request, window: str | None = None) -> Response:
    """All open promises, the most urgent first; of one window: those it took in, or is the contact
    of (首问)."""
    _, _, here = await permitted(request, Act.SEE_ACCEPTANCES, hall)
    found = await here.ask(acceptances_view)
    if window is not None:
        found = [x for x in found if window in (x["window"], x["contact"]["window"])]
    return as_json({"acceptances": found})


@router.post("/{acceptance}/close", openapi_extra=takes(CloseAcceptanceIn))
async def close(hall: str, acceptance: str, request: Request) -> Response:
    """It is done, or came to another end; whether in time is noted."""
    _, actor, here = await permitted(request, Act.SETTLE_ACCEPTANCE, hall)
    body = await body_of(request, CloseAcceptanceIn)
    command = CloseAcceptance(acceptance, Settled(body.outcome), body.note)
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    return answered(outcome)
