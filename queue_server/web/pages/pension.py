"""The pages for pension-eligibility checks: the register, and a clerk's look at both pictures."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from queue_server.access.roles import Act
from queue_server.web.context import actor_of, allowed, context
from queue_server.web.pages.rendering import page

router = APIRouter(include_in_schema=False)


@router.get("/pension/{hall}")
async def register(hall: str, request: Request) -> Response:
    """Managers see lists and imports as well."""
    ctx = context(request)
    actor = await actor_of(request, ctx)
    manages = allowed(ctx, actor, Act.MANAGE_PENSIONERS, hall)
    parts = ["pension"]
    return await page(
        request, "pension.html", Act.KEEP_PENSIONERS, hall, parts=parts, manages=manages
    )


@router.get("/pension/{hall}/confirm")
async def confirm(hall: str, request: Request) -> Response:
    return await page(request, "pension-confirm.html", Act.CONFIRM_PENSION, hall, parts=["pension"])
