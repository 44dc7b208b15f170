"""The ledger of acceptances and cases over days: filtered, counted, as JSON, CSV and XLSX."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from queue_server.access.roles import Act, Actor
from queue_server.domain.calendar import date_at
from queue_server.domain.rules import HallRules
from queue_server.statistics.ledger import DayLedger, case_lines, joined
from queue_server.statistics.ledger_tables import Filter, case_table, ledger_table, summary
from queue_server.statistics.tables import Table
from queue_server.web.answers import CSV, ERRORS, XLSX, file_beside, json_beside
from queue_server.web.bodies import gives_file
from queue_server.web.context import Context, permitted
from queue_server.web.dates import First, Last
from queue_server.web.errors import ApiError
from queue_server.web.exports import as_csv, as_xlsx
from queue_server.web.pages.rendering import language_of
from queue_server.web.spans import note_export, span

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["ledger"], responses=ERRORS)
ROWS_AT_ONCE = 200
Word = Annotated[str, Query(max_length=64)]


def wanted(
    service: Word = "",
    window: Word = "",
    clerk: Word = "",
    outcome: Word = "",
    state: Literal["", "open", "overdue", "kept", "late"] = "",
    number: Annotated[str, Query(max_length=10, pattern=r"^[0-9A-Za-z]*$")] = "",
) -> Filter:
    return Filter(service, window, clerk, outcome, state, number)


Wanted = Annotated[Filter, Depends(wanted)]


class _Asked(NamedTuple):
    ctx: Context
    actor: Actor
    rules: HallRules
    first: str
    last: str
    today: str
    days: list[DayLedger]
    title: str
    people: dict[str, str]


async def _asked(request: Request, hall: str, first: date | None, last: date | None) -> _Asked:
    """Read from the first day to this one: what was promised then is settled until today."""
    ctx, actor, service = await permitted(request, Act.SEE_BOARD, hall)
    rules = await service.ask(lambda state, _: state.known_rules)
    begin, end = span(service, rules, first, last)
    today = date_at(rules.calendar, service.now_ms())  # promises are counted from the calendar
    days = await ctx.days.ledgers(service, begin, max(end, today))
    people = await ctx.access.names(hall)
    shown = service.presentation
    name = shown.name_en if language_of(request) == "en" else shown.name
    title = f"{name} {begin} – {end}"
    return _Asked(
        *(ctx, actor, rules, begin.isoformat(), end.isoformat(), today.isoformat()),
        days,
        title,
        people,
    )


def _words(request: Request, asked: _Asked) -> dict[str, Any]:
    found: dict[str, Any] = dict(asked.ctx.texts.of(language_of(request), ["ledger"])["ledger"])
    return found


def _tables(asked: _Asked, wanted: Filter, words: dict[str, Any], language: str) -> list[Table]:
    told = (asked.days, asked.first, asked.last, asked.today)
    lines = [line for line in joined(*told) if wanted.lets(line)]
    cases = [line for line in case_lines(*told) if wanted.lets_case(line)]
    return [
        ledger_table(lines, asked.rules, words, language, asked.people),
        case_table(cases, asked.rules, words, language, asked.people),
    ]


@router.get("/ledger")
async def ledger(
    hall: str,
    request: Request,
    wanted: Wanted,
    first: First = None,
    last: Last = None,
    offset: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Response:
    """Registered steps of the business days from `from` to `to`, the newest first, 200 at once:
    `next` is the offset of more. The summary is of all that the filter lets through."""
    asked = await _asked(request, hall, first, last)
    words, language = _words(request, asked), language_of(request)
    return await json_beside(_told, asked, wanted, words, language, offset)


def _told(
    asked: _Asked, wanted: Filter, words: dict[str, Any], language: str, offset: int
) -> dict[str, Any]:
    all_lines = joined(asked.days, asked.first, asked.last, asked.today)
    lines = [line for line in all_lines if wanted.lets(line)]
    rows = lines[offset : offset + ROWS_AT_ONCE]
    shown = ledger_table(rows, asked.rules, words, language, asked.people)
    clerks = sorted({line.clerk for line in all_lines if line.clerk})
    after = offset + ROWS_AT_ONCE
    return {
        "from": asked.first,
        "to": asked.last,
        "columns": shown.columns,
        "rows": shown.rows,
        "next": after if after < len(lines) else None,
        "summary": summary(lines),
        "clerks": [{"login": x, "name": asked.people.get(x, x)} for x in clerks],
    }


@router.get("/ledger/cases")
async def cases(
    hall: str, request: Request, wanted: Wanted, first: First = None, last: Last = None
) -> Response:
    """Cases opened in those days, with the closed ones; words are not among it."""
    asked = await _asked(request, hall, first, last)
    words, language = _words(request, asked), language_of(request)
    return await json_beside(_cases, asked, wanted, words, language)


def _cases(asked: _Asked, wanted: Filter, words: dict[str, Any], language: str) -> dict[str, Any]:
    _, table = _tables(asked, wanted, words, language)
    return {"columns": table.columns, "rows": table.rows}


@router.get("/ledger.xlsx", response_class=Response, responses=gives_file(XLSX))
async def xlsx(
    hall: str, request: Request, wanted: Wanted, first: First = None, last: Last = None
) -> Response:
    """Steps and cases, a sheet each, as the filter lets them through."""
    asked = await _asked(request, hall, first, last)
    await _note(asked, hall, "ledger.xlsx")
    words, language = _words(request, asked), language_of(request)
    found = await asyncio.to_thread(_tables, asked, wanted, words, language)
    return await file_beside(XLSX, f"{hall}-ledger.xlsx", as_xlsx, found, words, asked.title)


@router.get("/ledger/{table}.csv", response_class=Response, responses=gives_file(CSV))
async def one_csv(
    hall: str,
    table: str,
    request: Request,
    wanted: Wanted,
    first: First = None,
    last: Last = None,
) -> Response:
    """acceptances or cases."""
    asked = await _asked(request, hall, first, last)
    words = _words(request, asked)
    found = await asyncio.to_thread(_tables, asked, wanted, words, language_of(request))
    named = next((one for one in found if one.id == table), None)
    if named is None:
        raise ApiError(404, "not_found", "没有这张表。", table=table)
    await _note(asked, hall, f"ledger-{table}.csv")
    return await file_beside(CSV, f"{hall}-{table}.csv", as_csv, named, words)


async def _note(asked: _Asked, hall: str, kind: str) -> None:
    first, last = date.fromisoformat(asked.first), date.fromisoformat(asked.last)
    await note_export(asked.ctx, asked.actor, hall, kind, first, last)
