"""The tablet at a window, on which people rate what was just done for them.

It is a device of that window: paired once by a manager, who is logged out on it by that, and known
from then on by a cookie that holds its access token. It sees nothing but the newest step there.
"""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Actor
from queue_server.domain import cases as x
from queue_server.domain.state import HallState
from queue_server.review_words import review_form
from queue_server.service import HallService
from queue_server.web.answers import ERRORS, JSON, answered, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import Context, context, hall_of, tablet_actor
from queue_server.web.errors import ApiError
from queue_server.web.kept_words import case_id, keep_words
from queue_server.web.schemas.reviews import TabletReviewIn
from queue_server.wire import reviews as wire

router = APIRouter(
    prefix="/api/v1/halls/{hall}/windows/{window}/tablet", tags=["reviews"], responses=ERRORS
)
RATES_WITHIN_MS = 10 * 60 * 1000  # who has left cannot rate here any more, only by phone or kiosk


async def _tablet(request: Request, hall: str, window: str) -> tuple[Context, Actor, HallService]:
    ctx = context(request)
    actor = await tablet_actor(request, ctx, hall, window)
    if actor is None:
        raise ApiError(401, "tablet_unknown", "这台平板还没有配对，请管理员在上面登录一次。")
    return ctx, actor, await hall_of(ctx, hall)


@router.get("")
async def newest(hall: str, window: str, request: Request) -> Response:
    """`{"review": null}` while there is nothing to rate."""
    _, _, here = await _tablet(request, hall, window)
    found = await here.ask(lambda state, now_ms: _newest(state, window, now_ms))
    return as_json({"review": found})


def _newest(state: HallState, window_id: str, now_ms: int) -> wire.TabletReview | None:
    window = state.windows.get(window_id)
    if window is None:
        raise ApiError(404, "not_found", f"没有 {window_id} 号窗口。", window=window_id)
    ticket = state.tickets.get(window.last_finished or "")
    step = (
        next((s for s in reversed(ticket.steps) if s.window == window_id), None) if ticket else None
    )
    if ticket is None or step is None or step.rated or now_ms - step.at_ms > RATES_WITHIN_MS:
        return None
    service = state.known_rules.service.get(step.service)
    return {
        "ticket": ticket.id,
        "number": ticket.number,
        "step": step.number,
        "service_name": service.name if service else step.service,
        "service_name_en": service.name_en if service else step.service,
    }


@router.get("/form")
async def form(hall: str, window: str, request: Request) -> Response:
    """As `/reviews/form`, for a tablet that may see nothing else."""
    await _tablet(request, hall, window)
    return Response(orjson.dumps(review_form()), media_type=JSON)


@router.post("", status_code=201, openapi_extra=takes(TabletReviewIn))
async def review(hall: str, window: str, request: Request) -> Response:
    ctx, actor, here = await _tablet(request, hall, window)
    body = await body_of(request, TabletReviewIn)
    command = x.GiveReview(
        case_id(body.request_id),
        body.ticket,
        body.level,
        x.Source.TABLET,
        None,
        window,
        body.reasons,
        bool((body.words or "").strip()),
        body.phone is not None,
    )
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    await keep_words(ctx, here, command.review, body.words, body.phone, outcome)
    return answered(outcome, 200 if outcome.replayed else 201)
