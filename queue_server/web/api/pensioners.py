"""The register of pensioners, for staff: looking somebody up, consent, enrolment, passes in other
ways, overdue cases; import, lists, export and reminders for managers.

Whoever sees a person here has said why, and that is in the audit log before the answer.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Literal
from uuid import uuid4

import orjson
import structlog
from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Actor
from queue_server.domain import pension_commands as c
from queue_server.domain.decide.pensions import known_pensioner
from queue_server.domain.pensions import Pensioner
from queue_server.domain.state import HallState
from queue_server.outcome import Unavailable
from queue_server.pensions.enrolling import enrol as enrol_face
from queue_server.pensions.faces import EngineUnavailable, FaceUnusable
from queue_server.pensions.importing import RegisterImport
from queue_server.pensions.lists import MEDIA, Listed, as_file
from queue_server.pensions.reading import RegisterUnreadable
from queue_server.pensions.reminders import (
    AGAIN_AFTER_DAYS,
    FileGateway,
    GatewayFailed,
    Message,
    reminder_text,
)
from queue_server.pensions.sheet import SheetNotWritten
from queue_server.service import HallService
from queue_server.views.pensions import pensioner_view, register_view, today_of, wanted_of
from queue_server.web.api.pensions import as_json, at_desk, media_type, not_registered
from queue_server.web.api.tickets import ERRORS, answered
from queue_server.web.bodies import body_of, gives_file, takes
from queue_server.web.context import Context
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import Command
from queue_server.web.schemas.pensions import (
    EnrolIn,
    FindingIn,
    LookIn,
    PaperConsentIn,
    RecordPassIn,
    RemindIn,
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
    ctx, _, here = await at_desk(request, Act.SEE_PENSIONERS, hall)
    faces = await ctx.pensions.people(hall).count_faces()
    return as_json(await here.ask(lambda state, now_ms: register_view(state, faces, now_ms)))


@router.post("/look", openapi_extra=takes(LookIn))
async def look(hall: str, request: Request) -> Response:
    """One person, by ID number or reference, with the reason for looking."""
    ctx, actor, here = await at_desk(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, LookIn)
    person = body.person or ""
    if body.id_number is not None:
        person = await ctx.access.known_person(body.id_number) or ""
    if not await here.ask(lambda state, _: person in state.pensions.pensioners):
        raise not_registered()
    await _noted(ctx, hall, actor, "pensioner_seen", subject=person, why=body.why)
    return as_json({"pensioner": await _named(ctx, here, person)})


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
    ctx, actor, here = await at_desk(request, Act.MANAGE_PENSIONERS, hall)
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
    ctx, actor, here = await at_desk(request, Act.MANAGE_PENSIONERS, hall)
    found = await here.ask(lambda state, now_ms: wanted_of(state, which, region, now_ms))
    views = await _views(here, found)
    detail = {"which": which, "region": region, "people": len(views), "kind": kind}
    await _noted(ctx, hall, actor, "pensioners_exported", why="export", detail=detail)
    people = await ctx.pensions.people(hall).identities(view["person"] for view in views)
    phones = await ctx.pensions.people(hall).phones(view["person"] for view in views)
    rows = [Listed(v, people.get(v["person"]), phones.get(v["person"])) for v in views]
    try:
        content = await as_file(kind, rows)
    except SheetNotWritten as error:
        log.error(error.code, reason=str(error))
        words = "表格没有做成，请再试一次，或者导出 CSV。"
        raise ApiError(503, error.code, words) from error
    name = f"pension-{which}-{here.now_text()[:10]}.{kind}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=MEDIA[kind], headers=headers)


# --- one person -----------------------------------------------------------------------------


async def _carry_out(
    request: Request, hall: str, act: Act, body: Command, command: c.PensionerCommand, why: str
) -> Response:
    """Notes who did what to whose entry, then does it."""
    ctx, actor, here = await at_desk(request, act, hall)
    name = type(command).__name__
    await _noted(ctx, hall, actor, name, subject=command.person, why=why)
    return answered(await here.execute(command, request_id=str(body.request_id), by=actor.label))


@router.post("/people/{person}/consent", openapi_extra=takes(PaperConsentIn))
async def consent(hall: str, person: str, request: Request) -> Response:
    """Signed on paper, at a window."""
    await at_desk(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, PaperConsentIn)
    command = c.GiveConsent(person, body.version)
    return await _carry_out(request, hall, Act.KEEP_PENSIONERS, body, command, "paper")


@router.post("/people/{person}/withdraw", openapi_extra=takes(Command))
async def withdraw(hall: str, person: str, request: Request) -> Response:
    """The consent is taken back: every face of theirs is deleted, the register stays."""
    ctx, actor, here = await at_desk(request, Act.KEEP_PENSIONERS, hall)
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
    ctx, _, here = await at_desk(request, Act.KEEP_PENSIONERS, hall)
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
    await at_desk(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, RecordPassIn)
    command = c.RecordPass(person, body.way, body.day.isoformat(), body.note)
    return await _carry_out(request, hall, Act.KEEP_PENSIONERS, body, command, body.way)


@router.post("/people/{person}/finding", openapi_extra=takes(FindingIn))
async def finding(hall: str, person: str, request: Request) -> Response:
    """What looking into an overdue case found."""
    await at_desk(request, Act.KEEP_PENSIONERS, hall)
    body = await body_of(request, FindingIn)
    command = c.NoteFinding(person, body.finding, body.note)
    return await _carry_out(request, hall, Act.KEEP_PENSIONERS, body, command, body.finding)


@router.post("/people/{person}/suspension", openapi_extra=takes(SuspensionIn))
async def suspension(hall: str, person: str, request: Request) -> Response:
    """A suspension that somebody decided on elsewhere is written down; nothing is stopped here."""
    await at_desk(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, SuspensionIn)
    command = c.NoteSuspension(person, body.since.isoformat(), body.reason)
    return await _carry_out(request, hall, Act.MANAGE_PENSIONERS, body, command, body.reason)


@router.post("/people/{person}/back-pay", openapi_extra=takes(Command))
async def back_pay(hall: str, person: str, request: Request) -> Response:
    """The back-pay has been arranged."""
    await at_desk(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, Command)
    command = c.SettleBackPay(person)
    return await _carry_out(request, hall, Act.MANAGE_PENSIONERS, body, command, "settled")


@router.post("/people/{person}/remove", openapi_extra=takes(RemoveIn))
async def remove(hall: str, person: str, request: Request) -> Response:
    """Out of the register; the key to all that is kept of them is destroyed. The key goes first:
    broken off between the two, the register still names them, and a repeat does the rest."""
    ctx, actor, here = await at_desk(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, RemoveIn)
    command = c.RemovePensioner(person, body.reason)
    if await here.ask(lambda state, _: person in state.pensions.pensioners):
        await _noted(ctx, hall, actor, type(command).__name__, subject=person, why=body.reason)
        await ctx.pensions.people(hall).forget(person)
    done = await here.execute(command, request_id=str(body.request_id), by=actor.label)
    await ctx.pensions.people(hall).release(person)
    return answered(done)


# --- many -----------------------------------------------------------------------------------


@router.post("/import")
async def import_register(
    hall: str, request: Request, dry_run: bool = True, skip_bad: bool = False
) -> Response:
    """The body is the file, CSV or XLSX. With bad rows nothing is imported unless skip_bad; a dry
    run imports nothing and tells the same."""
    ctx, actor, here = await at_desk(request, Act.MANAGE_PENSIONERS, hall)
    content = await request.body()
    today = await here.ask(today_of)

    async def execute(command: c.ImportPensioners) -> Any:
        return await here.execute(command, request_id=str(uuid4()), by=actor.label)

    async def unknown(persons: Sequence[str]) -> list[str]:
        return await here.ask(
            lambda state, _: [p for p in persons if p not in state.pensions.pensioners]
        )

    work = RegisterImport(ctx.access, ctx.pensions.people(hall), execute, unknown)
    try:
        report = await work.run(content, today, dry_run=dry_run, skip_bad=skip_bad)
    except RegisterUnreadable as error:
        raise ApiError(422, error.code, "这个文件读不懂。", **error.detail) from error
    if report["imported"] is not None:
        detail = {"rows": report["good"], **report["imported"]}
        await _noted(ctx, hall, actor, "pensioners_imported", why="import", detail=detail)
    return as_json(report)


@router.post("/reminders", openapi_extra=takes(RemindIn))
async def remind(hall: str, request: Request) -> Response:
    """Hands a message to the gateway for everybody on the list whose phone is known and who was not
    reminded in the last days."""
    ctx, actor, here = await at_desk(request, Act.MANAGE_PENSIONERS, hall)
    body = await body_of(request, RemindIn)
    folder = (await ctx.pensions.settings(hall)).reminders
    if folder is None:
        raise ApiError(409, "no_gateway", "还没有设置短信通道（hall.toml 的 reminders）。")
    async with ctx.pensions.reminding(hall):
        return await _remind(ctx, actor, here, body, FileGateway(folder))


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
    await _noted(ctx, hall, actor, "pensioners_reminded", why="reminder", detail=detail)
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
