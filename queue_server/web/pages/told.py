"""The page with the papers that a person was told are missing (一次性告知单), for printing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from queue_server.access.roles import Act
from queue_server.domain.state import HallState
from queue_server.views.acceptances import step_view
from queue_server.views.configuration import hours_lines
from queue_server.web.context import context, hall_of
from queue_server.web.errors import ApiError
from queue_server.web.pages.rendering import language_of, page

router = APIRouter(include_in_schema=False)


@router.get("/told/{hall}/{ticket}/{step}")
async def told(hall: str, ticket: str, step: int, request: Request) -> Response:
    """Of a ticket of the present day."""
    service = await hall_of(context(request), hall)
    language = language_of(request)
    found = await service.ask(lambda state, _: _told(state, ticket, step, language))
    if found is None:
        raise ApiError(404, "not_found", "没有这张告知单，或者已经不是今天的了。")
    shown = service.presentation
    found["hall"] = shown.name_en if language == "en" else shown.name
    found["hours"] = "|".join(hours_lines(service.calendar))
    return await page(request, "told.html", Act.SETTLE_ACCEPTANCE, hall, told=found)


def _told(state: HallState, ticket_id: str, step: int, language: str) -> dict[str, Any] | None:
    ticket = state.tickets.get(ticket_id)
    found = next((s for s in ticket.steps if s.number == step), None) if ticket else None
    if ticket is None or found is None or not found.missing:
        return None
    view = step_view(state.known_rules, found)
    ending = "_en" if language == "en" else ""
    named: dict[str, Any] = dict(view)
    window = state.known_rules.window.get(ticket.first_window or found.window)
    contact = (window.name_en if language == "en" else window.name) if window else found.window
    return {
        "number": ticket.number,
        "matter": named[f"matter_name{ending}"] or named[f"service_name{ending}"],
        "missing": view["missing"],
        "contact": contact,
        "day": state.day,
    }
