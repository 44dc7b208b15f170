"""How a page is drawn: the template, its texts in the reader's language, who may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from queue_server.access.roles import ANYBODY, Act, Actor, Role
from queue_server.web.context import (
    DEVICE_COOKIE,
    actor_of,
    allowed,
    context,
    hall_of,
)
from queue_server.web.errors import ApiError
from queue_server.web.pages.homes import home_of

_HERE = Path(__file__).parents[1]
LANGUAGE_COOKIE = "hall_lang"
YEAR_S = 365 * 24 * 3600

_templates = Jinja2Templates(directory=_HERE / "templates")


class _Static(StaticFiles):
    """Asks again before it trusts a cache: modules import each other without a version."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def _icons() -> str:
    """All icons, to stand in each page: one drawn while the line is cut needs no request."""
    drawn = (_HERE / "static" / "icons.svg").read_text("utf-8").replace('id="', 'id="icon-')
    return drawn.replace("<svg ", '<svg hidden aria-hidden="true" ', 1)


_templates.env.globals["icons"] = _icons()

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
    people: Mapping[str, str] | None = None,
    **more: Any,
) -> HTMLResponse:
    """parts: of the texts, beside those that all pages share. people: login → name of the staff,
    for pages that speak of them."""
    ctx = context(request)
    asked = request.query_params.get("lang")
    language = language_of(request)
    texts = ctx.texts.of(language, parts)
    values = {
        "lang": language,
        "t": texts,
        "texts_json": _in_page(texts),
        "people_json": _in_page(people or {}),
        "csrf": actor.csrf or "",
        "actor": None if actor.role is Role.PUBLIC else {"role": actor.role, "name": actor.shown},
        "static": _static,
        **more,
    }
    drawn = _templates.TemplateResponse(request, template, values, status)
    if asked:
        drawn.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_S, samesite="lax")
    return drawn


def _in_page(data: Any) -> str:
    return orjson.dumps(data).decode().replace("<", "\\u003c")


async def page(
    request: Request,
    template: str,
    act: Act,
    hall: str,
    window: str | None = None,
    *,
    of_people: bool = False,
    **more: Any,
) -> Response:
    """The page, or the way to the login, or a page that says why not. of_people: it speaks of
    staff, and calls them by their names."""
    ctx = context(request)
    await hall_of(ctx, hall)
    actor = await actor_of(request, ctx)
    if actor.must_change:
        return RedirectResponse(f"/password?next={quote(request.url.path, safe='')}", 303)
    if allowed(ctx, actor, act, hall, window):
        people = await ctx.access.names(hall) if of_people else None
        return render(request, template, actor, hall_id=hall, people=people, **more)
    if actor.role is Role.PUBLIC and DEVICE_COOKIE in request.cookies:
        return RedirectResponse(f"/pair/{quote(hall)}", 303)  # a screen that was unpaired
    if actor.role is Role.PUBLIC:
        there = quote(request.url.path, safe="")
        return RedirectResponse(f"/login?hall={quote(hall)}&next={there}", 303)
    return error_page(request, "not_permitted", 403, actor)


def error_page(request: Request, words: str, status: int, actor: Actor = ANYBODY) -> Response:
    """A page that says what is wrong; `words` is a key of the pages' texts."""
    hall = actor.hall or context(request).plan.default_hall
    own = home_of(hall, actor.role, actor.window) if actor.login else None
    return render(request, "error.html", actor, status, title=words, message=words, own_page=own)


async def failing_page(request: Request, words: str, status: int) -> Response:
    """The same, for whoever asks: who is logged in finds the way back to a page of theirs."""
    try:
        actor = await actor_of(request, context(request))
    except ApiError:
        actor = ANYBODY
    return error_page(request, words, status, actor)
