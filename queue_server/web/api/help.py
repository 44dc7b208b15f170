"""Somebody at a kiosk wants a person: it stands on the manager's board until someone says "coming".

Kept as the state of a device `KIOSK-help`, so that it is an event, survives a restart, and reaches
the board and its alarms as every other thing that needs a person does.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from queue_server.access.roles import Act
from queue_server.domain import commands as c
from queue_server.domain.events import instant_text
from queue_server.domain.state import HallState
from queue_server.service import HallService
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import Command
from queue_server.wire import hall as wire

KIND = "help"
CALLING, ANSWERED = "calling", "ok"
router = APIRouter(
    prefix="/api/v1/halls/{hall}/kiosks/{kiosk}/help", tags=["kiosks"], responses=ERRORS
)


class HelpIn(Command):
    """place: where in the kiosk's flow the person is; nothing about the person."""

    place: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]


def _name(kiosk: str) -> str:
    return f"{kiosk}-help"


@router.post("", openapi_extra=takes(HelpIn))
async def call(hall: str, kiosk: str, request: Request) -> Response:
    """Calls a person; calling again while nobody has come changes nothing."""
    _, actor, service = await permitted(request, Act.CALL_HELP, hall)
    if actor.kiosk not in (None, kiosk):
        raise ApiError(403, "not_your_kiosk", "只能用本机的名义呼叫。", kiosk=kiosk)
    body = await body_of(request, HelpIn)
    command = c.ReportDevice(_name(kiosk), KIND, CALLING, body.place, {})
    await service.execute(command, request_id=None, by=actor.label)
    return await _told(service, kiosk)


@router.get("")
async def look(hall: str, kiosk: str, request: Request) -> Response:
    """What became of the last call: the kiosk tells the person."""
    _, _, service = await permitted(request, Act.CALL_HELP, hall)
    return await _told(service, kiosk)


@router.post("/answered", openapi_extra=takes(Command))
async def answered(hall: str, kiosk: str, request: Request) -> Response:
    """Somebody of the staff goes there."""
    _, actor, service = await permitted(request, Act.ANSWER_HELP, hall)
    await body_of(request, Command)
    command = c.ReportDevice(_name(kiosk), KIND, ANSWERED, "", {})
    await service.execute(command, request_id=None, by=actor.label)
    return await _told(service, kiosk)


async def _told(service: HallService, kiosk: str) -> Response:
    told = await service.ask(lambda state, _now: _view(state, kiosk))
    return as_json(told)


def _view(state: HallState, kiosk: str) -> wire.Help:
    device = state.devices.get(_name(kiosk))
    if device is None:
        return {"kiosk": kiosk, "state": "none", "place": "", "at": None}
    calling = device.state == CALLING
    return {
        "kiosk": kiosk,
        "state": "calling" if calling else "answered",
        "place": device.detail,
        "at": instant_text(device.at_ms),
    }
