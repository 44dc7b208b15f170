"""The hall's call screens, alive or silent: the paired ones, and those whose address names them.

What is alive is known to the process that the screens talk to, as for call receipts. A screen that
nobody named is no concern of anybody: it may be a page that somebody looked at.
"""

from __future__ import annotations

import time
from typing import Literal, TypedDict

import orjson
from fastapi import APIRouter, Request, Response

from queue_server.access.paired_screens import PairedScreen
from queue_server.access.roles import Act
from queue_server.audit import audit_statement
from queue_server.receipts import ScreenView
from queue_server.web.answers import ERRORS, JSON, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.errors import ApiError
from queue_server.web.paired import paired_screens
from queue_server.web.schemas.commands import Command

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["receipts"], responses=ERRORS)
# After a start every screen has so long to come back before it is missed.
COMES_BACK_S = 60.0


State = Literal["alive", "silent", "unknown"]


class ScreenState(TypedDict):
    """unknown: not heard of since the server started, which was just now. device: None when it is
    known by its address alone. seen_s: seconds since it was heard of, None when it never was."""

    id: str
    name: str
    window: str | None
    device: str | None
    state: State
    seen_s: int | None


@router.get("/screens")
async def screens(hall: str, request: Request) -> Response:
    """Every screen that belongs to the hall, and whether it lives."""
    ctx, _, here = await permitted(request, Act.SEE_BOARD, hall)
    receipts, now_ms = ctx.receipts_of(hall), here.now_ms()
    paired = await paired_screens(ctx, hall)
    fresh = time.monotonic() - ctx.started_at < COMES_BACK_S
    ids = {screen.id for screen in paired}
    found = [
        *(_paired(screen, receipts.seen(screen.id, now_ms), fresh) for screen in paired),
        *(_named(view) for view in receipts.known(now_ms) if view["id"] not in ids),
    ]
    return as_json({"screens": found})


def _paired(screen: PairedScreen, seen: ScreenView | None, fresh: bool) -> ScreenState:
    """fresh: the server has just been started."""
    state: State = "unknown" if fresh else "silent"
    return {
        "id": screen.id,
        "name": screen.name,
        "window": screen.window,
        "device": screen.device,
        "state": _state(seen) if seen else state,
        "seen_s": seen["seen_s"] if seen else None,
    }


def _named(view: ScreenView) -> ScreenState:
    return {
        "id": view["id"],
        "name": view["id"],
        "window": None,
        "device": None,
        "state": _state(view),
        "seen_s": view["seen_s"],
    }


def _state(view: ScreenView) -> State:
    return "alive" if view["alive"] else "silent"


@router.post("/screens/{screen}/forget", openapi_extra=takes(Command))
async def forget(hall: str, screen: str, request: Request) -> Response:
    """A screen that is gone for good and was never paired; one that lives comes back by itself."""
    ctx, actor, _ = await permitted(request, Act.PAIR_DEVICES, hall)
    await body_of(request, Command)
    if not ctx.receipts_of(hall).forget(screen):
        raise ApiError(404, "not_found", "没有这块屏，可能已经移除。", screen=screen)
    await ctx.access.change(audit_statement(hall, actor.label, "screen_forgotten", subject=screen))
    return Response(orjson.dumps({"screen": screen}), media_type=JSON)
