"""Windows: everything a clerk does, one route per act."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Role
from queue_server.domain import commands as c
from queue_server.web.api_tickets import ERRORS, answered
from queue_server.web.context import permitted
from queue_server.web.schemas import (
    CallTicketIn,
    Command,
    FinishIn,
    ParkIn,
    PauseIn,
    TransferIn,
)

router = APIRouter(
    prefix="/api/v1/halls/{hall}/windows/{window}", tags=["windows"], responses=ERRORS
)


async def _act(
    request: Request,
    hall: str,
    command: c.AtWindowCommand,
    body: Command,
    act: Act = Act.WORK_WINDOW,
) -> Response:
    _, actor, service = permitted(request, act, hall, command.window)
    outcome = await service.execute(command, request_id=str(body.request_id), by=actor.label)
    return answered(outcome)


@router.post("/call-next")
async def call_next(hall: str, window: str, body: Command, request: Request) -> Response:
    """Calls whoever is next; `{"ticket": null}` when nobody waits for this window."""
    return await _act(request, hall, c.CallNext(window), body)


@router.post("/call-ticket")
async def call_ticket(hall: str, window: str, body: CallTicketIn, request: Request) -> Response:
    command = c.CallTicket(window, body.ticket, body.reason)
    return await _act(request, hall, command, body, Act.CALL_CHOSEN)


@router.post("/recall")
async def recall(hall: str, window: str, body: Command, request: Request) -> Response:
    return await _act(request, hall, c.Recall(window), body)


@router.post("/start")
async def start(hall: str, window: str, body: Command, request: Request) -> Response:
    return await _act(request, hall, c.Start(window), body)


@router.post("/finish")
async def finish(hall: str, window: str, body: FinishIn, request: Request) -> Response:
    return await _act(request, hall, c.Finish(window, body.outcome), body)


@router.post("/miss")
async def miss(hall: str, window: str, body: Command, request: Request) -> Response:
    return await _act(request, hall, c.Miss(window), body)


@router.post("/park")
async def park(hall: str, window: str, body: ParkIn, request: Request) -> Response:
    until_ms = round(body.until.timestamp() * 1000) if body.until else None
    return await _act(request, hall, c.Park(window, body.reason, until_ms), body)


@router.post("/transfer")
async def transfer(hall: str, window: str, body: TransferIn, request: Request) -> Response:
    command = c.Transfer(window, body.service, body.window, body.returns)
    return await _act(request, hall, command, body)


@router.post("/open")
async def open_window(hall: str, window: str, body: Command, request: Request) -> Response:
    _, actor, _ = permitted(request, Act.WORK_WINDOW, hall, window)
    clerk = actor.name if actor.role is Role.CLERK else None
    return await _act(request, hall, c.OpenWindow(window, clerk), body)


@router.post("/close")
async def close(hall: str, window: str, body: Command, request: Request) -> Response:
    return await _act(request, hall, c.CloseWindow(window), body)


@router.post("/pause")
async def pause(hall: str, window: str, body: PauseIn, request: Request) -> Response:
    return await _act(request, hall, c.PauseWindow(window, body.reason), body)


@router.post("/resume")
async def resume(hall: str, window: str, body: Command, request: Request) -> Response:
    return await _act(request, hall, c.ResumeWindow(window), body)
