"""Call receipts: screens and speakers report what they have shown and spoken; clerks look.

They live in the process that the screens talk to. Where several processes serve a hall, the proxy
sends these paths and the screens' to one of them (docs/postgresql.md).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from queue_server.access.roles import Act
from queue_server.domain.remembered import RecentCall
from queue_server.domain.state import HallState
from queue_server.web.answers import ERRORS, JSON, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.paired import paired_screens
from queue_server.web.schemas.commands import Body

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["receipts"], responses=ERRORS)
Seq = Annotated[int, Field(ge=0, le=2**53)]
ScreenId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.\-]{1,40}$")]


class ReceiptIn(Body):
    """shown, spoken: the seq of a call; heard: whether its voice was played whole. Neither: a sign
    of life. speaks: whether this one has a voice at all; waiting: calls still to be shown. named:
    whether its address names it, so that it is one of the hall's."""

    shown: Seq | None = None
    spoken: Seq | None = None
    heard: bool = True
    speaks: bool = False
    named: bool = False
    waiting: Annotated[int, Field(ge=0, le=1000)] = 0


@router.post("/screens/{screen}/receipts", openapi_extra=takes(ReceiptIn))
async def receipt(hall: str, screen: ScreenId, request: Request) -> Response:
    """No request id: the same receipt twice is one."""
    ctx, _, here = await permitted(request, Act.SEND_RECEIPT, hall)
    body = await body_of(request, ReceiptIn)
    ctx.receipts_of(hall).note(
        screen,
        here.now_ms(),
        speaks=body.speaks,
        waiting=body.waiting,
        named=body.named,
        shown=body.shown,
        spoken=None if body.spoken is None else (body.spoken, body.heard),
    )
    return Response(b"{}", media_type=JSON)


@router.get("/receipts")
async def receipts(hall: str, request: Request) -> Response:
    """Screens with their signs of life; for each window's present call, who has shown it. name: of
    a paired one, as its manager calls it."""
    ctx, _, here = await permitted(request, Act.WORK_WINDOW, hall)
    known = ctx.receipts_of(hall)
    now_ms = here.now_ms()

    def look(state: HallState, _: int) -> list[tuple[str, int, int]]:
        return [(c.window, c.seq, c.at_ms) for c in _newest_calls(state)]

    calls = await here.ask(look)
    names = {screen.id: screen.name for screen in await paired_screens(ctx, hall)}
    body = {
        "screens": [{**s, "name": names.get(s["id"], s["id"])} for s in known.screens(now_ms)],
        "calls": [{"window": w, **known.call(seq, at, now_ms)} for w, seq, at in calls],
    }
    return as_json(body)


def _newest_calls(state: HallState) -> list[RecentCall]:
    """Each window's newest call, of those that are remembered."""
    found: dict[str, RecentCall] = {}
    for call in state.recent_calls:
        found.setdefault(call.window, call)
    return list(found.values())


RECEIPT_BODIES: list[type[BaseModel]] = [ReceiptIn]
