"""The days that figures are asked for, and the note that somebody took them out."""

from __future__ import annotations

from datetime import date, timedelta

from queue_server.access.roles import Actor
from queue_server.domain.calendar import business_day
from queue_server.domain.rules import HallRules
from queue_server.service import HallService
from queue_server.web.context import Context
from queue_server.web.errors import ApiError

DAYS_AT_MOST = 400
DAYS_SHOWN = 14


def span(
    service: HallService, rules: HallRules, first: date | None, last: date | None
) -> tuple[date, date]:
    today = business_day(rules.calendar, service.now_ms())
    end = last or today
    begin = first or end - timedelta(days=DAYS_SHOWN - 1)
    if not begin <= end < begin + timedelta(days=DAYS_AT_MOST):
        raise ApiError(422, "span_wrong", f"请选择 1 到 {DAYS_AT_MOST} 天。", fields=["from", "to"])
    return begin, end


async def note_export(
    ctx: Context, actor: Actor, hall: str, kind: str, begin: date, end: date
) -> None:
    told = {"from": begin.isoformat(), "to": end.isoformat()}
    await ctx.audit.note(hall, actor.label, "export", subject=kind, detail=told)
