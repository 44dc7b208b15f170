"""Who may log in: accounts as administration tends them. No account is changed by its own holder,
and nobody makes somebody who may do more than they may."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import uuid5

from fastapi import APIRouter, Request, Response

from queue_server.access import accounts as a
from queue_server.access.roles import Act, Actor, Role
from queue_server.access.store import Staff, Statement, hash_password, put_staff
from queue_server.audit import audit_statement
from queue_server.domain.commands import CloseWindow
from queue_server.service import HallService
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import Context, context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import Command
from queue_server.web.schemas.staff import NewStaffIn, PlaceIn, StaffIn

router = APIRouter(prefix="/api/v1/halls/{hall}/staff", tags=["staff"], responses=ERRORS)


@router.get("")
async def everybody(hall: str, request: Request) -> Response:
    """All accounts of the hall; may_change: whether whoever asks may."""
    ctx, actor, _ = await permitted(request, Act.MANAGE_STAFF, hall)
    found = await a.accounts(ctx.access, hall)
    shown = [
        {**asdict(account), "may_change": _may(actor, account.login, account.role)}
        for account in found
    ]
    roles = [role for role in Role if role in a.MAY_KEEP.get(actor.role, ())]
    return as_json({"staff": shown, "roles": roles})


@router.post("", status_code=201, openapi_extra=takes(NewStaffIn))
async def add(hall: str, request: Request) -> Response:
    """A new account. Its first password is in this answer and nowhere else; it must be changed at
    the first login."""
    ctx, actor, service = await permitted(request, Act.MANAGE_STAFF, hall)
    body = await body_of(request, NewStaffIn)
    _refuse_role(actor, body.role)
    window = _window(service, body)
    if await ctx.access.staff(hall, body.login) is not None:
        raise ApiError(409, "login_taken", f"账号 {body.login} 已经有人用了，请换一个。")
    password = a.first_password()
    secret = await _hashed(ctx, password)
    member = Staff(hall, body.login, body.name, body.role, window, secret, must_change=True)
    told = {"name": body.name, "role": body.role, "window": window}
    await _note(ctx, hall, actor, "staff_added", body.login, put_staff(member), told)
    return as_json({"login": body.login, "password": password}, 201)


@router.post("/{login}", openapi_extra=takes(StaffIn))
async def change(hall: str, login: str, request: Request) -> Response:
    """Another name, role or window; open sessions end."""
    ctx, actor, service = await permitted(request, Act.MANAGE_STAFF, hall)
    body = await body_of(request, StaffIn)
    await _known(ctx, actor, hall, login)
    _refuse_role(actor, body.role)
    window = _window(service, body)
    statements = a.change_account(hall, login, body.name, body.role, window)
    told = {"name": body.name, "role": body.role, "window": window}
    await _note(ctx, hall, actor, "staff_changed", login, statements, told)
    return as_json({"login": login})


@router.post("/{login}/place", openapi_extra=takes(PlaceIn))
async def place(hall: str, login: str, request: Request) -> Response:
    """Another window for a clerk, who stays logged in. The window that they leave is closed;
    refused while somebody is at it. `was`: where they worked, for the way back."""
    ctx, actor, service = await permitted(request, Act.MANAGE_STAFF, hall)
    body = await body_of(request, PlaceIn)
    found = await _known(ctx, actor, hall, login)
    if found.role is not Role.CLERK:
        raise ApiError(409, "not_a_clerk", "只有窗口人员可以安排窗口。", login=login)
    if body.window is not None and not service.has_window(body.window):
        raise ApiError(422, "window_unknown", f"没有 {body.window} 号窗口。", window=body.window)
    await _leave(service, actor, login, body)
    told = {"window": body.window, "was": found.window}
    statement = a.place_account(hall, login, body.window)
    await _note(ctx, hall, actor, "staff_placed", login, (statement,), told)
    return as_json({"login": login, "window": body.window, "was": found.window})


async def _leave(service: HallService, actor: Actor, login: str, body: PlaceIn) -> None:
    """Closes the window where the clerk is, unless it is the one they are sent to."""
    at = await service.ask(lambda state, _: state.window_of(login))
    if at is not None and at.id != body.window:
        request_id = str(uuid5(body.request_id, at.id))
        await service.execute(CloseWindow(at.id), request_id=request_id, by=actor.label)


@router.post("/{login}/reset", openapi_extra=takes(Command))
async def reset(hall: str, login: str, request: Request) -> Response:
    """A fresh first password, in this answer and nowhere else; also unlocks."""
    ctx, actor, _ = await permitted(request, Act.MANAGE_STAFF, hall)
    await body_of(request, Command)
    await _known(ctx, actor, hall, login)
    password = a.first_password()
    secret = await _hashed(ctx, password)
    statements = a.set_password(hall, login, secret, must_change=True)
    statements += (ctx.access.lockout.unlock(hall, login),)
    await _note(ctx, hall, actor, "staff_password_reset", login, statements)
    return as_json({"login": login, "password": password})


@router.post("/{login}/disable", openapi_extra=takes(Command))
async def disable(hall: str, login: str, request: Request) -> Response:
    """Nobody comes in under this name until it is enabled again; open sessions end."""
    return await _set(request, hall, login, "staff_disabled", a.disable_account(hall, login))


@router.post("/{login}/enable", openapi_extra=takes(Command))
async def enable(hall: str, login: str, request: Request) -> Response:
    return await _set(request, hall, login, "staff_enabled", (a.enable_account(hall, login),))


@router.post("/{login}/unlock", openapi_extra=takes(Command))
async def unlock(hall: str, login: str, request: Request) -> Response:
    """Forgets wrong passwords."""
    unlock = context(request).access.lockout.unlock(hall, login)
    return await _set(request, hall, login, "staff_unlocked", (unlock,))


async def _set(
    request: Request, hall: str, login: str, what: str, statements: Sequence[Statement]
) -> Response:
    ctx, actor, _ = await permitted(request, Act.MANAGE_STAFF, hall)
    await body_of(request, Command)
    await _known(ctx, actor, hall, login)
    await _note(ctx, hall, actor, what, login, statements)
    return as_json({"login": login})


async def _note(
    ctx: Context,
    hall: str,
    actor: Actor,
    what: str,
    login: str,
    statements: Sequence[Statement],
    told: dict[str, Any] | None = None,
) -> None:
    """Carries the change out together with its line in the audit log."""
    line = audit_statement(hall, actor.label, what, subject=login, detail=told)
    await ctx.access.change(*statements, line)
    ctx.access.forget_sessions()


async def _known(ctx: Context, actor: Actor, hall: str, login: str) -> Staff:
    """Raises ApiError when there is nobody, or nobody whom `actor` may change."""
    found = await ctx.access.staff(hall, login)
    if found is None:
        raise ApiError(404, "not_found", f"没有账号 {login}。", login=login)
    if not _may(actor, login, found.role):
        raise ApiError(403, "account_out_of_reach", "这个账号不归您管理。", login=login)
    return found


def _may(actor: Actor, login: str, role: Role) -> bool:
    return role in a.MAY_KEEP.get(actor.role, ()) and actor.login != login


def _refuse_role(actor: Actor, role: Role) -> None:
    if role not in a.MAY_KEEP.get(actor.role, ()):
        raise ApiError(403, "role_out_of_reach", "您不能设置这个角色。", role=role)


def _window(service: HallService, body: StaffIn) -> str | None:
    if body.role is not Role.CLERK or not body.window:
        return None
    if not service.has_window(body.window):
        raise ApiError(422, "window_unknown", f"没有 {body.window} 号窗口。", window=body.window)
    return body.window


async def _hashed(ctx: Context, password: str) -> str:
    async with ctx.hashing:
        return await asyncio.to_thread(hash_password, password)
