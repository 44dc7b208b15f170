"""Notices and jobs: what people read, and what managers change; effective at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain import content as x
from queue_server.views.content import all_content, shown_content
from queue_server.web.answers import ERRORS, answered, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.schemas.commands import Command
from queue_server.web.schemas.content import JobIn, NoticeIn

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["content"], responses=ERRORS)
M = TypeVar("M", bound=Command)


@router.get("/notices")
async def notices(hall: str, request: Request) -> Response:
    """Notices and jobs that are shown today."""
    _, _, service = await permitted(request, Act.SEE_HALL, hall)
    found = await service.ask(shown_content)
    return as_json(found)


@router.get("/content")
async def content(hall: str, request: Request) -> Response:
    """All notices and jobs, for whoever tends them."""
    _, _, service = await permitted(request, Act.SEE_BOARD, hall)
    found = await service.ask(lambda state, _: all_content(state))
    return as_json(found)


async def _change(
    request: Request, hall: str, model: type[M], wanted: Callable[[M], x.ContentCommand]
) -> Response:
    """Who asks is checked before what is asked."""
    _, actor, service = await permitted(request, Act.CONFIGURE, hall)
    body = await body_of(request, model)
    request_id = str(body.request_id)
    return answered(await service.execute(wanted(body), request_id=request_id, by=actor.label))


def _id_of(body: NoticeIn | JobIn) -> str:
    """A new thing is named by the request that makes it, so that a repeat names the same one."""
    return body.id or body.request_id.hex[:12]


@router.post("/notices", openapi_extra=takes(NoticeIn))
async def put_notice(hall: str, request: Request) -> Response:
    """A new notice, or other words or days for one there is."""

    def wanted(body: NoticeIn) -> x.PutContent:
        told = body.model_dump(exclude={"request_id", "id"})
        return x.PutContent(x.Notice(_id_of(body), **told))

    return await _change(request, hall, NoticeIn, wanted)


@router.post("/notices/{notice}/remove", openapi_extra=takes(Command))
async def remove_notice(hall: str, notice: str, request: Request) -> Response:
    return await _change(request, hall, Command, lambda _: x.RemoveContent("notice", notice))


@router.post("/jobs", openapi_extra=takes(JobIn))
async def put_job(hall: str, request: Request) -> Response:
    """A new job, or other words for one there is."""

    def wanted(body: JobIn) -> x.PutContent:
        told = body.model_dump(exclude={"request_id", "id"})
        return x.PutContent(x.Job(_id_of(body), **told))

    return await _change(request, hall, JobIn, wanted)


@router.post("/jobs/{job}/remove", openapi_extra=takes(Command))
async def remove_job(hall: str, job: str, request: Request) -> Response:
    return await _change(request, hall, Command, lambda _: x.RemoveContent("job", job))
