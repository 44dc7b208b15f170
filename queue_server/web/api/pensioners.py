"""The register of pensioners, for staff: looking somebody up, consent, enrolment, passes in other
ways, overdue cases; lists and their export for managers.

Whoever sees a person here has said why, and that is in the audit log before the answer.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import structlog
from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Actor
from queue_server.domain import pension_commands as c
from queue_server.domain.decide.pensions import known_pensioner
from queue_server.domain.pensions import Pensioner
from queue_server.domain.state import HallState
from queue_server.pensions.enrolling import enrol as enrol_face
from queue_server.pensions.faces import EngineUnavailable, FaceUnusable
from queue_server.pensions.lists import MEDIA, Listed, list_file
from queue_server.pensions.sheet import SheetNotWritten
from queue_server.service import HallService
from queue_server.views.pensions import pensioner_view, register_view, today_of, wanted_of
from queue_server.web.acts import not_registered
from queue_server.web.answers import ERRORS, answered, as_file, as_json, media_type
from queue_server.web.bodies import body_of, gives_file, takes
from queue_server.web.context import Context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import Command
from queue_server.web.schemas.pensions import (
    EnrolIn,
    FindingIn,
    LookIn,
    PaperConsentIn,
    RecordPassIn,
    RemoveIn,
    SuspensionIn,
)

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1/halls/{hall}/pension", tags=["pension"], responses=ERRORS)
Which = Literal["due", "overdue", "home_visit", "back_pay", "all"]
SHOWN_AT_ONCE = 200
PHOTO_AT_MOST = 4 * 1024 * 1024


async def _noted(ctx: Context, hall: str, actor: Actor, act: str, **more: Any) -> None:
    await ctx.pensions.audit.note(hall, actor.label, act, **more)


# --- looking --------------------------------------------------------------------------------


@router.get("/register")
async def register(hall: str, request: Request) -> Response:
    """Figures by region; how many faces are stored."""
    ctx, _, here = await permitted(request, Act.SEE_PENSIONERS, hall)
    faces = await ctx.pensions.people(hall).count_faces()
    return as_json(await here.ask(lambda state, now_ms: register_view(state, faces, now_ms)))


@router.post("/look", openapi_extra=takes(LookIn))
async def look(hall: str, request: Request) -> Response:
    """One person, by ID number or reference, with the reason for looking."""
    ctx, actor, here = await permitted(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, LookIn)
    person = body.person or ""
    if body.id_number is not None:
        person = await ctx.access.known_person(body.id_number) or ""
    if not await here.ask(lambda state, _: person in state.pensions.pensioners):
        raise not_registered()
    await _noted(ctx, hall, actor, "pensioner_seen", subject=person, why=body.why)
    today = await here.ask(today_of)
    return as_json({"pensioner": await _named(ctx, here, person), "today": today.isoformat()})


async def _named(ctx: Context, here: HallService, person: str) -> Any:
    view = await here.ask(
        lambda state, now_ms: pensioner_view(state, known_pensioner(state, person), now_ms)
    )
    identity = await ctx.pensions.people(here.id).identity(person)
    if identity:
        view["name_masked"], view["id_masked"] = identity.name_masked, identity.id_masked
    return view


@router.get("/list")
async def listed(
    hall: str,
    request: Request,
    which: Which = "overdue",
    region: str | None = None,
    after: int = 0,
) -> Response:
    """A list by due day, masked, so many at once."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    found = await here.ask(lambda state, now_ms: wanted_of(state, which, region, now_ms))
    shown = await _views(here, found[max(0, after) : max(0, after) + SHOWN_AT_ONCE])
    people = await ctx.pensions.people(hall).identities(view["person"] for view in shown)
    detail = {"which": which, "region": region, "people": len(shown)}
    await _noted(ctx, hall, actor, "pensioners_listed", why="list", detail=detail)
    for view in shown:
        if who := people.get(view["person"]):
            view["name_masked"], view["id_masked"] = who.name_masked, who.id_masked
    return as_json({"count": len(found), "pensioners": shown})


async def _views(here: HallService, found: Sequence[Pensioner]) -> list[Any]:
    """Some hundred at a time, so that a long list holds nobody up."""
    views: list[Any] = []
    for start in range(0, len(found), SHOWN_AT_ONCE):
        views += await here.ask(partial(_viewed, found[start : start + SHOWN_AT_ONCE]))
        await asyncio.sleep(0)
    return views


def _viewed(found: Sequence[Pensioner], state: HallState, now_ms: int) -> list[Any]:
    return [pensioner_view(state, one, now_ms) for one in found]


@router.get(
    "/export.{kind}", response_class=Response, responses=gives_file(*dict.fromkeys(MEDIA.values()))
)
async def export(
    hall: str,
    kind: Literal["csv", "xlsx"],
    request: Request,
    which: Which = "overdue",
    region: str | None = None,
) -> Response:
    """The list as a file for home visits: names in full, ID numbers masked."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    found = await here.ask(lambda state, now_ms: wanted_of(state, which, region, now_ms))
    views = await _views(here, found)
    detail = {"which": which, "region": region, "people": len(views), "kind": kind}
    await _noted(ctx, hall, actor, "pensioners_exported", why="export", detail=detail)
    people = await ctx.pensions.people(hall).identities(view["person"] for view in views)
    phones = await ctx.pensions.people(hall).phones(view["person"] for view in views)
    rows = [Listed(v, people.get(v["person"]), phones.get(v["person"])) for v in views]
    try:
        content = await list_file(kind, rows)
    except SheetNotWritten as error:
        log.error(error.code, reason=str(error))
        words = "表格没有做成，请再试一次，或者导出 CSV。"
        raise ApiError(503, error.code, words) from error
    name = f"pension-{which}-{await here.ask(today_of)}.{kind}"
    return as_file(content, MEDIA[kind], name)


# --- one person -----------------------------------------------------------------------------


async def _carry_out(
    request: Request, hall: str, act: Act, body: Command, command: c.PensionerCommand, why: str
) -> Response:
    """Notes who did what to whose entry, then does it."""
    ctx, actor, here = await permitted(request, act, hall)
    name = type(command).__name__
    await _noted(ctx, hall, actor, name, subject=command.person, why=why)
    return answered(await here.execute(command, request_id=str(body.request_id), by=actor.label))


@router.post("/people/{person}/consent", openapi_extra=takes(PaperConsentIn))
async def consent(hall: str, person: str, request: Request) -> Response:
    """Signed on paper, at a window."""
    await permitted(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, PaperConsentIn)
    command = c.GiveConsent(person, body.version)
    return await _carry_out(request, hall, Act.KEEP_PENSIONERS, body, command, "paper")


@router.post("/people/{person}/withdraw", openapi_extra=takes(Command))
async def withdraw(hall: str, person: str, request: Request) -> Response:
    """The consent is taken back: every face of theirs is deleted, the register stays."""
    ctx, actor, here = await permitted(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, Command)
    await here.ask(lambda state, _: known_pensioner(state, person))
    command = c.WithdrawConsent(person)
    await _noted(ctx, hall, actor, type(command).__name__, subject=person, why="person")
    await ctx.pensions.people(hall).withdraw(person)
    return answered(await here.execute(command, request_id=str(body.request_id), by=actor.label))


@router.post("/people/{person}/face", openapi_extra=takes(EnrolIn))
async def enrol(hall: str, person: str, request: Request) -> Response:
    """A photo becomes the reference, if it is good enough; earlier ones are deleted. 422 with the
    advice where it is not. After a card's photo a clerk confirms each check."""
    ctx, _, here = await permitted(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, EnrolIn)
    photo = _photo(body.picture)
    needed = await here.ask(lambda state, _: _may_enrol(state, person))
    if not needed:
        raise ApiError(409, "consent_needed", "请先由本人同意，再登记照片。")
    try:
        program = await ctx.pensions.faces(hall)
        face = await program.describe(photo, card=body.source == "card")
    except FaceUnusable as error:
        raise ApiError(
            422, "face_unusable", "这张照片不能用，请重拍。", advice=error.code
        ) from error
    except EngineUnavailable as error:
        raise ApiError(
            503, error.code, "人脸程序没有回答，照片没有保存。请告诉管理员。", why=str(error)
        ) from error
    reference = str(body.request_id)
    command = c.EnrolReference(person, reference, body.source, face.model)
    return await enrol_face(
        ctx.pensions.people(hall),
        person,
        reference,
        (face, photo),
        lambda: _carry_out(request, hall, Act.KEEP_PENSIONERS, body, command, body.source),
        lambda: here.ask(lambda state, _: _refers_to(state, person, reference)),
    )


def _refers_to(state: HallState, person: str, reference: str) -> bool:
    found = state.pensions.pensioners.get(person)
    return found is not None and found.reference == reference


def _may_enrol(state: HallState, person: str) -> bool:
    return known_pensioner(state, person).consent == state.known_rules.pension.consent_version


def _photo(text: str) -> bytes:
    try:
        photo = base64.b64decode(text)
    except (binascii.Error, ValueError):
        photo = b""
    if media_type(photo[:4]) is None or len(photo) > PHOTO_AT_MOST:
        raise ApiError(
            422, "fields_invalid", "照片须是 4 MB 以内的 JPEG 或 PNG。", fields=["picture"]
        )
    return photo


@router.post("/people/{person}/pass", openapi_extra=takes(RecordPassIn))
async def record_pass(hall: str, person: str, request: Request) -> Response:
    """Seen at the window or at home, found in other offices' data, or told by a proxy."""
    await permitted(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, RecordPassIn)
    command = c.RecordPass(person, body.way, body.day.isoformat(), body.note)
    return await _carry_out(request, hall, Act.KEEP_PENSIONERS, body, command, body.way)


@router.post("/people/{person}/finding", openapi_extra=takes(FindingIn))
async def finding(hall: str, person: str, request: Request) -> Response:
    """What looking into an overdue case found."""
    await permitted(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, FindingIn)
    command = c.NoteFinding(person, body.finding, body.note)
    return await _carry_out(request, hall, Act.KEEP_PENSIONERS, body, command, body.finding)


@router.post("/people/{person}/suspension", openapi_extra=takes(SuspensionIn))
async def suspension(hall: str, person: str, request: Request) -> Response:
    """A suspension that somebody decided on elsewhere is written down; nothing is stopped here."""
    await permitted(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, SuspensionIn)
    command = c.NoteSuspension(person, body.since.isoformat(), body.reason)
    return await _carry_out(request, hall, Act.MANAGE_PENSIONERS, body, command, body.reason)


@router.post("/people/{person}/back-pay", openapi_extra=takes(Command))
async def back_pay(hall: str, person: str, request: Request) -> Response:
    """The back-pay has been arranged."""
    await permitted(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, Command)
    command = c.SettleBackPay(person)
    return await _carry_out(request, hall, Act.MANAGE_PENSIONERS, body, command, "settled")


@router.post("/people/{person}/remove", openapi_extra=takes(RemoveIn))
async def remove(hall: str, person: str, request: Request) -> Response:
    """Out of the register; the key to all that is kept of them is destroyed. The key goes first:
    broken off between the two, the register still names them, and a repeat does the rest."""
    ctx, actor, here = await permitted(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, RemoveIn)
    command = c.RemovePensioner(person, body.reason)
    if await here.ask(lambda state, _: person in state.pensions.pensioners):
        await _noted(ctx, hall, actor, type(command).__name__, subject=person, why=body.reason)
        await ctx.pensions.people(hall).forget(person)
    done = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    await ctx.pensions.people(hall).release(person)
    return answered(done)
