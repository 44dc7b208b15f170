"""A manager's message to one window: on its clerk's console, or on the window's screen."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from queue_server.access.roles import Act
from queue_server.domain import messages as x
from queue_server.web.answers import ERRORS, answered
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.schemas.commands import Command

router = APIRouter(
    prefix="/api/v1/halls/{hall}/windows/{window}/messages", tags=["windows"], responses=ERRORS
)


class TellIn(Command):
    """place: `clerk` for the console alone, `screen` for the people at the window too."""

    text: Annotated[str, Field(min_length=1, max_length=x.TEXT_AT_MOST)]
    place: Literal["clerk", "screen"] = "clerk"


MESSAGE_BODIES: list[type[BaseModel]] = [TellIn]


@router.post("", openapi_extra=takes(TellIn))
async def tell(hall: str, window: str, request: Request) -> Response:
    """Shown at once, until it is read or taken back, at the longest until the day closes."""
    _, actor, service = await permitted(request, Act.DIRECT_HALL, hall)
    body = await body_of(request, TellIn)
    command = x.TellWindow(body.request_id.hex, window, body.text, x.Place(body.place))
    request_id = str(body.request_id)
    return answered(await service.execute(command, request_id=request_id, by=actor.label))


@router.post("/{message}/read", openapi_extra=takes(Command))
async def read(hall: str, window: str, message: str, request: Request) -> Response:
    """By the clerk: seen, or taken off the window's screen."""
    return await _end(request, hall, window, message, x.End.READ, Act.WORK_WINDOW)


@router.post("/{message}/take-back", openapi_extra=takes(Command))
async def take_back(hall: str, window: str, message: str, request: Request) -> Response:
    return await _end(request, hall, window, message, x.End.TAKEN_BACK, Act.DIRECT_HALL)


async def _end(
    request: Request, hall: str, window: str, message: str, how: x.End, act: Act
) -> Response:
    limited_to = window if act is Act.WORK_WINDOW else None
    _, actor, service = await permitted(request, act, hall, limited_to)
    body = await body_of(request, Command)
    command = x.EndMessage(window, message, how)
    request_id = str(body.request_id)
    return answered(await service.execute(command, request_id=request_id, by=actor.label))
