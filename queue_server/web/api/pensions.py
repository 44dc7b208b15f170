"""Pension-eligibility checks: the kiosk's side, and a clerk's look at both pictures.

ID numbers come in bodies alone and go no further than this edge. What is looked up of a person is
masked; each look by staff is in the audit log before anything is shown.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson
import structlog
from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Actor
from queue_server.domain.decide.pension_checks import CARD, known_check
from queue_server.domain.decide.pensions import known_pensioner
from queue_server.domain.pension_commands import BeginCheck, ConfirmCheck, GiveConsent, SettleCheck
from queue_server.domain.pensions import MILLION, Check, CheckStatus, Measured, sent_why
from queue_server.domain.state import HallState
from queue_server.ids import fresh_id
from queue_server.journal.port import JournalError
from queue_server.pensions.faces import read_calibration
from queue_server.service import HallService
from queue_server.vault.errors import VaultError
from queue_server.views.hall import ticket_view
from queue_server.views.pensions import (
    check_view,
    found_view,
    pensioner_view,
    today_of,
    waiting_view,
)
from queue_server.web.acts import not_registered
from queue_server.web.answers import ERRORS, NOT_KEPT, answered, as_json, media_type
from queue_server.web.bodies import body_of, takes
from queue_server.web.codes import without_codes
from queue_server.web.context import Context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.pensions import (
    BeginCheckIn,
    ConfirmCheckIn,
    ConsentIn,
    FindPensionerIn,
    ResultIn,
    plain,
)

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1/halls/{hall}/pension", tags=["pension"], responses=ERRORS)


# --- the kiosk ------------------------------------------------------------------------------


@router.post("/find", openapi_extra=takes(FindPensionerIn))
async def find(hall: str, request: Request) -> Response:
    """Whether somebody is in the register and when the next pass is due. 404 `not_registered`."""
    ctx, _, here = await permitted(request, Act.CHECK_PENSION, hall)
    body = await body_of(request, FindPensionerIn)
    person = await ctx.access.known_person(body.id_number)
    if person is None or not await here.ask(lambda s, _: person in s.pensions.pensioners):
        raise not_registered()
    identity = await ctx.pensions.people(hall).identity(person)
    name = identity.name_masked if identity else ""
    view = await here.ask(
        lambda state, now_ms: found_view(state, known_pensioner(state, person), name, now_ms)
    )
    return as_json(view)


@router.post("/consents", openapi_extra=takes(ConsentIn))
async def consent(hall: str, request: Request) -> Response:
    """Somebody has read the text of this version and agreed at the kiosk."""
    _, actor, here = await permitted(request, Act.CHECK_PENSION, hall)
    body = await body_of(request, ConsentIn)
    command = GiveConsent(body.person, body.version, actor.kiosk or body.kiosk or actor.name)
    return answered(await here.execute(command, request_id=str(body.request_id), by=actor.label))


@router.post("/checks", status_code=201, openapi_extra=takes(BeginCheckIn))
async def begin(hall: str, request: Request) -> Response:
    """Begins a check: the enrolled face, for the kiosk's memory, and the site's calibration, which
    holds for no card's photo."""
    ctx, actor, here = await permitted(request, Act.CHECK_PENSION, hall)
    body = await body_of(request, BeginCheckIn)
    face, about = await _reference(ctx, here, body.person)
    command = BeginCheck(fresh_id(), body.person, actor.kiosk or body.kiosk or actor.name)
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    settings = await ctx.pensions.settings(hall)
    is_card = about["source"] == CARD
    view = {
        "check": orjson.loads(outcome.body)["check"],
        "reference": {**face, **about},
        "calibration": None if is_card else read_calibration(settings.calibration),
    }
    answer = as_json(view)
    answer.status_code = 200 if outcome.replayed else 201
    return answer


async def _reference(
    ctx: Context, here: HallService, person: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Raises NotFound, ApiError 409 `not_enrolled`."""
    one = await here.ask(
        lambda state, now_ms: (
            known_pensioner(state, person).reference,
            pensioner_view(state, known_pensioner(state, person), now_ms),
        )
    )
    face = await ctx.pensions.people(here.id).face(person, one[0]) if one[0] else None
    if face is None:
        raise ApiError(409, "not_enrolled", "还没有登记照片，请到窗口办理。")
    about = {"source": one[1]["reference_source"], "enrolled_at": one[1]["enrolled_at"]}
    return {"model": face.model, "descriptors": face.descriptors}, about


@router.post("/checks/{check}/result", openapi_extra=takes(ResultIn))
async def result(hall: str, check: str, request: Request) -> Response:
    """What the engine found. A pass counts only with everything that justifies it; doubt goes to a
    clerk, everything else to a window, with a number that carries the reason."""
    ctx, actor, here = await permitted(request, Act.CHECK_PENSION, hall)
    body = await body_of(request, ResultIn)
    live = _picture(body.live_picture, "live_picture")
    other = _picture(body.reference_picture, "reference_picture")
    command = SettleCheck(
        check,
        _measured(body),
        ticket=fresh_id(),
        pictured=live is not None,
        held_by=ctx.pensions.pictures.holder,
        age_years=await _age(ctx, here, check),
    )
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    # a repeat may be the first to bring the pictures, when only the word of a commit was lost
    waits = await here.ask(lambda state, _: _waits_for_clerk(state, check))
    if waits and live is not None and not ctx.pensions.pictures.has(check):
        pictures = {"live": live, **({"reference": other} if other is not None else {})}
        ctx.pensions.pictures.put(check, **pictures)
        ctx.pensions.pictures.watch(
            check, lambda: here.ask(lambda state, _: _waits_for_clerk(state, check))
        )
    else:
        _wipe(live, other)
    if not waits:
        ctx.pensions.pictures.wipe(check)
    return answered(outcome)


def _waits_for_clerk(state: HallState, check: str) -> bool:
    found = state.pensions.checks.get(check)
    return found is not None and found.status is CheckStatus.WAITING_FOR_CLERK


def _picture(text: str | None, field: str) -> bytearray | None:
    """Raises ApiError 422 for what is no picture."""
    if text is None:
        return None
    try:
        picture = bytearray(base64.b64decode(text))
    except (binascii.Error, ValueError):
        picture = bytearray()
    if media_type(bytes(picture[:4])) is None:
        raise ApiError(422, "fields_invalid", "照片须是 JPEG 或 PNG。", fields=[field])
    return picture


def _wipe(*pictures: bytearray | None) -> None:
    for picture in pictures:
        if picture is not None:
            picture[:] = bytes(len(picture))


def _measured(body: ResultIn) -> Measured:
    return Measured(
        decision=body.decision,
        score_millionths=_millionths(body.score),
        threshold_millionths=_millionths(body.threshold),
        calibration=body.calibration,
        model=body.model,
        cues=tuple(plain(cue) for cue in body.liveness),
        reasons=body.reasons,
    )


def _millionths(figure: float | None) -> int | None:
    return None if figure is None else round(figure * MILLION)


async def _age(ctx: Context, here: HallService, check: str) -> int | None:
    """For the class of a window ticket; None also when nobody knows the check."""

    def look(state: HallState, now_ms: int) -> tuple[str, Any]:
        found = state.pensions.checks.get(check)
        return (found.person if found else ""), today_of(state, now_ms)

    person, today = await here.ask(look)
    identity = await ctx.pensions.people(here.id).identity(person) if person else None
    return identity.age_years(today) if identity else None


@router.get("/checks/{check}")
async def status(hall: str, check: str, request: Request) -> Response:
    """How a check stands, for the kiosk that waits for a clerk."""
    ctx, _, here = await permitted(request, Act.CHECK_PENSION, hall)
    view, by_clerk = await here.ask(
        lambda state, now_ms: (
            _check_look(ctx, check)(state, now_ms),
            known_check(state, check).confirmed_by is not None,
        )
    )
    pictures, renew = ctx.pensions.pictures, (await ctx.pensions.settings(hall)).renew
    kept = pictures.has(check) or pictures.offered(check) is not None
    passed = view["status"] == CheckStatus.PASSED.value
    offered = {"renewal": True} if renew and by_clerk and passed and kept else {}
    return as_json({**view, **offered})


def _check_look(ctx: Context, check: str) -> Any:
    def look(state: HallState, now_ms: int) -> Any:
        found = known_check(state, check)
        return check_view(
            state,
            found,
            lambda t: ticket_view(state, state.tickets[t], now_ms, ctx.pensions.follow_token(t)),
        )

    return look


# --- the clerk ------------------------------------------------------------------------------


@router.get("/waiting")
async def waiting(hall: str, request: Request) -> Response:
    """The checks that wait for a clerk's look, the longest first; the names are masked."""
    ctx, _, here = await permitted(request, Act.CONFIRM_PENSION, hall)
    found = await here.ask(lambda state, _: _waiting(state))
    people = await ctx.pensions.people(hall).identities({check.person for check in found})
    views = []
    for check in found:
        view = waiting_view(check, ctx.pensions.pictures.held(check.id, check.held_by))
        if who := people.get(check.person):
            view["name_masked"], view["id_masked"] = who.name_masked, who.id_masked
        views.append(view)
    return as_json({"waiting": views})


def _waiting(state: HallState) -> list[Check]:
    checks = state.pensions.checks.values()
    return [check for check in checks if check.status is CheckStatus.WAITING_FOR_CLERK]


@router.get("/checks/{check}/pictures/{which}")
async def picture(hall: str, check: str, which: str, request: Request) -> Response:
    """The live picture, or the one it is compared with; only while the check waits."""
    ctx, actor, here = await permitted(request, Act.CONFIRM_PENSION, hall)
    found = await here.ask(lambda state, _: known_check(state, check))
    if found.status is not CheckStatus.WAITING_FOR_CLERK or which not in ("live", "reference"):
        raise _no_picture(check)
    await _noted(ctx, hall, actor, "pension_picture_seen", found.person, which)
    content = ctx.pensions.pictures.get(check, which)
    if content is None and which == "reference":
        content = await _enrolled_photo(ctx, here, found.person)
    if content is None:
        held = ctx.pensions.pictures.held(check, found.held_by)
        raise _elsewhere(check) if held == "elsewhere" else _no_picture(check)
    kind = media_type(content[:4]) or "application/octet-stream"
    return Response(content, media_type=kind, headers=NOT_KEPT)


def _no_picture(check: str) -> ApiError:
    return ApiError(404, "picture_gone", "照片已经清除，请让本人到窗口办理。", check=check)


def _elsewhere(check: str) -> ApiError:
    words = "照片在另一台服务器的内存里，这台看不到。请重新打开页面；还是没有，就请本人到窗口办理。"
    return ApiError(404, "picture_elsewhere", words, check=check)


async def _enrolled_photo(ctx: Context, here: HallService, person: str) -> bytes | None:
    reference = await here.ask(lambda state, _: known_pensioner(state, person).reference)
    return await ctx.pensions.people(here.id).photo(person, reference) if reference else None


async def _noted(ctx: Context, hall: str, actor: Actor, act: str, person: str, why: str) -> None:
    await ctx.pensions.audit.note(hall, actor.label, act, subject=person, why=why)


@router.post("/checks/{check}/confirm", openapi_extra=takes(ConfirmCheckIn))
async def confirm(hall: str, check: str, request: Request) -> Response:
    """The clerk's answer: the same person, or not; then the person gets a window's number."""
    ctx, actor, here = await permitted(request, Act.CONFIRM_PENSION, hall)
    body = await body_of(request, ConfirmCheckIn)
    age_years = await _age(ctx, here, check)
    command = ConfirmCheck(check, body.same, fresh_id(), actor.label, age_years)
    compared = await _compared(ctx, hall, here, check)
    outcome = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    if body.same and (await ctx.pensions.settings(hall)).renew:
        ctx.pensions.pictures.offer(check)
    else:
        ctx.pensions.pictures.wipe(check)
    if compared is not None and not outcome.replayed:
        await _keep_evidence(ctx, hall, here, check, *compared)
    return without_codes(actor, answered(outcome))


async def _compared(
    ctx: Context, hall: str, here: HallService, check: str
) -> tuple[str, dict[str, bytes]] | None:
    """Whose check it is, and both pictures; None where no evidence is kept, or there is none."""
    live = ctx.pensions.pictures.get(check, "live")
    if live is None or not (await ctx.pensions.settings(hall)).evidence:
        return None
    found = await here.ask(lambda state, _: known_check(state, check))
    other = ctx.pensions.pictures.get(check, "reference")
    if other is None:
        other = await _enrolled_photo(ctx, here, found.person)
    return found.person, {"live": live, **({"reference": other} if other is not None else {})}


async def _keep_evidence(
    ctx: Context,
    hall: str,
    here: HallService,
    check: str,
    person: str,
    pictures: dict[str, bytes],
) -> None:
    """The decision stands whether or not they could be kept. Of who withdrew meanwhile, or was
    removed, nothing stays."""
    days = (await ctx.pensions.settings(hall)).evidence_days
    people = ctx.pensions.people(hall)
    try:
        await people.evidence.keep(person, check, pictures, days)
        held = await here.ask(lambda state, _: state.pensions.pensioners.get(person))
        if held is None:
            await people.forget(person)
        elif held.consent is None:
            await people.evidence.delete(person)
    except (JournalError, VaultError) as error:
        log.error("evidence_not_kept", check=check, error=str(error))


@router.get("/tickets/{ticket}")
async def of_ticket(hall: str, ticket: str, request: Request) -> Response:
    """Why somebody with this ticket was sent to a window: for the clerk who calls them."""
    _, _, here = await permitted(request, Act.CONFIRM_PENSION, hall)

    def look(state: HallState, now_ms: int) -> Any:
        check = state.pensions.of_ticket(ticket)
        if check is None:
            return None
        one = state.pensions.pensioners.get(check.person)
        return {
            "check": check.id,
            "reasons": list(check.reasons),
            "why": sent_why(check.reasons).value,
            "person": check.person,
            "due_date": one.due if one else None,
        }

    return as_json({"about": await here.ask(look)})
