"""The page that a new screen or tablet begins with: it shows a code until a manager has typed it.

It may stay the browser's start page for good: a device that is paired goes on to its own page.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from queue_server.access import pairing as p
from queue_server.access.pairing import Kind
from queue_server.web.context import DEVICE_COOKIE, TABLET_COOKIE, context, hall_of
from queue_server.web.pages.rendering import language_of, render

router = APIRouter(include_in_schema=False)
IN_A_BROWSER = (Kind.SCREEN, Kind.WINDOW_SCREEN, Kind.TABLET)


@router.get("/pair")
async def begin(request: Request) -> Response:
    return RedirectResponse(f"/pair/{context(request).plan.default_hall}", 303)


@router.get("/pair/{hall}")
async def pair(hall: str, request: Request) -> Response:
    ctx = context(request)
    service = await hall_of(ctx, hall)
    for cookie in (DEVICE_COOKIE, TABLET_COOKIE):
        secret = request.cookies.get(cookie)
        device = await p.device_of(ctx.access.database, secret) if secret else None
        if device is not None and device.path:
            return RedirectResponse(device.path, 303)
    shown = service.presentation
    name = shown.name_en if language_of(request) == "en" else shown.name
    return render(
        request,
        "pair.html",
        parts=["pairing"],
        hall_id=hall,
        hall_name=name,
        kinds=[kind.value for kind in IN_A_BROWSER],
    )
