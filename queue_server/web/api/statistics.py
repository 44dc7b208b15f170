"""History and figures, recomputed from the journal; as JSON, CSV and XLSX."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain.rules import HallRules
from queue_server.statistics import measures as m
from queue_server.statistics.tables import Table, tables
from queue_server.web.answers import CSV, ERRORS, XLSX, file_beside, json_beside
from queue_server.web.bodies import gives_file
from queue_server.web.context import permitted
from queue_server.web.dates import First, Last
from queue_server.web.errors import ApiError
from queue_server.web.exports import as_csv, as_xlsx
from queue_server.web.pages.rendering import language_of
from queue_server.web.spans import note_export, span

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["statistics"], responses=ERRORS)


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
    days = {"from": begin, "to": end}
    return await json_beside(_told, days, facts, rules, language_of(request), people)


def _told(
    days: Mapping[str, date],
    facts: m.Facts,
    rules: HallRules,
    language: str,
    people: Mapping[str, str],
) -> dict[str, Any]:
    waits = m.waits_by_hour(facts, rules.calendar)
    found = tables(facts, rules, language, people)
    services = m.by_service(facts)
    order = [row[0].split(" ")[0] for row in found[0].rows if row[0]]
    return {
        **days,
        "levels": [services[service]["levels"] for service in order],
        "summary": m.summary(facts.arrivals, facts.steps, facts.ratings),
        "tables": {t.id: asdict(t) for t in found},
        "waits_by_hour": [[hour, waits[hour]] for hour in sorted(waits)],
    }


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
    made = await asyncio.to_thread(tables, facts, rules, language, people)
    return made, dict(words), title


@router.get("/statistics.xlsx", response_class=Response, responses=gives_file(XLSX))
async def xlsx(hall: str, request: Request, first: First = None, last: Last = None) -> Response:
    """Every table as a sheet."""
    found, words, title = await _exported(request, hall, first, last, "statistics.xlsx")
    return await file_beside(XLSX, f"{hall}-statistics.xlsx", as_xlsx, found, words, title)


@router.get("/statistics/{table}.csv", response_class=Response, responses=gives_file(CSV))
async def one_csv(
    hall: str, table: str, request: Request, first: First = None, last: Last = None
) -> Response:
    """One table: services, days, hours, ratings or staff."""
    found, words, _ = await _exported(request, hall, first, last, f"{table}.csv")
    wanted = next((one for one in found if one.id == table), None)
    if wanted is None:
        raise ApiError(404, "not_found", "没有这张表。", table=table)
    return await file_beside(CSV, f"{hall}-{table}.csv", as_csv, wanted, words)
