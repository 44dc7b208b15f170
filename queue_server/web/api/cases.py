"""Bad reviews and suggestions as cases: the list for managers, the words, what is done about them.

Whoever is meant by a review neither reads its words nor looks into it. Each look is audited.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Actor
from queue_server.domain.cases import CaseMove, MoveCase
from queue_server.domain.state import HallState
from queue_server.service import HallService
from queue_server.vault.store import Entry
from queue_server.views.cases import case_view, cases_summary, cases_view
from queue_server.web.answers import ERRORS, answered, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.errors import ApiError
from queue_server.web.kept_words import ANSWER, NUMBER, WORDS, vault_ref
from queue_server.web.schemas.commands import Command
from queue_server.web.schemas.reviews import AnswerCaseIn, CallBackIn
from queue_server.wire import reviews as wire

router = APIRouter(prefix="/api/v1/halls/{hall}/cases", tags=["cases"], responses=ERRORS)


@router.get("")
async def cases(hall: str, request: Request) -> Response:
    """Those that are not closed, and those closed today; what presses most comes first."""
    _, actor, here = await permitted(request, Act.SEE_CASES, hall)
    found = await here.ask(lambda state, now: cases_view(state, now, actor.name, actor.window))
    return as_json({"cases": found})


@router.get("/summary")
async def summary(hall: str, request: Request) -> Response:
    """How many wait, and how many are too late."""
    _, _, here = await permitted(request, Act.SEE_CASES, hall)
    return as_json(await here.ask(cases_summary))


@router.get("/{case}/words")
async def words(hall: str, case: str, request: Request) -> Response:
    """What the person said, and where to call them back."""
    ctx, actor, here = await permitted(request, Act.HANDLE_CASES, hall)
    await _not_their_own(here, case, actor)
    await ctx.audit.note(hall, actor.label, "case_read", subject=case, why="好差评处理")
    found: dict[str, str | None] = {}
    for name, kind in (("words", WORDS), ("phone", NUMBER), ("answer", ANSWER)):
        content = await ctx.vault.get(vault_ref(case), kind)
        found[name] = content.decode() if content is not None else None
    return as_json(found)


async def _not_their_own(here: HallService, case: str, actor: Actor) -> None:
    def look(state: HallState, now_ms: int) -> wire.Case | None:
        found = state.cases.cases.get(case)
        if found is None:
            return None
        return case_view(state, found, now_ms, actor.name, actor.window)

    view = await here.ask(look)
    if view is None:
        raise ApiError(404, "not_found", "没有这件评价工单，可能已经办完。", case=case)
    if view["mine"]:
        raise ApiError(403, "own_case", "不能处理对本人或本窗口的评价，请交给别人。", case=case)


async def _move(
    request: Request,
    hall: str,
    case: str,
    move: CaseMove,
    body: Command,
    back: Literal["satisfied", "dissatisfied", "not_reached"] | None = None,
) -> Response:
    _, actor, here = await permitted(request, Act.HANDLE_CASES, hall)
    command = MoveCase(case, move, actor.name, actor.window, back)
    return answered(await here.execute(command, request_id=str(body.request_id), by=actor.label))


@router.post("/{case}/take", openapi_extra=takes(Command))
async def take(hall: str, case: str, request: Request) -> Response:
    """Whoever asks looks into it."""
    await permitted(request, Act.HANDLE_CASES, hall)
    return await _move(request, hall, case, CaseMove.TAKE, await body_of(request, Command))


@router.post("/{case}/answer", openapi_extra=takes(AnswerCaseIn))
async def answer(hall: str, case: str, request: Request) -> Response:
    """What was found and done. The text is kept in the vault beside the words that it answers."""
    ctx, actor, here = await permitted(request, Act.HANDLE_CASES, hall)
    body = await body_of(request, AnswerCaseIn)
    await _not_their_own(here, case, actor)
    done = await _move(request, hall, case, CaseMove.ANSWER, body)
    keep_days = await here.ask(lambda state, _: state.known_rules.reviews.keep_days)
    until = datetime.now(UTC) + timedelta(days=keep_days)
    entry = Entry(vault_ref(case), ANSWER, body.text.strip().encode(), keep_until=until)
    await ctx.vault.put(entry)
    return done


@router.post("/{case}/call-back", openapi_extra=takes(CallBackIn))
async def call_back(hall: str, case: str, request: Request) -> Response:
    """The person was called back, or could not be reached."""
    await permitted(request, Act.HANDLE_CASES, hall)
    body = await body_of(request, CallBackIn)
    return await _move(request, hall, case, CaseMove.CALL_BACK, body, body.back)


@router.post("/{case}/close", openapi_extra=takes(Command))
async def close(hall: str, case: str, request: Request) -> Response:
    """Needs an answer, and a call back where a number was left."""
    await permitted(request, Act.HANDLE_CASES, hall)
    return await _move(request, hall, case, CaseMove.CLOSE, await body_of(request, Command))
