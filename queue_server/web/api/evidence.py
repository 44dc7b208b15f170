"""Evidence pictures, for managers: of which checks there are any, and each picture.

Each look is in the audit log before anything is shown.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain.calendar import Calendar, date_at
from queue_server.domain.decide.pensions import known_pensioner
from queue_server.domain.event_base import instant_ms
from queue_server.pensions.evidence import Kept
from queue_server.web.answers import ERRORS, NOT_KEPT, as_json, media_type
from queue_server.web.context import permitted
from queue_server.web.errors import ApiError

router = APIRouter(prefix="/api/v1/halls/{hall}/pension", tags=["pension"], responses=ERRORS)


@router.get("/people/{person}/evidence")
async def evidence(hall: str, person: str, request: Request) -> Response:
    """The checks of which pictures are kept, and until when; none where that is switched off."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    await here.ask(lambda state, _: known_pensioner(state, person))
    note = ctx.pensions.audit.note
    await note(hall, actor.label, "evidence_listed", subject=person, why="evidence")
    found = await ctx.pensions.people(hall).evidence.of(person)
    return as_json({"evidence": [{**asdict(one), **_days(here.calendar, one)} for one in found]})


def _days(calendar: Calendar, one: Kept) -> dict[str, str | None]:
    """In the hall's zone, for people to read."""
    until = None if one.keep_until is None else _day(calendar, one.keep_until)
    return {"created_day": _day(calendar, one.created_at), "keep_until_day": until}


def _day(calendar: Calendar, instant: str) -> str:
    return date_at(calendar, instant_ms(instant)).isoformat()


@router.get("/people/{person}/evidence/{check}/{which}")
async def evidence_picture(
    hall: str, person: str, check: str, which: Literal["live", "reference"], request: Request
) -> Response:
    """One of the two pictures that a clerk compared."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    await here.ask(lambda state, _: known_pensioner(state, person))
    note, detail = ctx.pensions.audit.note, {"check": check}
    await note(hall, actor.label, "evidence_seen", subject=person, why=which, detail=detail)
    content = await ctx.pensions.people(hall).evidence.picture(person, check, which)
    if content is None:
        raise ApiError(404, "picture_gone", "照片已经删除。", check=check)
    kind = media_type(content[:4]) or "application/octet-stream"
    return Response(content, media_type=kind, headers=NOT_KEPT)
