"""The manager's page about waits."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from queue_server.access.roles import Act
from queue_server.web.pages.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/manager/{hall}/waits")
async def waits(hall: str, request: Request) -> Response:
    return await page(request, "waits.html", Act.SEE_BOARD, hall, parts=("waits",))
