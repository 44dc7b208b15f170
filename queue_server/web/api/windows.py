"""Windows: everything a clerk does, one route per act."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Role
from queue_server.domain import commands as c
from queue_server.web.answers import ERRORS, answered
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import actor_of, context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.plain import PlainRoute
from queue_server.web.schemas.acceptances import FinishIn
from queue_server.web.schemas.commands import (
    AtWindowIn,
    CallTicketIn,
    Command,
    MissIn,
    ParkIn,
    PauseIn,
    RateIn,
    TransferIn,
)

router = APIRouter(
    prefix="/api/v1/halls/{hall}/windows/{window}",
    tags=["windows"],
    responses=ERRORS,
    route_class=PlainRoute,
)


M = TypeVar("M", bound=Command)


async def _act(
    request: Request,
    model: type[M],
    wanted: Callable[[str, M], c.AtWindowCommand],
    act: Act = Act.WORK_WINDOW,
) -> Response:
    """Who asks is checked before what is asked. wanted: the command, from window and body."""
    hall, window = request.path_params["hall"], request.path_params["window"]
    _, actor, service = await permitted(request, act, hall, window)
    body = await body_of(request, model)
    request_id = str(body.request_id)
    command = wanted(window, body)
    sits = actor.role is Role.CLERK or isinstance(command, c.Start)
    clerk = actor.login if sits else None  # whoever starts has the person before them
    done = await service.execute(command, request_id=request_id, by=actor.label, clerk=clerk)
    return answered(done)


@router.post("/call-next", openapi_extra=takes(Command))
async def call_next(request: Request) -> Response:
    """Calls whoever is next; `{"ticket": null}` when nobody waits for this window."""
    return await _act(request, Command, lambda window, _: c.CallNext(window))


@router.post("/call-ticket", openapi_extra=takes(CallTicketIn))
async def call_ticket(request: Request) -> Response:
    """Calls a chosen ticket (特呼); the reason is kept."""

    def wanted(window: str, body: CallTicketIn) -> c.CallTicket:
        return c.CallTicket(window, body.ticket, body.reason)

    return await _act(request, CallTicketIn, wanted, Act.CALL_CHOSEN)


@router.post("/recall", openapi_extra=takes(AtWindowIn))
async def recall(request: Request) -> Response:
    """Calls again. Within the hall's pause after the last call nothing is announced."""
    return await _act(request, AtWindowIn, lambda window, body: c.Recall(window, body.ticket))


@router.post("/start", openapi_extra=takes(AtWindowIn))
async def start(request: Request) -> Response:
    return await _act(request, AtWindowIn, lambda window, body: c.Start(window, body.ticket))


@router.post("/finish", openapi_extra=takes(FinishIn))
async def finish(request: Request) -> Response:
    """Ends the step with its registration (办理登记); a bare one is done. What is accepted without
    a number of days is promised as the matter's guide says."""

    def wanted(window: str, body: FinishIn) -> c.Finish:
        days, missing = body.promised_days, body.missing
        return c.Finish(window, body.outcome, body.ticket, body.matter, days, missing, body.note)

    return await _act(request, FinishIn, wanted)


@router.post("/miss", openapi_extra=takes(MissIn))
async def miss(request: Request) -> Response:
    """Called without coming. Before the calls that the hall's rule asks for it is a skip, which
    shows on the manager's board."""

    def wanted(window: str, body: MissIn) -> c.Miss:
        return c.Miss(window, body.ticket, body.reason)

    return await _act(request, MissIn, wanted)


@router.post("/park", openapi_extra=takes(ParkIn))
async def park(request: Request) -> Response:
    def wanted(window: str, body: ParkIn) -> c.Park:
        until_ms = round(body.until.timestamp() * 1000) if body.until else None
        return c.Park(window, body.reason, until_ms, body.ticket)

    return await _act(request, ParkIn, wanted)


@router.post("/transfer", openapi_extra=takes(TransferIn))
async def transfer(request: Request) -> Response:
    def wanted(window: str, body: TransferIn) -> c.Transfer:
        return c.Transfer(window, body.service, body.window, body.returns, body.clerk, body.ticket)

    return await _act(request, TransferIn, wanted)


@router.post("/rate", openapi_extra=takes(RateIn))
async def rate(request: Request) -> Response:
    """The rating of a service that this window has just finished, from its pad; once for each. A
    clerk who is logged in cannot give it."""

    actor = await actor_of(request, context(request))
    if actor.role is Role.CLERK and actor.csrf is not None:
        message = "评价由办事群众自己给出，窗口人员不能代评。"
        raise ApiError(403, "not_permitted", message, role=actor.role.value, act="rate")

    def wanted(window: str, body: RateIn) -> c.RateStep:
        return c.RateStep(window, body.ticket, body.level, body.request_id.hex)

    return await _act(request, RateIn, wanted)


@router.post("/open", openapi_extra=takes(Command))
async def open_window(request: Request) -> Response:
    actor = await actor_of(request, context(request))
    clerk = actor.name if actor.role is Role.CLERK else None
    return await _act(request, Command, lambda window, _: c.OpenWindow(window, clerk))


@router.post("/close", openapi_extra=takes(Command))
async def close(request: Request) -> Response:
    return await _act(request, Command, lambda window, _: c.CloseWindow(window))


@router.post("/pause", openapi_extra=takes(PauseIn))
async def pause(request: Request) -> Response:
    return await _act(request, PauseIn, lambda window, body: c.PauseWindow(window, body.reason))


@router.post("/resume", openapi_extra=takes(Command))
async def resume(request: Request) -> Response:
    return await _act(request, Command, lambda window, _: c.ResumeWindow(window))
