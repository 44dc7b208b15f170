"""Each number's promised wait beside the wait that came, as JSON and as a CSV file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain.calendar import business_day, local
from queue_server.domain.events import instant_text
from queue_server.domain.rules import HallRules
from queue_server.estimates.promises import PromiseLine, promise_lines
from queue_server.service import HallService
from queue_server.statistics.tables import Table
from queue_server.web.answers import CSV, ERRORS, file_beside, json_beside
from queue_server.web.bodies import gives_file
from queue_server.web.context import permitted
from queue_server.web.dates import Day, First, Last
from queue_server.web.errors import ApiError
from queue_server.web.exports import as_csv
from queue_server.web.pages.rendering import language_of

router = APIRouter(prefix="/api/v1/halls/{hall}/waits", tags=["waits"], responses=ERRORS)
DAYS_AT_MOST = 31
COLUMNS = (
    *("day", "number", "service", "class", "issued", "people_ahead"),
    *("p50_s", "p90_s", "waited_s", "came", "made"),
)


@router.get("/promises")
async def promises(hall: str, request: Request, day: Day = None) -> Response:
    """One business day's numbers in the order of issue, today's unless said otherwise."""
    ctx, _, service = await permitted(request, Act.SEE_BOARD, hall)
    rules = await service.ask(lambda state, _: state.known_rules)
    of = day or business_day(rules.calendar, service.now_ms())
    found = await ctx.days.folded(service, of, of, promise_lines)
    return await json_beside(_told, of, found)


def _told(day: date, found: Sequence[Sequence[PromiseLine]]) -> dict[str, Any]:
    return {"day": day, "promises": [_line(line) for lines in found for line in lines]}


def _line(line: PromiseLine) -> dict[str, Any]:
    told = asdict(line)
    return {"issued_at": instant_text(told.pop("issued_ms")), **told}


@router.get("/promises.csv", response_class=Response, responses=gives_file(CSV))
async def promises_csv(
    hall: str, request: Request, first: First = None, last: Last = None
) -> Response:
    """The same of several days, today's unless said otherwise."""
    ctx, actor, service = await permitted(request, Act.SEE_BOARD, hall)
    rules = await service.ask(lambda state, _: state.known_rules)
    begin, end = _span(service, rules, first, last)
    found = await ctx.days.folded(service, begin, end, promise_lines)
    language = language_of(request)
    words = ctx.texts.of(language, ["waits"])["waits"]["each"]
    detail = {"from": begin.isoformat(), "to": end.isoformat()}
    await ctx.audit.note(hall, actor.label, "export", subject="promises.csv", detail=detail)
    lines = [line for lines in found for line in lines]
    name = f"{hall}-promises-{begin}.csv"
    return await file_beside(CSV, name, _as_csv, lines, rules, language, words)


def _as_csv(
    lines: Sequence[PromiseLine], rules: HallRules, language: str, words: dict[str, Any]
) -> bytes:
    return as_csv(_table(lines, rules, language, words), words)


def _span(
    service: HallService, rules: HallRules, first: date | None, last: date | None
) -> tuple[date, date]:
    end = last or first or business_day(rules.calendar, service.now_ms())
    begin = first or end
    if not begin <= end < begin + timedelta(days=DAYS_AT_MOST):
        raise ApiError(422, "span_wrong", f"请选择 1 到 {DAYS_AT_MOST} 天。", fields=["from", "to"])
    return begin, end


def _table(
    lines: Sequence[PromiseLine], rules: HallRules, language: str, words: dict[str, Any]
) -> Table:
    english = language == "en"
    services = {s.id: s.name_en if english else s.name for s in rules.services}
    classes = {c.id: c.name_en if english else c.name for c in rules.classes}
    rows: list[list[Any]] = [
        [
            line.day,
            line.number,
            f"{line.service} {services.get(line.service, '')}",
            classes.get(line.priority_class, line.priority_class),
            f"{local(rules.calendar, line.issued_ms):%H:%M:%S}",
            line.people_ahead,
            line.p50_s,
            line.p90_s,
            line.waited_s,
            words["came"][line.came],
            words["made"]["simulated" if line.simulated else "formula"] if line.p90_s else "",
        ]
        for line in lines
    ]
    return Table("promises", COLUMNS, rows)
