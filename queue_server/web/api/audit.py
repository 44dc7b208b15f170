"""The audit log, as managers and auditors read it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from queue_server.access.roles import Act
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.context import permitted
from queue_server.web.errors import ApiError

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["audit"], responses=ERRORS)


@router.get("/audit")
async def audit(
    hall: str,
    request: Request,
    before: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """The newest first. before: the `next` of the page before."""
    ctx, _, _ = await permitted(request, Act.READ_AUDIT, hall)
    mark = None
    if before is not None:
        at, found, id = before.partition("~")
        if not found:
            raise ApiError(422, "fields_invalid", "翻页标记不对。", fields=["before"])
        mark = at, id
    noted = await ctx.audit.page(hall, before=mark, limit=limit)
    last = f"{noted[-1].at}~{noted[-1].id}" if len(noted) == limit else None
    return as_json({"audit": [asdict(one) for one in noted], "next": last})
