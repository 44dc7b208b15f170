"""The hall's pages: call screen, console, window screen, board, appointment book, a ticket."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from queue_server.access.roles import Act, Role
from queue_server.web.context import actor_of, context, hall_of
from queue_server.web.errors import ApiError
from queue_server.web.pages.homes import home_of
from queue_server.web.pages.rendering import language_of, page, render

router = APIRouter(include_in_schema=False)


@router.get("/screen/{hall}")
async def screen(hall: str, request: Request) -> Response:
    return await page(request, "screen.html", Act.SEE_HALL, hall)


@router.get("/window/{hall}")
async def windows(hall: str, request: Request) -> Response:
    """The choice of a window, for who has no fixed one."""
    ctx = context(request)
    service = await hall_of(ctx, hall)
    actor = await actor_of(request, ctx)
    if actor.role is Role.CLERK and actor.window:
        return RedirectResponse(home_of(actor.hall, actor.role, actor.window), 303)
    english = language_of(request) == "en"
    rules = await service.ask(lambda state, _: state.known_rules.windows)
    windows = [(w.id, w.name_en if english else w.name) for w in rules]
    return await page(request, "windows.html", Act.WORK_WINDOW, hall, windows=windows)


@router.get("/window/{hall}/{window}")
async def console(hall: str, window: str, request: Request) -> Response:
    service = await hall_of(context(request), hall)
    if not service.has_window(window):
        raise ApiError(404, "not_found", f"没有 {window} 号窗口。", window=window)
    actor = await actor_of(request, context(request))
    if actor.role is Role.CLERK and actor.hall == hall and actor.window not in (None, window):
        return RedirectResponse(home_of(hall, actor.role, actor.window), 303)  # sent elsewhere
    parts = ["pension"]  # why a face check sent somebody here
    return await page(
        request,
        "console.html",
        Act.WORK_WINDOW,
        hall,
        window,
        window_id=window,
        parts=parts,
        of_people=True,
    )


@router.get("/window-screen/{hall}/{window}")
async def window_screen(hall: str, window: str, request: Request) -> Response:
    service = await hall_of(context(request), hall)
    if not service.has_window(window):
        raise ApiError(404, "not_found", f"没有 {window} 号窗口。", window=window)
    return await page(request, "window-screen.html", Act.SEE_HALL, hall, window_id=window)


@router.get("/manager/{hall}")
async def board(hall: str, request: Request) -> Response:
    return await page(request, "board.html", Act.SEE_BOARD, hall, parts=("waits",), of_people=True)


@router.get("/appointments/{hall}")
async def appointments(hall: str, request: Request) -> Response:
    return await page(request, "appointments.html", Act.BOOK_APPOINTMENT, hall)


@router.get("/t/{token}")
async def ticket(token: str, request: Request) -> Response:
    return render(request, "ticket.html", parts=("reviews",), ticket_token=token)
