"""好差评: reviews of finished steps and suggestions, from phone, kiosk and the tablet at a window.

Words and phone numbers go into the vault under the review's own reference and nowhere else. A
review is accepted first and its words kept then; a repeated request keeps them if that broke off.
"""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Actor, Role, may
from queue_server.domain import cases as x
from queue_server.review_words import review_form
from queue_server.service import HallService
from queue_server.views.cases import figures_view, published_view
from queue_server.web.acts import PHONE
from queue_server.web.answers import ERRORS, JSON, answered
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import actor_of, context, hall_of, permitted
from queue_server.web.errors import ApiError
from queue_server.web.kept_words import case_id, keep_words, said
from queue_server.web.schemas.reviews import ReviewIn, SuggestionIn
from queue_server.wire import reviews as wire

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["reviews"], responses=ERRORS)


@router.get("/reviews/form")
async def form(hall: str, request: Request) -> Response:
    """Levels and reasons with their words, for every device alike."""
    await permitted(request, Act.SEE_HALL, hall)
    return Response(orjson.dumps(review_form()), media_type=JSON)


@router.get("/reviews/figures")
async def figures(hall: str, request: Request) -> Response:
    """The month's figures: for managers as they are now, for everybody as they stood when the last
    day closed, where the hall publishes them."""
    _, actor, here = await permitted(request, Act.SEE_HALL, hall)
    found: wire.ReviewFigures | None
    if may(actor, Act.SEE_CASES, hall):
        found = await here.ask(lambda state, _: figures_view(state.cases.figures))
    else:
        found = await here.ask(lambda state, _: published_view(state))
    if found is None:
        raise ApiError(404, "not_published", "本大厅没有公布评价情况。")
    return Response(orjson.dumps(found), media_type=JSON)


@router.post("/reviews", status_code=201, openapi_extra=takes(ReviewIn))
async def review(hall: str, request: Request) -> Response:
    """One for each finished step. 201 for a new one, 200 when this request gave it before."""
    ctx = context(request)
    actor = await actor_of(request, ctx)
    body = await body_of(request, ReviewIn)
    if body.token is not None:
        here, ticket = await _followed(request, hall, body.token)
        by, source = PHONE, x.Source.PHONE
    else:
        _, actor, here = await permitted(request, Act.GIVE_REVIEW, hall)
        by, source, ticket = actor.label, _device(actor), str(body.ticket)
    command = x.GiveReview(
        case_id(body.request_id),
        ticket,
        body.level,
        source,
        body.step,
        None,
        body.reasons,
        bool(said(body.words)),
        body.phone is not None,
    )
    outcome = await here.execute(command, request_id=str(body.request_id), by=by)
    await keep_words(ctx, here, command.review, body.words, body.phone, outcome)
    return answered(outcome, 200 if outcome.replayed else 201)


def _device(actor: Actor) -> x.Source:
    return x.Source.TABLET if actor.role is Role.SCREEN else x.Source.KIOSK


async def _followed(request: Request, hall: str, token: str) -> tuple[HallService, str]:
    """The hall and the ticket of a code; guesses are counted, as for looking."""
    ctx = context(request)
    found = await ctx.halls.find_followed(token)
    if found is not None and found[0].id == hall:
        return found
    client = request.client.host if request.client else ""
    ctx.followers.check(client)
    ctx.followers.count(client)
    raise ApiError(404, "not_found", "没有这张号票，或者已经不是今天的了。")


@router.post("/suggestions", status_code=201, openapi_extra=takes(SuggestionIn))
async def suggest(hall: str, request: Request) -> Response:
    """意见建议: into the same list as bad reviews, answered by the same deadline."""
    ctx = context(request)
    body = await body_of(request, SuggestionIn)
    if body.token is not None:
        here, _ = await _followed(request, hall, body.token)
        by = PHONE
    else:
        _, actor, here = await permitted(request, Act.GIVE_REVIEW, hall)
        by = actor.label
    if not said(body.text):
        raise ApiError(422, "fields_invalid", "请写下您的意见。", fields=["text"])
    await hall_of(ctx, hall)
    command = x.Suggest(case_id(body.request_id), body.phone is not None)
    outcome = await here.execute(command, request_id=str(body.request_id), by=by)
    await keep_words(ctx, here, command.case, body.text, body.phone, outcome)
    return answered(outcome, 200 if outcome.replayed else 201)
