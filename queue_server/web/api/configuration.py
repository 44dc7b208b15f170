"""How the hall works, and what a manager may change while it is open; effective at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain import configuration as change
from queue_server.domain.rules import PriorityClass, Skill
from queue_server.web.answers import ERRORS, answered, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.schemas.commands import ClassIn, Command, DispatchIn, ReasonIn, SkillsIn

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["configuration"], responses=ERRORS)
M = TypeVar("M", bound=Command)


async def _change(
    request: Request,
    hall: str,
    model: type[M],
    wanted: Callable[[M], change.ConfigurationCommand],
) -> Response:
    """Who asks is checked before what is asked."""
    _, actor, service = await permitted(request, Act.CONFIGURE, hall)
    body = await body_of(request, model)
    request_id = str(body.request_id)
    return answered(await service.execute(wanted(body), request_id=request_id, by=actor.label))


@router.get("/configuration")
async def configuration(hall: str, request: Request) -> Response:
    """Services, priority classes, windows and dispatch settings as they are in force."""
    _, _, service = await permitted(request, Act.SEE_BOARD, hall)
    return as_json({"configuration": await service.configuration()})


@router.post("/windows/{window}/skills", openapi_extra=takes(SkillsIn))
async def skills(hall: str, window: str, request: Request) -> Response:
    """What a window serves, with ranks; which classes it takes first; whom it stands in for.
    Whatever is left out stays as it is."""

    def wanted(body: SkillsIn) -> change.ChangeSkills:
        found = None
        if body.skills is not None:
            found = tuple(Skill(s.service, s.rank) for s in body.skills)
        partner = "" if body.stands_in_for is None else body.stands_in_for
        named = "stands_in_for" in body.model_fields_set
        return change.ChangeSkills(window, found, body.first_classes, partner if named else None)

    return await _change(request, hall, SkillsIn, wanted)


@router.post("/services/{service}/pause", openapi_extra=takes(ReasonIn))
async def pause(hall: str, service: str, request: Request) -> Response:
    """No more numbers for this service; those who wait are served."""
    return await _change(
        request, hall, ReasonIn, lambda body: change.PauseService(service, body.reason)
    )


@router.post("/services/{service}/resume", openapi_extra=takes(Command))
async def resume(hall: str, service: str, request: Request) -> Response:
    return await _change(request, hall, Command, lambda _: change.ResumeService(service))


@router.post("/classes", openapi_extra=takes(ClassIn))
async def put_class(hall: str, request: Request) -> Response:
    """A new priority class, or another name, rate or age for one there is."""

    def wanted(body: ClassIn) -> change.PutClass:
        new = PriorityClass(body.id, body.name, body.name_en, body.rate, body.min_age)
        return change.PutClass(new)

    return await _change(request, hall, ClassIn, wanted)


def in_seconds(name: str, value: int) -> tuple[str, int]:
    """The file and the API count long times in minutes, the rules in seconds."""
    if name.endswith("_minutes"):
        return f"{name.removesuffix('_minutes')}_s", value * 60
    return name, value


@router.post("/dispatch", openapi_extra=takes(DispatchIn))
async def dispatch(hall: str, request: Request) -> Response:
    """Settings of calls and order; those left out stay."""

    def wanted(body: DispatchIn) -> change.ChangeDispatch:
        named = body.settings.model_dump(exclude_none=True)
        return change.ChangeDispatch(tuple(sorted(in_seconds(*item) for item in named.items())))

    return await _change(request, hall, DispatchIn, wanted)
