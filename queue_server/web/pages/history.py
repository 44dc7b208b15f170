"""History in pictures and tables, the monthly report for handing up, and the library that draws."""

from __future__ import annotations

import asyncio
import calendar as months
import re
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.responses import Response

from queue_server.access.roles import Act
from queue_server.domain.calendar import date_at
from queue_server.domain.rules import HallRules
from queue_server.statistics import measures as m
from queue_server.statistics.tables import tables
from queue_server.web.context import actor_of, allowed, context, hall_of
from queue_server.web.errors import ApiError
from queue_server.web.pages.rendering import language_of, page

router = APIRouter(include_in_schema=False)
# the drawing library sets styles of its own; scripts stay our own
_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@router.get("/vendor/plotly.js")
async def plotly() -> Response:
    """From plotly's own wheel, so that pictures need no Internet."""
    file = Path(str(files("plotly"))) / "package_data" / "plotly.min.js"
    headers = {"Cache-Control": "public, max-age=604800"}
    return FileResponse(file, media_type="text/javascript; charset=utf-8", headers=headers)


@router.get("/manager/{hall}/history")
async def history(hall: str, request: Request) -> Response:
    shown = await page(request, "history.html", Act.SEE_BOARD, hall, parts=["history"])
    shown.headers["Content-Security-Policy"] = _POLICY
    return shown


@router.get("/manager/{hall}/ledger")
async def ledger(hall: str, request: Request) -> Response:
    """办理登记台账: every registered step with its promise, and the cases."""
    service = await hall_of(context(request), hall)
    rules = await service.ask(lambda state, _: state.known_rules)
    english = language_of(request) == "en"
    choices: dict[str, Any] = {
        "services": [(s.id, f"{s.id} {s.name_en if english else s.name}") for s in rules.services],
        "windows": [(w.id, w.name_en if english else w.name) for w in rules.windows],
    }
    shown = await page(request, "ledger.html", Act.SEE_BOARD, hall, parts=["ledger"], **choices)
    shown.headers["Content-Security-Policy"] = _POLICY
    return shown


@router.get("/manager/{hall}/report")
async def report(hall: str, request: Request, month: str = "") -> Response:
    """One month on one sheet of paper, the last full one unless said otherwise."""
    ctx = context(request)
    service = await hall_of(ctx, hall)
    rules = await service.ask(lambda state, _: state.known_rules)
    today = date_at(rules.calendar, service.now_ms())
    first, last = _month(month, today)
    found: dict[str, Any] = {}
    language = language_of(request)
    if allowed(ctx, await actor_of(request, ctx), Act.SEE_BOARD, hall):
        facts = await ctx.days.facts(service, first, last)
        found = await asyncio.to_thread(_report, facts, rules, language)
    shown = service.presentation
    return await page(
        request,
        "report.html",
        Act.SEE_BOARD,
        hall,
        parts=["history"],
        hall_name=shown.name_en if language == "en" else shown.name,
        month=f"{first:%Y-%m}",
        today=today.isoformat(),
        found=found,
    )


def _report(facts: m.Facts, rules: HallRules, language: str) -> dict[str, Any]:
    found: dict[str, Any] = {t.id: t for t in tables(facts, rules, language)}
    found["summary"] = m.summary(facts.arrivals, facts.steps, facts.ratings)
    return found


def _month(text: str, today: date) -> tuple[date, date]:
    """Its first and last day."""
    if not text:
        before = today.replace(day=1) - timedelta(days=1)
        text = f"{before:%Y-%m}"
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        raise ApiError(422, "month_wrong", "月份请写成 2026-10 的样子。", fields=["month"])
    first = date.fromisoformat(f"{text}-01")
    return first, first.replace(day=months.monthrange(first.year, first.month)[1])
