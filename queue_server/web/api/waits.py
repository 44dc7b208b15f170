"""Waits for the manager: promises kept, what a change would do, which opening is enough."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain.calendar import day_bounds_ms, last_closing_ms
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.events import instant_text
from queue_server.domain.rules import HallRules, Skill
from queue_server.domain.state import HallState
from queue_server.estimates.process import EstimatesUnavailable
from queue_server.simulation import what_if
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.waits import ChangeIn, OpeningsIn, WhatIfIn

router = APIRouter(prefix="/api/v1/halls/{hall}/waits", tags=["waits"], responses=ERRORS)

MINUTE_MS = 60_000
# A hall that never closes is looked at for so long.
LOOKS_AHEAD_MS = 8 * 3_600_000


@router.get("")
async def waits(hall: str, request: Request) -> Response:
    """What became of promises, whether they drift, and who is expected on the next open day."""
    ctx, _, service = await permitted(request, Act.SEE_BOARD, hall)
    try:
        found = await ctx.estimates.report(service)
    except EstimatesUnavailable as error:
        raise _unavailable() from error
    return as_json({**found, "outlook": await service.ask(_outlook)})


@router.post("/what-if", openapi_extra=takes(WhatIfIn))
async def what_if_changed(hall: str, request: Request) -> Response:
    """Waits of the next hours as things are, and with these changes. Changes nothing."""
    ctx, _, service = await permitted(request, Act.SEE_BOARD, hall)
    body = await body_of(request, WhatIfIn)
    now_ms, changes, ends_ms = await service.ask(
        lambda state, now_ms: (
            now_ms,
            [_change(state.known_rules, change, now_ms) for change in body.changes],
            _until_ms(state, now_ms, round(body.hours * 3_600_000)),
        )
    )
    try:
        found = await ctx.estimates.what_if(service, changes, max(now_ms, ends_ms))
    except EstimatesUnavailable as error:
        raise _unavailable() from error
    return as_json(_dated(found))


@router.post("/openings", openapi_extra=takes(OpeningsIn))
async def openings(hall: str, request: Request) -> Response:
    """The fewest windows that keep the 90th percentile under the limit until closing."""
    ctx, _, service = await permitted(request, Act.SEE_BOARD, hall)
    body = await body_of(request, OpeningsIn)
    ends_ms = await service.ask(lambda state, now_ms: _until_ms(state, now_ms, LOOKS_AHEAD_MS))
    try:
        found = await ctx.estimates.openings(service, body.limit_minutes * 60, ends_ms)
    except EstimatesUnavailable as error:
        raise _unavailable() from error
    return as_json(_dated(found))


def _unavailable() -> ApiError:
    return ApiError(
        503, "estimates_unavailable", "等候推算暂时不可用，取号和叫号不受影响。请稍后再试。"
    )


def _outlook(state: HallState, now_ms: int) -> dict[str, Any] | None:
    """None: people are told the first-day formula just now."""
    found = state.outlook
    if found is None or not found.is_fresh(now_ms):
        return None
    return {
        "at": instant_text(found.at_ms),
        "age_s": max(0, now_ms - found.at_ms) // 1000,
        "days": found.days,
        "about": found.about,
    }


def _until_ms(state: HallState, now_ms: int, for_ms: int) -> int:
    """Not beyond closing, or the day's end where the hall does not close."""
    calendar = state.known_rules.calendar
    closes_ms = last_closing_ms(calendar, now_ms, whole_day=True)
    day_ends_ms = day_bounds_ms(calendar, date.fromisoformat(state.day))[1]
    return min(now_ms + for_ms, closes_ms or day_ends_ms)


def _change(rules: HallRules, change: ChangeIn, now_ms: int) -> what_if.WhatIf:
    """Raises NotFound for a window or a service that there is not."""
    at_ms = now_ms + change.in_minutes * MINUTE_MS
    if change.kind == "people":
        _known_service(rules, change.service)
        return what_if.MorePeople(change.people, at_ms, change.minutes, change.service)
    window = change.window or ""
    if window not in rules.window:
        raise NotFound(f"没有 {window} 号窗口。", window=window)
    if change.kind == "open":
        return what_if.Open(window, at_ms)
    if change.kind == "close":
        return what_if.Close(window, at_ms)
    if change.kind == "rest":
        return what_if.Rest(window, at_ms, change.minutes)
    if not change.skills:
        raise WrongState("skills_missing", "请至少选一项业务。", window=window)
    for skill in change.skills:
        _known_service(rules, skill.service)
    return what_if.Reskill(window, tuple(Skill(s.service, s.rank) for s in change.skills))


def _known_service(rules: HallRules, service: str | None) -> None:
    if service is not None and service not in rules.service:
        raise NotFound(f"没有编号为 {service} 的业务。", service=service)


def _dated(found: dict[str, Any]) -> dict[str, Any]:
    """Instants as texts, as everywhere on the wire."""
    curves: dict[str, Any] = {
        name: _curve(found[name]) for name in ("now", "then") if name in found
    }
    rest = {key: value for key, value in found.items() if key not in ("at_ms", *curves)}
    return {"at": instant_text(found["at_ms"]), **rest, **curves}


def _curve(curve: dict[str, Any]) -> dict[str, Any]:
    def points(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"at": instant_text(p.pop("at_ms")), **p} for p in found]

    by_service = {service: points(found) for service, found in curve["by_service"].items()}
    return {"all": points(curve["all"]), "by_service": by_service}
