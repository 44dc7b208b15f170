"""The pages: login, call screen, clerk's console and appointment book, manager's board,
the citizen's ticket."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

import orjson
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from queue_server.access import accounts
from queue_server.access.roles import ANYBODY, Act, Actor, Role
from queue_server.access.store import SESSION_HOURS, Staff, password_fits
from queue_server.web.context import (
    SESSION_COOKIE,
    Context,
    actor_of,
    allowed,
    check_csrf,
    context,
    hall_of,
)
from queue_server.web.errors import ApiError

_HERE = Path(__file__).parents[1]
LOGIN_COOKIE = "hall_login"
LANGUAGE_COOKIE = "hall_lang"
YEAR_S = 365 * 24 * 3600

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(directory=_HERE / "templates")


class _Static(StaticFiles):
    """Asks again before it trusts a cache: modules import each other without a version."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


STATIC = _Static(directory=_HERE / "static")


def _static(name: str) -> str:
    """A static file's address with its version, so that no cache serves an old release."""
    version = int((_HERE / "static" / name).stat().st_mtime)
    return f"/static/{name}?v={version}"


def language_of(request: Request) -> str:
    asked = request.query_params.get("lang")
    return context(request).texts.language(asked or request.cookies.get(LANGUAGE_COOKIE))


def render(
    request: Request,
    template: str,
    actor: Actor = ANYBODY,
    status: int = 200,
    parts: Sequence[str] = (),
    **more: Any,
) -> HTMLResponse:
    """parts: of the texts, beside those that all pages share."""
    ctx = context(request)
    asked = request.query_params.get("lang")
    language = language_of(request)
    texts = ctx.texts.of(language, parts)
    values = {
        "lang": language,
        "t": texts,
        "texts_json": orjson.dumps(texts).decode().replace("<", "\\u003c"),
        "csrf": actor.csrf or "",
        "actor": None if actor.role is Role.PUBLIC else {"role": actor.role, "name": actor.shown},
        "static": _static,
        **more,
    }
    drawn = _templates.TemplateResponse(request, template, values, status)
    if asked:
        drawn.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, samesite="lax")
    return drawn


async def page(
    request: Request, template: str, act: Act, hall: str, window: str | None = None, **more: Any
) -> Response:
    """The page, or the way to the login, or a page that says why not."""
    ctx = context(request)
    await hall_of(ctx, hall)
    actor = await actor_of(request, ctx)
    if actor.must_change:
        return RedirectResponse(f"/password?next={quote(request.url.path, safe='')}", 303)
    if allowed(ctx, actor, act, hall, window):
        return render(request, template, actor, hall_id=hall, **more)
    if actor.role is Role.PUBLIC:
        there = quote(request.url.path, safe="")
        return RedirectResponse(f"/login?hall={quote(hall)}&next={there}", 303)
    return error_page(request, "not_permitted", 403, actor)


def error_page(request: Request, words: str, status: int, actor: Actor = ANYBODY) -> Response:
    """A page that says what is wrong; `words` is a key of the pages' texts."""
    return render(request, "error.html", actor, status, title=words, message=words)


@router.get("/screen/{hall}")
async def screen(hall: str, request: Request) -> Response:
    return await page(request, "screen.html", Act.SEE_HALL, hall)


@router.get("/window/{hall}/{window}")
async def console(hall: str, window: str, request: Request) -> Response:
    service = await hall_of(context(request), hall)
    if not service.has_window(window):
        raise ApiError(404, "not_found", f"没有 {window} 号窗口。", window=window)
    parts = ["pension"]  # why a face check sent somebody here
    return await page(
        request, "console.html", Act.WORK_WINDOW, hall, window, window_id=window, parts=parts
    )


@router.get("/window-screen/{hall}/{window}")
async def window_screen(hall: str, window: str, request: Request) -> Response:
    service = await hall_of(context(request), hall)
    if not service.has_window(window):
        raise ApiError(404, "not_found", f"没有 {window} 号窗口。", window=window)
    return await page(request, "window-screen.html", Act.SEE_HALL, hall, window_id=window)


@router.get("/manager/{hall}")
async def board(hall: str, request: Request) -> Response:
    return await page(request, "board.html", Act.SEE_BOARD, hall, parts=("waits",))


@router.get("/appointments/{hall}")
async def appointments(hall: str, request: Request) -> Response:
    return await page(request, "appointments.html", Act.BOOK_APPOINTMENT, hall)


@router.get("/t/{token}")
async def ticket(token: str, request: Request) -> Response:
    return render(request, "ticket.html", parts=("reviews",), ticket_token=token)


# --- logging in and out -----------------------------------------------------------------------


@router.get("/login")
async def login_form(request: Request, hall: str = "", next: str = "") -> Response:
    return _login_page(request, hall, next)


def _login_page(
    request: Request, hall: str, there: str, error: str | None = None, status: int = 200
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
        return _login_page(request, hall, next, "expired", 400)
    address = request.client.host if request.client else ""
    if not ctx.logins.try_login(hall, login, address):
        return _login_page(request, hall, next, "too_many", 429)
    staff = await ctx.access.staff(hall, login)
    if not await accounts.try_login(ctx.access.database, hall, login):
        await _note(ctx, hall, staff, "login_locked")
        return _login_page(request, hall, next, "locked", 429)
    stored = staff.password_hash if staff else None
    async with ctx.hashing:
        fits = await asyncio.to_thread(password_fits, stored, password)
    if not fits or staff is None or staff.disabled:
        await _note(ctx, hall, staff, "login_failed")
        return _login_page(request, hall, next, "wrong", 401)
    ctx.logins.succeeded(hall, login, address)
    await ctx.access.change(accounts.unlock(hall, login))
    await _note(ctx, hall, staff, "login")
    return await enter(ctx, staff, next)


async def _note(ctx: Context, hall: str, staff: Staff | None, what: str) -> None:
    """Names that nobody has are not noted: somebody may have typed a password there."""
    if staff is not None:
        await ctx.audit.note(hall, f"{staff.role}:{staff.login}", what, subject=staff.login)


async def enter(ctx: Context, staff: Staff, there: str) -> Response:
    """A fresh session, and the page that was asked for or the person's own."""
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
    return answer


def home_of(hall: str, role: Role, window: str | None) -> str:
    if role is Role.CLERK and window:
        return f"/window/{quote(hall)}/{quote(window)}"
    return f"/manager/{quote(hall)}"


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
