"""Logging in and out, and the page that somebody is taken to afterwards."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from queue_server.access.lockout import KNOWN_FOR_DAYS, Place, place_of_address
from queue_server.access.store import SESSION_HOURS, Staff, password_fits
from queue_server.web.context import (
    SESSION_COOKIE,
    Context,
    check_csrf,
    context,
)
from queue_server.web.pages.homes import home_of
from queue_server.web.pages.rendering import render

LOGIN_COOKIE = "hall_login"

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def login_form(request: Request, hall: str = "", next: str = "", why: str = "") -> Response:
    """why: "ended", from a page whose login has ended under it."""
    return _login_page(request, hall, next, "ended" if why == "ended" else None)


def _login_page(
    request: Request,
    hall: str,
    there: str,
    error: str | None = None,
    status: int = 200,
    login: str = "",
) -> Response:
    ctx = context(request)
    token = request.cookies.get(LOGIN_COOKIE) or secrets.token_urlsafe(16)
    drawn = render(
        request,
        "login.html",
        status=status,
        hall_id=hall or ctx.plan.default_hall,
        next=own_path(there),
        error=error,
        login=login,
        csrf=token,
        logins=_demo_logins(ctx),
    )
    drawn.set_cookie(
        LOGIN_COOKIE,
        token,
        httponly=True,
        samesite="lax",
        secure=ctx.plan.server.secure_cookies,
    )
    return drawn


def _demo_logins(ctx: Context) -> list[dict[str, str]]:
    return [{"login": s.login, "password": s.password, "what": s.name} for s in ctx.plan.demo_staff]


def own_path(there: str) -> str:
    """Only a path of this server; anything else, such as //elsewhere, becomes empty."""
    parts = urlsplit(there)
    own = not parts.scheme and not parts.netloc and there.startswith("/") and "\\" not in there
    return there if own and not there.startswith("//") else ""


@router.post("/login")
async def login(
    request: Request,
    login: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=200)],
    csrf: Annotated[str, Form(max_length=64)] = "",
    hall: Annotated[str, Form(max_length=64)] = "",
    next: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    ctx = context(request)
    hall = hall or ctx.plan.default_hall
    expected = request.cookies.get(LOGIN_COOKIE)
    if not expected or not hmac.compare_digest(csrf.encode(), expected.encode()):
        return _login_page(request, hall, next, "expired", 400, login)
    staff = await ctx.access.staff(hall, login)
    place = _place(request, ctx, hall, login, staff)
    if not ctx.logins.try_login(hall, login, place):
        return _login_page(request, hall, next, "too_many", 429, login)
    if not await ctx.access.lockout.try_login(hall, login, place):
        await _note(ctx, hall, staff, "login_locked")
        return _login_page(request, hall, next, "locked", 429, login)
    stored = staff.password_hash if staff else None
    async with ctx.hashing:
        fits = await asyncio.to_thread(password_fits, stored, password)
    if not fits or staff is None or staff.disabled:
        await _note(ctx, hall, staff, "login_failed")
        return _login_page(request, hall, next, "wrong", 401, login)
    ctx.logins.succeeded(hall, login, place)
    await ctx.access.lockout.succeeded(hall, login, place)
    await _note(ctx, hall, staff, "login")
    return await enter(ctx, staff, next)


def _place(request: Request, ctx: Context, hall: str, login: str, staff: Staff | None) -> Place:
    """A browser that has logged in before under this name, else where it speaks from."""
    lockout = ctx.access.lockout
    mark = request.cookies.get(lockout.name_of_mark(hall, login))
    known = lockout.place_of_mark(hall, login, staff.password_hash if staff else None, mark)
    return known or place_of_address(request.client.host if request.client else "")


async def _note(ctx: Context, hall: str, staff: Staff | None, what: str) -> None:
    """Names that nobody has are not noted: somebody may have typed a password there."""
    if staff is not None:
        await ctx.audit.note(hall, f"{staff.role}:{staff.login}", what, subject=staff.login)


async def enter(ctx: Context, staff: Staff, there: str) -> Response:
    """A fresh session, and the page that was asked for or the person's own. The browser is known
    from now on, so that strangers' wrong passwords do not keep the person out here."""
    session = await ctx.access.open_session(staff)
    answer = RedirectResponse(own_path(there) or home_of(staff.hall, staff.role, staff.window), 303)
    answer.set_cookie(
        SESSION_COOKIE,
        session,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="lax",
        secure=ctx.plan.server.secure_cookies,
    )
    lockout = ctx.access.lockout
    answer.set_cookie(
        lockout.name_of_mark(staff.hall, staff.login),
        lockout.new_mark(staff.hall, staff.login, staff.password_hash),
        max_age=KNOWN_FOR_DAYS * 86400,
        path="/login",
        httponly=True,
        samesite="lax",
        secure=ctx.plan.server.secure_cookies,
    )
    return answer


@router.post("/logout")
async def logout(request: Request, csrf: Annotated[str, Form(max_length=64)] = "") -> Response:
    ctx = context(request)
    session = request.cookies.get(SESSION_COOKIE)
    actor = await ctx.access.actor_of_session(session) if session else None
    if session and actor:
        check_csrf(actor, csrf)
        await ctx.access.close_session(session)
        await ctx.audit.note(actor.hall, actor.label, "logout", subject=actor.login or "")
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer
