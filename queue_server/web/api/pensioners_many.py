"""Many pensioners at once, for managers: a register imported, reminders handed to a gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import structlog
from fastapi import APIRouter, Request, Response

from queue_server.access.claims import ClaimedElsewhere, claimed
from queue_server.access.roles import Act, Actor
from queue_server.domain import pension_commands as c
from queue_server.domain.pensions import Pensioner
from queue_server.domain.state import HallState
from queue_server.outcome import Unavailable
from queue_server.pensions.importing import RegisterImport
from queue_server.pensions.reading import RegisterUnreadable
from queue_server.pensions.reminders import (
    AGAIN_AFTER_DAYS,
    FileGateway,
    GatewayFailed,
    Message,
    reminder_text,
)
from queue_server.service import HallService
from queue_server.views.pensions import today_of, wanted_of
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import Context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.pensions import (
    RemindIn,
)

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1/halls/{hall}/pension", tags=["pension"], responses=ERRORS)
# A server that died over it holds the others up no longer.
CLAIMED_AT_MOST_S = 300.0


@router.post("/import")
async def import_register(
    hall: str, request: Request, dry_run: bool = True, skip_bad: bool = False
) -> Response:
    """The body is the file, CSV or XLSX. With bad rows nothing is imported unless skip_bad; a dry
    run imports nothing and tells the same."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    content = await request.body()
    today = await here.ask(today_of)

    async def execute(command: c.ImportPensioners) -> Any:
        return await here.execute(command, request_id=str(uuid4()), by=actor.label)

    async def unknown(persons: Sequence[str]) -> list[str]:
        return await here.ask(
            lambda state, _: [p for p in persons if p not in state.pensions.pensioners]
        )

    importing = ctx.pensions.importing

    def told(stage: str, rows: int) -> None:
        importing[hall] = stage, rows

    work = RegisterImport(ctx.access, ctx.pensions.people(hall), execute, unknown)
    try:
        told("received", 0)
        report = await work.run(content, today, dry_run=dry_run, skip_bad=skip_bad, told=told)
    except RegisterUnreadable as error:
        raise ApiError(422, error.code, "这个文件读不懂。", **error.detail) from error
    finally:
        importing.pop(hall, None)
    if report["imported"] is not None:
        detail = {"rows": report["good"], **report["imported"]}
        await ctx.pensions.audit.note(
            hall, actor.label, "pensioners_imported", why="import", detail=detail
        )
    return as_json(report)


@router.get("/import")
async def import_progress(hall: str, request: Request) -> Response:
    """How far an import or its dry run is: the stage that is done (received, read, people,
    register) and its rows; null when none runs here."""
    ctx, _, _ = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    stage, rows = ctx.pensions.importing.get(hall, (None, 0))
    return as_json({"stage": stage, "rows": rows})


@router.post("/reminders", openapi_extra=takes(RemindIn))
async def remind(hall: str, request: Request) -> Response:
    """Hands a message to the gateway for everybody on the list whose phone is known and who was not
    reminded in the last days."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, RemindIn)
    folder = (await ctx.pensions.settings(hall)).reminders
    if folder is None:
        raise ApiError(409, "no_gateway", "还没有设置短信通道（hall.toml 的 reminders）。")
    try:
        async with (
            ctx.pensions.reminding(hall),
            claimed(ctx.access.database, f"reminders/{hall}", CLAIMED_AT_MOST_S),
        ):
            await here.catch_up()
            return await _remind(ctx, actor, here, body, FileGateway(folder))
    except ClaimedElsewhere as error:
        words = "另一处正在发送短信提醒，请稍等片刻再看名单。"
        raise ApiError(409, "reminders_under_way", words) from error


async def _remind(
    ctx: Context, actor: Actor, here: HallService, body: RemindIn, gateway: FileGateway
) -> Response:
    """One at a time: whoever was reminded just now is not found again, so that a second press or a
    repeat reminds nobody twice."""
    hall = here.id
    found = await here.ask(lambda state, now_ms: _to_remind(state, body, now_ms))
    people = await ctx.pensions.people(hall).identities(one.person for one in found)
    phones = await ctx.pensions.people(hall).phones(one.person for one in found)
    reached = [one for one in found if one.person in phones]
    today = (await here.ask(today_of)).isoformat()
    messages = [
        Message(
            phones[one.person],
            reminder_text(
                here.presentation.name,
                people[one.person].name_masked if one.person in people else "",
                one.due,
                overdue=one.is_overdue(today),
            ),
        )
        for one in reached
    ]
    detail = {"which": body.which, "region": body.region, "people": len(messages)}
    await ctx.pensions.audit.note(
        hall, actor.label, "pensioners_reminded", why="reminder", detail=detail
    )
    if messages:
        try:
            await asyncio.to_thread(gateway.hand_over, messages)
        except GatewayFailed as error:
            raise ApiError(503, error.code, "短信通道没有接收，一条也没有发。") from error
    command = c.NoteReminded(tuple(one.person for one in reached), gateway.channel)
    try:
        outcome = await here.execute(command, request_id=None, by=actor.label)
    except Unavailable as error:
        raise ApiError(
            503,
            "sent_not_noted",
            "短信已经交给通道，但没能记到名册里。请先不要再发，并告诉管理员。",
            people=len(messages),
        ) from error
    told = orjson.loads(outcome.body)
    return as_json({**told, "without_phone": len(found) - len(reached)})


def _to_remind(state: HallState, body: RemindIn, now_ms: int) -> list[Pensioner]:
    soonest = (today_of(state, now_ms) - timedelta(days=AGAIN_AFTER_DAYS)).isoformat()
    return [
        one
        for one in wanted_of(state, body.which, body.region, now_ms)
        if one.reminded is None or one.reminded <= soonest
    ]
