"""The pages of reviews: the tablet at a window, and the managers' cases.

A tablet is paired by a manager who opens its page on it once: it gets a token of that window in a
cookie, and the manager is logged out there. In a demonstration nobody needs to log in for it.
"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from queue_server.access.roles import Act, Role
from queue_server.access.store import insert_token, new_token
from queue_server.web.context import (
    SESSION_COOKIE,
    TABLET_COOKIE,
    Context,
    actor_of,
    allowed,
    context,
    hall_of,
    tablet_actor,
)
from queue_server.web.errors import ApiError
from queue_server.web.pages.rendering import YEAR_S, error_page, language_of, page, render

router = APIRouter(include_in_schema=False)
PARTS = ("reviews",)


@router.get("/cases/{hall}")
async def cases(hall: str, request: Request) -> Response:
    return await page(request, "cases.html", Act.SEE_CASES, hall, parts=PARTS, of_people=True)


@router.get("/tablet/{hall}/{window}")
async def tablet(hall: str, window: str, request: Request) -> Response:
    ctx = context(request)
    service = await hall_of(ctx, hall)
    if not service.has_window(window):
        raise ApiError(404, "not_found", f"没有 {window} 号窗口。", window=window)
    paired = await tablet_actor(request, ctx, hall, window)
    if paired is None:
        return await _pair(request, ctx, hall, window)
    rule = service.day.state.known_rules.window[window]
    name = rule.name_en if language_of(request) == "en" else rule.name
    return render(
        request,
        "tablet.html",
        parts=PARTS,
        hall_id=hall,
        window_id=window,
        window_name=name,
    )


async def _pair(request: Request, ctx: Context, hall: str, window: str) -> Response:
    here = quote(request.url.path, safe="")
    if not ctx.plan.server.demonstration:
        actor = await actor_of(request, ctx)
        if actor.role is Role.PUBLIC:
            return RedirectResponse(f"/login?hall={quote(hall)}&next={here}", 303)
        if actor.must_change:
            return RedirectResponse(f"/password?next={here}", 303)
        if not allowed(ctx, actor, Act.CONFIGURE, hall):
            return error_page(request, "not_permitted", 403, actor)
    token = new_token()
    seeded = "file" if ctx.plan.server.demonstration else None
    name = f"tablet-{window}"
    await ctx.access.change(insert_token(token, Role.SCREEN, hall, window, name, seeded=seeded))
    query = f"?{request.url.query}" if request.url.query else ""  # the language that was asked for
    answer = RedirectResponse(request.url.path + query, 303)
    answer.set_cookie(
        TABLET_COOKIE,
        token,
        max_age=10 * YEAR_S,
        httponly=True,
        samesite="strict",
        secure=ctx.plan.server.secure_cookies,
    )
    if not ctx.plan.server.demonstration:
        await _log_out(request, ctx, answer)
    return answer


async def _log_out(request: Request, ctx: Context, answer: Response) -> None:
    """A tablet in reach of everybody must not stay logged in as a manager."""
    if session := request.cookies.get(SESSION_COOKIE):
        await ctx.access.close_session(session)
    answer.delete_cookie(SESSION_COOKIE)
