"""The way in: the server's own address, choosing a password, and the administration's page."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from queue_server.access import accounts
from queue_server.access.lockout import place_of_session
from queue_server.access.roles import Act, Actor, Role
from queue_server.access.store import hash_password, password_fits
from queue_server.audit import audit_statement
from queue_server.web.context import (
    SESSION_COOKIE,
    Context,
    actor_of,
    check_csrf,
    context,
    hall_of,
)
from queue_server.web.pages.homes import home_of
from queue_server.web.pages.login import enter, own_path
from queue_server.web.pages.rendering import language_of, page, render

router = APIRouter(include_in_schema=False)


@router.get("/")
async def start(request: Request) -> Response:
    """Where somebody who typed the server's name alone wants to go."""
    ctx = context(request)
    actor = await actor_of(request, ctx)
    if actor.login is None:
        return RedirectResponse("/login", 303)
    return RedirectResponse(home_of(actor.hall, actor.role, actor.window), 303)


@router.get("/admin")
async def admin(request: Request) -> Response:
    ctx = context(request)
    actor = await actor_of(request, ctx)
    return RedirectResponse(f"/admin/{quote(actor.hall or ctx.plan.default_hall)}", 303)


@router.get("/password")
async def password_form(request: Request, next: str = "") -> Response:
    actor = await actor_of(request, context(request))
    if actor.login is None:
        return RedirectResponse(f"/login?next={quote('/password', safe='')}", 303)
    return _form(request, actor, next)


def _form(
    request: Request, actor: Actor, there: str, error: str | None = None, status: int = 200
) -> Response:
    values: dict[str, Any] = {"hall_id": actor.hall, "next": own_path(there), "error": error}
    return render(
        request,
        "password.html",
        actor,
        status,
        forced=actor.must_change,
        parts=["access"],
        **values,
    )


@router.post("/password")
async def change_password(
    request: Request,
    current: Annotated[str, Form(max_length=200)],
    new: Annotated[str, Form(max_length=200)],
    again: Annotated[str, Form(max_length=200)],
    csrf: Annotated[str, Form(max_length=64)] = "",
    next: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    ctx = context(request)
    session = request.cookies.get(SESSION_COOKIE, "")
    actor = await ctx.access.actor_of_session(session) if session else None
    if actor is None or actor.login is None:
        return RedirectResponse(f"/login?next={quote('/password', safe='')}", 303)
    check_csrf(actor, csrf)
    if error := await _fault(ctx, actor.hall, actor.login, session, current, new, again):
        return _form(request, actor, next, error, 429 if error == "locked" else 422)
    return await _changed(request, ctx, actor, actor.login, new, next)


async def _fault(
    ctx: Context, hall: str, login: str, session: str, current: str, new: str, again: str
) -> str | None:
    """Why not, as the key of a text; None when the password may be changed."""
    staff = await ctx.access.staff(hall, login)
    place = place_of_session(session)
    if not await ctx.access.lockout.try_login(hall, login, place):
        return "locked"
    async with ctx.hashing:
        stored = staff.password_hash if staff else None
        fits = await asyncio.to_thread(password_fits, stored, current)
    if not fits:
        return "wrong"
    await ctx.access.lockout.succeeded(hall, login, place)
    if new != again:
        return "differ"
    return "same" if new == current else accounts.weakness(new, login)


async def _changed(
    request: Request, ctx: Context, actor: Actor, login: str, new: str, there: str
) -> Response:
    """All sessions of the person end; this browser gets a fresh one."""
    async with ctx.hashing:
        secret = await asyncio.to_thread(hash_password, new)
    line = audit_statement(actor.hall, actor.label, "password_changed", subject=login)
    put = accounts.set_password(actor.hall, login, secret, must_change=False)
    unlock = ctx.access.lockout.unlock(actor.hall, login)
    await ctx.access.change(*put, unlock, line)
    ctx.access.forget_sessions()
    staff = await ctx.access.staff(actor.hall, login)
    if staff is None or staff.role is Role.PUBLIC:
        return RedirectResponse("/login", 303)
    return await enter(ctx, staff, there)


@router.get("/admin/{hall}")
async def administration(hall: str, request: Request) -> Response:
    service = await hall_of(context(request), hall)
    name = (
        service.presentation.name_en if language_of(request) == "en" else service.presentation.name
    )
    return await page(request, "admin.html", Act.READ_AUDIT, hall, parts=["admin"], hall_name=name)
