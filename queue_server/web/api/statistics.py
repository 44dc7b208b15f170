"""History and figures, recomputed from the journal; as JSON, CSV and XLSX."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Actor
from queue_server.domain.calendar import business_day
from queue_server.domain.rules import HallRules
from queue_server.service import HallService
from queue_server.statistics import measures as m
from queue_server.statistics.tables import Table, tables
from queue_server.web.api.tickets import ERRORS, JSON
from queue_server.web.bodies import gives_file
from queue_server.web.context import Context, permitted
from queue_server.web.dates import First, Last
from queue_server.web.errors import ApiError
from queue_server.web.exports import as_csv, as_xlsx
from queue_server.web.pages.rendering import language_of

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["statistics"], responses=ERRORS)
DAYS_AT_MOST = 400
DAYS_SHOWN = 14
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/statistics")
async def statistics(
    hall: str, request: Request, first: First = None, last: Last = None
) -> Response:
    """Figures of the business days from `from` to `to`, both included; the last fortnight unless
    said otherwise."""
    ctx, _, service = await permitted(request, Act.SEE_BOARD, hall)
    rules = await service.ask(lambda state, _: state.known_rules)
    begin, end = span(service, rules, first, last)
    facts = await ctx.days.facts(service, begin, end)
    people = await ctx.access.names(hall)
    found = await asyncio.to_thread(_told, facts, rules, language_of(request), people)
    body = orjson.dumps({"from": begin, "to": end, **found})
    return Response(body, media_type=JSON, headers={"Cache-Control": "no-store"})


def _told(
    facts: m.Facts, rules: HallRules, language: str, people: Mapping[str, str]
) -> dict[str, Any]:
    waits = m.waits_by_hour(facts, rules.calendar)
    found = tables(facts, rules, language, people)
    services = m.by_service(facts)
    order = [row[0].split(" ")[0] for row in found[0].rows if row[0]]
    return {
        "levels": [services[service]["levels"] for service in order],
        "summary": m.summary(facts.arrivals, facts.steps, facts.ratings),
        "tables": {t.id: asdict(t) for t in found},
        "waits_by_hour": [[hour, waits[hour]] for hour in sorted(waits)],
    }


def span(
    service: HallService, rules: HallRules, first: date | None, last: date | None
) -> tuple[date, date]:
    today = business_day(rules.calendar, service.now_ms())
    end = last or today
    begin = first or end - timedelta(days=DAYS_SHOWN - 1)
    if not begin <= end < begin + timedelta(days=DAYS_AT_MOST):
        raise ApiError(422, "span_wrong", f"请选择 1 到 {DAYS_AT_MOST} 天。", fields=["from", "to"])
    return begin, end


async def _exported(
    request: Request, hall: str, first: date | None, last: date | None, kind: str
) -> tuple[list[Table], dict[str, Any], str]:
    """The tables, their words and a title; that somebody took them out is noted."""
    ctx, actor, service = await permitted(request, Act.SEE_BOARD, hall)
    rules = await service.ask(lambda state, _: state.known_rules)
    begin, end = span(service, rules, first, last)
    facts = await ctx.days.facts(service, begin, end)
    language = language_of(request)
    words = ctx.texts.of(language, ["history"])["history"]
    shown = service.presentation
    title = f"{shown.name_en if language == 'en' else shown.name} {begin} – {end}"
    await note_export(ctx, actor, hall, kind, begin, end)
    people = await ctx.access.names(hall)
    return tables(facts, rules, language, people), dict(words), title


async def note_export(
    ctx: Context, actor: Actor, hall: str, kind: str, begin: date, end: date
) -> None:
    told = {"from": begin.isoformat(), "to": end.isoformat()}
    await ctx.audit.note(hall, actor.label, "export", subject=kind, detail=told)


@router.get("/statistics.xlsx", response_class=Response, responses=gives_file(XLSX))
async def xlsx(hall: str, request: Request, first: First = None, last: Last = None) -> Response:
    """Every table as a sheet."""
    found, words, title = await _exported(request, hall, first, last, "statistics.xlsx")
    body = await asyncio.to_thread(as_xlsx, found, words, title)
    return as_file(body, XLSX, f"{hall}-statistics.xlsx")


@router.get("/statistics/{table}.csv", response_class=Response, responses=gives_file(CSV))
async def one_csv(
    hall: str, table: str, request: Request, first: First = None, last: Last = None
) -> Response:
    """One table: services, days, hours or staff."""
    found, words, _ = await _exported(request, hall, first, last, f"{table}.csv")
    wanted = next((one for one in found if one.id == table), None)
    if wanted is None:
        raise ApiError(404, "not_found", "没有这张表。", table=table)
    return as_file(as_csv(wanted, words), CSV, f"{hall}-{table}.csv")


def as_file(body: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=kind, headers=headers)
