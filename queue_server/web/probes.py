"""Probes for supervisors and Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from queue_server.web.context import context
from queue_server.web.errors import error_response

router = APIRouter(tags=["probes"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process runs and answers. Touches nothing: the no-op that benchmarks compare with."""
    return {"status": "live"}


@router.get("/health/ready")
async def ready(request: Request) -> Response:
    """The store takes writes, and the halls whose files were named are loaded. Those of a list
    are loaded when they are first asked for: `/metrics` tells how many are."""
    ctx = context(request)
    try:
        await ctx.access.probe()
    except Exception as error:
        return error_response(
            503, "not_ready", "数据库暂时不可写。", {"error": type(error).__name__}
        )
    return Response(b'{"status":"ready"}', media_type="application/json")


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    return Response(context(request).metrics.text(), media_type="text/plain; version=0.0.4")
