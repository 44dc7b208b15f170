"""Devices paired by a code: a screen, tablet or kiosk shows it, a manager types it in the
administration, and the device has its token.

The secret goes to the device when it asks, and travels in bodies and cookies alone, never in an
address.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from queue_server.access import pairing as p
from queue_server.access.paired_screens import screen_id
from queue_server.access.pairing import Asked, Device, Kind
from queue_server.access.roles import Act
from queue_server.audit import audit_statement
from queue_server.service import HallService
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, gives, takes
from queue_server.web.context import (
    DEVICE_COOKIE,
    TABLET_COOKIE,
    Context,
    context,
    hall_of,
    permitted,
)
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import Body, Command, ErrorOut, Name

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["devices"], responses=ERRORS)
DEVICE_YEARS = 10
_YEAR_S = 365 * 24 * 3600
Names = Annotated[tuple[Name, ...], Field(max_length=64)]


class AskIn(Body):
    """name: what the device calls itself, if it does."""

    kind: Kind
    name: Annotated[str, Field(max_length=40)] = ""


class ClaimIn(Body):
    """pairing: the secret that the device was given with its code."""

    pairing: Annotated[str, Field(min_length=20, max_length=80)]


class CodeIn(Body):
    code: Annotated[str, Field(pattern=r"^[0-9 ]{6,9}$")]


class ConfirmIn(Command, CodeIn):
    """window: of a window's screen or tablet. windows, services, zone: what a call screen shows;
    empty: all of the hall."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    window: Name | None = None
    windows: Names = ()
    services: Names = ()
    zone: Annotated[str, Field(max_length=40)] = ""


PAIRING_BODIES: list[type[BaseModel]] = [AskIn, ClaimIn, CodeIn, ConfirmIn]


# --- the device's side: nobody in particular ----------------------------------------------------


@router.post(
    "/pairings", status_code=201, openapi_extra=takes(AskIn), responses=gives(ErrorOut, 429)
)
async def ask(hall: str, request: Request) -> Response:
    """A code to show for ten minutes, and the secret that becomes the device's token."""
    ctx = context(request)
    await hall_of(ctx, hall)
    address = request.client.host if request.client else ""
    ctx.pairings.check(address)
    ctx.pairings.count(address)
    body = await body_of(request, AskIn)
    try:
        secret, asked = await p.ask(ctx.access.database, hall, body.kind, body.name, address)
    except p.PairingFull as error:
        message = "正在配对的设备太多，请过几分钟再试。"
        raise ApiError(503, "pairing_full", message) from error
    return as_json({"pairing": secret, "code": asked.code, "expires_at": asked.expires_at}, 201)


@router.post("/pairings/claim", openapi_extra=takes(ClaimIn))
async def claim(hall: str, request: Request) -> Response:
    """`state`: `waiting`, `expired`, or `paired` with where the device's page is. A browser gets
    its token in a cookie then; for a program the secret is the bearer token."""
    ctx = context(request)
    await hall_of(ctx, hall)
    body = await body_of(request, ClaimIn)
    device = await p.device_of(ctx.access.database, body.pairing)
    if device is None:
        until = await p.waits(ctx.access.database, body.pairing)
        return as_json({"state": "waiting" if until else "expired", "expires_at": until})
    told = {"name": device.name, "kind": device.kind, "window": device.window, "path": device.path}
    answer = as_json({"state": "paired", **told})
    if device.path:
        answer.set_cookie(
            TABLET_COOKIE if device.kind is Kind.TABLET else DEVICE_COOKIE,
            body.pairing,
            max_age=DEVICE_YEARS * _YEAR_S,
            httponly=True,
            samesite="strict",
            secure=ctx.plan.server.secure_cookies,
        )
    return answer


# --- the manager's side -------------------------------------------------------------------------


@router.get("/paired")
async def paired(hall: str, request: Request) -> Response:
    """All devices that hold a token of the hall."""
    ctx, _, _ = await permitted(request, Act.PAIR_DEVICES, hall)
    found = await p.devices(ctx.access.database, hall)
    return as_json({"devices": [asdict(device) for device in found]})


@router.post("/pairings/look", openapi_extra=takes(CodeIn))
async def look(hall: str, request: Request) -> Response:
    """Which device shows this code, before it is let in."""
    ctx, _, _ = await permitted(request, Act.PAIR_DEVICES, hall)
    asked = await _shown(ctx, hall, (await body_of(request, CodeIn)).code)
    return as_json({"device": asdict(asked)})


@router.post("/pairings/confirm", status_code=201, openapi_extra=takes(ConfirmIn))
async def confirm(hall: str, request: Request) -> Response:
    ctx, actor, service = await permitted(request, Act.PAIR_DEVICES, hall)
    body = await body_of(request, ConfirmIn)
    asked = await _shown(ctx, hall, body.code)
    window = _window(service, asked, body)
    id = secrets.token_hex(8)
    path = _path(hall, id, asked.kind, window, body)
    told = {"kind": asked.kind.value, "window": window, "address": asked.address}
    # a kiosk is known by the name in its own settings: under it, it borrows and gives numbers
    name = (asked.name if asked.kind is Kind.KIOSK else "") or body.name
    line = audit_statement(hall, actor.label, "device_paired", subject=name, detail=told)
    sure = p.confirm(asked, id, name, window, path, actor.label)
    if (await ctx.access.change(*sure, line))[0] == 0:
        raise _unknown()
    return as_json({"device": {"id": id, "name": name, "kind": asked.kind}}, 201)


@router.post("/paired/{device}/unpair", openapi_extra=takes(Command))
async def unpair(hall: str, device: str, request: Request) -> Response:
    """Its token is worth nothing within a few seconds."""
    ctx, actor, _ = await permitted(request, Act.PAIR_DEVICES, hall)
    await body_of(request, Command)
    found = await _known(ctx, hall, device)
    line = audit_statement(hall, actor.label, "device_unpaired", subject=found.name)
    await ctx.access.change(*p.unpair(hall, device), line)
    ctx.paired_screens.pop(hall, None)
    if (screen := screen_id(found.path)) is not None:
        ctx.receipts_of(hall).forget(screen)
    return as_json({"device": {"id": device}})


async def _known(ctx: Context, hall: str, id: str) -> Device:
    for device in await p.devices(ctx.access.database, hall):
        if device.id == id:
            return device
    raise ApiError(404, "not_found", "没有这台设备，可能已经解除配对。", device=id)


async def _shown(ctx: Context, hall: str, code: str) -> Asked:
    asked = await p.shown(ctx.access.database, hall, code.replace(" ", ""))
    if asked is None:
        raise _unknown()
    return asked


def _unknown() -> ApiError:
    message = "没有设备正在显示这个配对码。请看设备上现在的数字，十分钟内有效。"
    return ApiError(404, "code_unknown", message)


def _window(service: HallService, asked: Asked, body: ConfirmIn) -> str | None:
    """Raises ApiError for a window that is not there, or is needed and was not named."""
    known = service.day.state.known_rules
    wanted = [body.window] if body.window else []
    for window in (*wanted, *body.windows):
        if not service.has_window(window):
            raise ApiError(422, "window_unknown", f"没有 {window} 号窗口。", window=window)
    if unknown := set(body.services) - known.service.keys():
        raise ApiError(422, "service_unknown", "没有这项业务。", service=sorted(unknown)[0])
    if asked.kind not in p.AT_A_WINDOW:
        return None
    if not body.window:
        raise ApiError(422, "window_needed", "请选这台设备放在哪个窗口。", fields=["window"])
    return body.window


def _path(hall: str, id: str, kind: Kind, window: str | None, body: ConfirmIn) -> str:
    """Where the device's browser goes; a kiosk has a program of its own."""
    match kind:
        case Kind.KIOSK:
            return ""
        case Kind.TABLET:
            return f"/tablet/{quote(hall)}/{quote(window or '')}"
        case Kind.WINDOW_SCREEN:
            return f"/window-screen/{quote(hall)}/{quote(window or '')}?name=w{window}-{id[:4]}"
        case Kind.SCREEN:
            said = {
                "name": f"screen-{id[:4]}",
                "windows": ",".join(body.windows),
                "services": ",".join(body.services),
                "zone": body.zone,
            }
            query = urlencode({k: v for k, v in said.items() if v}, safe=",")
            return f"/screen/{quote(hall)}?{query}"
