"""Reminders for those who are due: whom they would go to, sending them, and how far that is.

One sending at a time in all servers of a hall, and nobody twice within a week: a second press, a
repeat and another manager remind nobody again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Literal

import orjson
from fastapi import APIRouter, Request, Response

from queue_server.access.claims import ClaimedElsewhere, claimed
from queue_server.access.roles import Act, Actor
from queue_server.domain import pension_commands as c
from queue_server.domain.pensions import Pensioner
from queue_server.outcome import Unavailable
from queue_server.pensions.reminders import (
    AGAIN_AFTER_DAYS,
    FileGateway,
    GatewayFailed,
    Message,
    Wanted,
    reminder_text,
    wanted,
)
from queue_server.service import HallService
from queue_server.views.pensions import today_of, wanted_of
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import Context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.pensions import RemindIn

router = APIRouter(prefix="/api/v1/halls/{hall}/pension", tags=["pension"], responses=ERRORS)
# A server that died over it holds the others up no longer.
CLAIMED_AT_MOST_S = 300.0


@router.get("/reminders")
async def preview(
    hall: str,
    request: Request,
    which: Literal["due", "overdue"] = "due",
    region: str | None = None,
) -> Response:
    """Whom reminders would go to, by region; nothing is sent and nothing personal is read."""
    ctx, _, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    await _gateway(ctx, here)
    await here.catch_up()
    found = await _wanted(here, which, region)
    reached = await ctx.pensions.people(hall).with_phone(one.person for one in found.people)
    regions = Counter(one.region for one in found.people if one.person in reached)
    return as_json(
        {
            "people": len(reached),
            "without_phone": len(found.people) - len(reached),
            "recent": found.recent,
            "last": found.last,
            "again_after_days": AGAIN_AFTER_DAYS,
            "regions": [{"region": r, "people": n} for r, n in sorted(regions.items())],
        }
    )


@router.get("/reminders/progress")
async def progress(hall: str, request: Request) -> Response:
    """How far a sending is: the stage that is under way (finding, handing_over, noting) and its
    people; null when none runs in this process."""
    ctx, _, _ = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    stage, people = ctx.pensions.reminded.get(hall, (None, 0))
    return as_json({"stage": stage, "people": people})


@router.post("/reminders", openapi_extra=takes(RemindIn))
async def remind(hall: str, request: Request) -> Response:
    """Hands a message to the gateway for everybody on the list whose phone is known and who was not
    reminded in the last days."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, RemindIn)
    gateway = await _gateway(ctx, here)
    try:
        async with (
            ctx.pensions.reminding(hall),
            claimed(ctx.access.database, f"reminders/{hall}", CLAIMED_AT_MOST_S),
        ):
            await here.catch_up()
            return await _remind(ctx, actor, here, body, gateway)
    except ClaimedElsewhere as error:
        words = "另一处正在发送短信提醒，请稍等片刻再看名单。"
        raise ApiError(409, "reminders_under_way", words) from error
    finally:
        ctx.pensions.reminded.pop(hall, None)


async def _gateway(ctx: Context, here: HallService) -> FileGateway:
    folder = (await ctx.pensions.settings(here.id)).reminders
    if folder is None:
        raise ApiError(409, "no_gateway", "还没有设置短信通道（hall.toml 的 reminders）。")
    return FileGateway(folder, here.calendar.time_zone)


async def _wanted(here: HallService, which: str, region: str | None) -> Wanted:
    return await here.ask(
        lambda state, now_ms: wanted(
            wanted_of(state, which, region, now_ms), today_of(state, now_ms)
        )
    )


async def _remind(
    ctx: Context, actor: Actor, here: HallService, body: RemindIn, gateway: FileGateway
) -> Response:
    """With the claim held: whoever was reminded just now is not found again."""
    hall, at = here.id, ctx.pensions.reminded
    found = (await _wanted(here, body.which, body.region)).people
    at[hall] = "finding", len(found)
    reached, messages = await _messages(ctx, here, found)
    detail = {"which": body.which, "region": body.region, "people": len(messages)}
    await ctx.pensions.audit.note(
        hall, actor.label, "pensioners_reminded", why="reminder", detail=detail
    )
    at[hall] = "handing_over", len(messages)
    if messages:
        try:
            await asyncio.to_thread(gateway.hand_over, messages)
        except GatewayFailed as error:
            raise ApiError(503, error.code, "短信通道没有接收，一条也没有发。") from error
    at[hall] = "noting", len(messages)
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


async def _messages(
    ctx: Context, here: HallService, found: Sequence[Pensioner]
) -> tuple[list[Pensioner], list[Message]]:
    """Those who can be reached, and what each is told."""
    people = await ctx.pensions.people(here.id).identities(one.person for one in found)
    phones = await ctx.pensions.people(here.id).phones(one.person for one in found)
    today = (await here.ask(today_of)).isoformat()
    reached = [one for one in found if one.person in phones]
    hall = here.presentation.name
    messages = []
    for one in reached:
        name = people[one.person].name_masked if one.person in people else ""
        text = reminder_text(hall, name, one.due, overdue=one.is_overdue(today))
        messages.append(Message(phones[one.person], text))
    return reached, messages
