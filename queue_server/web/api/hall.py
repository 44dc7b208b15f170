"""The hall as it is, its live stream, its journal, its announcements, its devices' reports."""

from __future__ import annotations

import re
from typing import Annotated

import orjson
import structlog
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from queue_server.access.roles import TABLE, Act
from queue_server.domain import commands as c
from queue_server.journal.chain import Record
from queue_server.speech import SpeechUnavailable
from queue_server.views.content import face_terms, matters_view
from queue_server.web.answers import ERRORS, JSON, encoded_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import allowed, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import DeviceIn
from queue_server.web.watching import StillPermitted, while_permitted
from queue_server.wire import hall as wire

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["hall"], responses=ERRORS)
_ANNOUNCEMENT = re.compile(r"([A-Z]{1,4}\d{1,5})-([0-9A-Za-z]{1,8})")


@router.get("")
async def hall_now(hall: str, request: Request) -> Response:
    _, actor, service = await permitted(request, Act.SEE_HALL, hall)
    for_staff = bool(TABLE[actor.role] & {Act.WORK_WINDOW, Act.SEE_BOARD})
    body = await service.hall_json(for_staff=for_staff)
    return encoded_json(body)


@router.get("/matters")
async def matters(hall: str, request: Request) -> Response:
    """All matters with their service guides (五公开), and who answers for face checks."""
    ctx, _, service = await permitted(request, Act.SEE_HALL, hall)
    found = await service.ask(lambda state, _: matters_view(state))
    terms = face_terms(await ctx.pensions.settings(hall), service.presentation)
    return Response(orjson.dumps({"matters": found, "face_terms": terms}), media_type=JSON)


@router.get("/events")
async def events(
    hall: str,
    request: Request,
    topics: str | None = None,
    after: Annotated[int | None, Query(ge=0, le=2**62)] = None,
) -> StreamingResponse:
    """Server-Sent Events; the id is the journal's seq. `Last-Event-ID` or `?after=` resumes, and
    nothing is missed within the business day; those who may not read the journal are told nothing
    from before it. Whoever cannot go on where they were gets `events_skipped` first: they load the
    hall anew. Ends within seconds when whoever opened it may no longer look."""
    ctx, actor, service = await permitted(request, Act.SEE_HALL, hall)
    last = request.headers.get("last-event-id", "")
    seq = int(last) if re.fullmatch(r"\d{1,18}", last) else after
    no_journal = not allowed(ctx, actor, Act.READ_JOURNAL, hall)
    heartbeat_s = ctx.plan.server.heartbeat_s
    told = service.stream(seq, _wanted(topics), heartbeat_s, of_this_day=no_journal)
    frames = while_permitted(told, StillPermitted(request, ctx, actor, hall))
    return StreamingResponse(
        frames,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def _wanted(topics: str | None) -> frozenset[str] | None:
    """Event names of the topics asked for; None for everything."""
    if not topics:
        return None
    names = [name.strip() for name in topics.split(",")]
    for name in names:
        if name not in wire.TOPICS:
            known = ", ".join(sorted(wire.TOPICS))
            raise ApiError(400, "topic_unknown", f"没有名为 {name} 的主题。", known=known)
    return frozenset().union(*(wire.TOPICS[name] for name in names))


@router.get("/journal")
async def journal(
    hall: str,
    request: Request,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Response:
    """Events with seq > after, in order, each with the hash of the one before it."""
    _, _, service = await permitted(request, Act.READ_JOURNAL, hall)
    page = await service.journal_page(after, limit)
    body = b'{"events":[' + b",".join(_line(record) for record in page) + b"]}"
    return Response(body, media_type=JSON)


def _line(record: Record) -> bytes:
    shown: wire.JournalEvent = {
        "seq": record.seq,
        "event": record.event,
        "at": record.at,
        "data": orjson.loads(record.data),
        "prev_hash": record.prev_hash,
        "hash": record.hash,
    }
    return orjson.dumps(shown)


@router.get("/announcements/{name}.wav")
async def announcement(hall: str, name: str, request: Request) -> Response:
    """A call as sound, mono 16-bit WAV; name is `number-window`, e.g. `A001-3`."""
    ctx, _, service = await permitted(request, Act.SEE_HALL, hall)
    parts = _ANNOUNCEMENT.fullmatch(name)
    if parts is None or not service.can_be_called(parts[1], parts[2]):
        raise ApiError(404, "not_found", "没有这条播报。", name=name)
    languages = service.presentation.announce
    try:
        sound = await ctx.speech.call(languages, parts[1], parts[2])
    except SpeechUnavailable as error:
        log.warning("speech_unavailable", error=str(error))
        message = "语音暂时不可用，屏幕显示不受影响。"
        raise ApiError(503, error.code, message) from error
    return Response(
        sound, media_type="audio/wav", headers={"Cache-Control": "private, max-age=86400"}
    )


@router.post("/devices/{device}/health", openapi_extra=takes(DeviceIn))
async def device_health(hall: str, device: str, request: Request) -> Response:
    """A device says how it is; only a change becomes an event."""
    ctx, actor, service = await permitted(request, Act.REPORT_DEVICE, hall)
    report = await body_of(request, DeviceIn)
    figures = {name: value for name, value in report.figures.items() if value is not None}
    command = c.ReportDevice(device, report.kind, report.state, report.detail, figures)
    await service.execute(command, request_id=None, by=actor.label)
    ctx.metrics.device(hall, device, report.kind, report.state, figures)
    return Response(b"{}", media_type=JSON)
