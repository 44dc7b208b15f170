"""Services, matters, windows, hours and alerts, changed while the hall is open; effective at once.

Each change is in the journal with who made it, and can be taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request, Response

from queue_server.access.roles import Act
from queue_server.domain import administration as x
from queue_server.domain.alert_settings import AlertSettings, QuietSpan, ServiceLimit
from queue_server.domain.calendar import Session, SpecialDay
from queue_server.domain.content import Guide
from queue_server.domain.rules import MatterRule, ServiceRule
from queue_server.settings.supply import WEEKDAYS
from queue_server.views.changes import changes_view
from queue_server.web.answers import ERRORS, answered, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.schemas.administration import (
    AlertsIn,
    HoursIn,
    MatterIn,
    RestoreIn,
    ServiceIn,
    WindowIn,
)
from queue_server.web.schemas.commands import Command, ReasonIn
from queue_server.web.taking_back import change_at

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["administration"], responses=ERRORS)
M = TypeVar("M", bound=Command)
LOOKED_BACK = 400


async def _change(
    request: Request,
    hall: str,
    model: type[M],
    wanted: Callable[[M], x.AdministrationCommand],
    act: Act = Act.CONFIGURE,
) -> Response:
    """Who asks is checked before what is asked."""
    _, actor, service = await permitted(request, act, hall)
    body = await body_of(request, model)
    request_id = str(body.request_id)
    return answered(await service.execute(wanted(body), request_id=request_id, by=actor.label))


@router.post("/services", openapi_extra=takes(ServiceIn))
async def put_service(hall: str, request: Request) -> Response:
    """A new service, or other words, prefix and duration for one there is."""

    def wanted(body: ServiceIn) -> x.PutService:
        usual_s = round(body.usual_minutes * 60)
        prefix = body.prefix or body.id
        rule = ServiceRule(body.id, prefix, body.name, body.name_en, body.icon, usual_s)
        return x.PutService(rule)

    return await _change(request, hall, ServiceIn, wanted)


@router.post("/services/{service}/remove", openapi_extra=takes(Command))
async def remove_service(hall: str, service: str, request: Request) -> Response:
    """With its matters, quotas and bookable times; refused while today's numbers need it."""
    return await _change(request, hall, Command, lambda _: x.RemoveService(service))


@router.post("/matters", openapi_extra=takes(MatterIn))
async def put_matter(hall: str, request: Request) -> Response:
    """A new matter with its guide, or another guide for one there is."""

    def wanted(body: MatterIn) -> x.PutMatter:
        usual_s = round(body.usual_minutes * 60)
        matter = MatterRule(body.id, body.service, body.name, body.name_en, usual_s)
        guide = Guide(
            body.id,
            body.materials,
            body.procedure,
            body.promised_working_days,
            body.result,
            body.fee,
            body.legal_basis,
        )
        return x.PutMatter(matter, guide)

    return await _change(request, hall, MatterIn, wanted)


@router.post("/matters/{matter}/remove", openapi_extra=takes(Command))
async def remove_matter(hall: str, matter: str, request: Request) -> Response:
    return await _change(request, hall, Command, lambda _: x.RemoveMatter(matter))


@router.post("/windows", openapi_extra=takes(WindowIn))
async def put_window(hall: str, request: Request) -> Response:
    """A new window, which serves nothing until it is given services, or another name."""
    return await _change(
        request, hall, WindowIn, lambda body: x.PutWindow(body.id, body.name, body.name_en)
    )


@router.post("/windows/{window}/remove", openapi_extra=takes(Command))
async def remove_window(hall: str, window: str, request: Request) -> Response:
    return await _change(request, hall, Command, lambda _: x.RemoveWindow(window))


@router.post("/classes/{priority_class}/remove", openapi_extra=takes(Command))
async def remove_class(hall: str, priority_class: str, request: Request) -> Response:
    return await _change(request, hall, Command, lambda _: x.RemoveClass(priority_class))


@router.post("/hours", openapi_extra=takes(HoursIn))
async def hours(hall: str, request: Request) -> Response:
    """Opening hours, holidays, make-up working days and special days, all of them."""

    def wanted(body: HoursIn) -> x.ChangeHours:
        sessions = (
            Session(tuple(sorted(map(WEEKDAYS.index, s.days))), s.opens, s.closes)
            for s in body.sessions
        )
        special = {
            d.day: SpecialDay(d.day, tuple((s.opens, s.closes) for s in d.sessions), d.why)
            for d in body.special_days
        }
        return x.ChangeHours(
            tuple(sessions),
            tuple(sorted(set(body.holidays))),
            tuple(sorted(set(body.makeup_days))),
            tuple(special[day] for day in sorted(special)),
        )

    return await _change(request, hall, HoursIn, wanted)


@router.post("/alerts", openapi_extra=takes(AlertsIn))
async def alerts(hall: str, request: Request) -> Response:
    """From when on the board asks for a person, and when it keeps quiet."""

    def wanted(body: AlertsIn) -> x.ChangeAlerts:
        services = {
            s.service: ServiceLimit(s.service, s.long_wait_minutes * 60, s.waiting_at_most)
            for s in body.services
        }
        settings = AlertSettings(
            long_wait_s=body.long_wait_minutes * 60,
            waiting_at_most=body.waiting_at_most,
            called_s=body.called_minutes * 60,
            idle_s=body.idle_minutes * 60,
            paused_s=body.paused_minutes * 60,
            services=tuple(services.values()),
            quiet=tuple(QuietSpan(q.begins, q.ends) for q in body.quiet),
        )
        return x.ChangeAlerts(settings)

    return await _change(request, hall, AlertsIn, wanted)


@router.post("/issuing/stop", openapi_extra=takes(ReasonIn))
async def stop_issuing(hall: str, request: Request) -> Response:
    """No more numbers of any service; those who wait are served."""
    return await _change(
        request, hall, ReasonIn, lambda body: x.StopIssuing(body.reason), Act.DIRECT_HALL
    )


@router.post("/issuing/resume", openapi_extra=takes(Command))
async def resume_issuing(hall: str, request: Request) -> Response:
    return await _change(request, hall, Command, lambda _: x.ResumeIssuing(), Act.DIRECT_HALL)


# --- what was changed, and the way back --------------------------------------------------------


@router.get("/configuration/changes")
async def changes(
    hall: str,
    request: Request,
    before: Annotated[int, Query(ge=1, le=2**53)] = 2**53,
    limit: Annotated[int, Query(ge=1, le=LOOKED_BACK)] = 50,
) -> Response:
    """Who changed what and when, the newest first; `undo`: whether it can be taken back."""
    _, _, service = await permitted(request, Act.SEE_BOARD, hall)
    found = await service.rare(before, min(LOOKED_BACK, 2 * limit))
    return as_json({"changes": await asyncio.to_thread(changes_view, found, limit)})


@router.post("/configuration/restore", openapi_extra=takes(RestoreIn))
async def restore(hall: str, request: Request) -> Response:
    """Takes the change `seq` back: rules, notices, jobs and guides as they were before it, but for
    what was changed since; refused with `changed_since` where that was the same thing."""
    _, actor, service = await permitted(request, Act.CONFIGURE, hall)
    body = await body_of(request, RestoreIn)
    command = await change_at(service, body.seq)
    request_id = str(body.request_id)
    return answered(await service.execute(command, request_id=request_id, by=actor.label))
