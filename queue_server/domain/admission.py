"""Whether a number can be given for a service now, and if not, why and when again (rule 8).

The same look decides requests and tells screens what to offer. It knows nothing of a person; the
limit per person is asked for apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from queue_server.domain.calendar import (
    business_day,
    closes_at_ms,
    day_bounds_ms,
    half_day,
    half_days,
    is_open,
    last_closing_ms,
    local,
    next_opening_ms,
    open_for_s,
)
from queue_server.domain.errors import WrongState
from queue_server.domain.estimate import promise
from queue_server.domain.events import instant_text
from queue_server.domain.said import said
from queue_server.domain.state import HallState


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why no number is given. code, words and detail are those of the refusal."""

    code: str
    words: str
    detail: dict[str, Any]

    def refusal(self) -> WrongState:
        return WrongState(self.code, self.words, **self.detail)


@dataclass(frozen=True, slots=True)
class Admission:
    """closes_ms: the end of the session that is on; opens_ms: the next opening, when it is closed.
    closing_soon: numbers will soon end, because of the people who wait or the time. left: how many
    the quota still gives now; None without one."""

    obstacle: Obstacle | None
    closes_ms: int | None
    opens_ms: int | None
    closing_soon: bool
    left: int | None


def admission(state: HallState, service: str, now_ms: int) -> Admission:
    """How it stands with numbers for a service."""
    calendar = state.known_rules.calendar
    here_open = is_open(calendar, now_ms)
    quotas = list(_quotas(state, service, now_ms))
    left = min((q.left for q in quotas), default=None)
    stop, soon = _queue_against_closing(state, service, now_ms)
    obstacle = (
        _paused(state, service)
        or (None if here_open else closed(state, service, now_ms))
        or next((q.obstacle(state, now_ms) for q in quotas if q.left <= 0), None)
        or stop
    )
    closes_ms = closes_at_ms(calendar, now_ms)
    opens_ms = None if here_open else next_opening_ms(calendar, now_ms)
    return Admission(obstacle, closes_ms, opens_ms, obstacle is None and soon, left)


def admit(
    state: HallState, service: str, person: str | None, now_ms: int, *, given_up: int = 0
) -> None:
    """Raises WrongState when no number can be given for `service` now, or none to this person.
    given_up: numbers of theirs that the same command cancels."""
    _check_person(state, service, person, now_ms, given_up)
    if obstacle := admission(state, service, now_ms).obstacle:
        raise obstacle.refusal()


def _paused(state: HallState, service: str) -> Obstacle | None:
    """The manager's reason is for staff."""
    if state.known_rules.service[service].paused is None:
        return None
    return Obstacle("service_paused", "这项业务暂停取号。", {"service": service})


def _again(state: HallState, again_ms: int | None, now_ms: int) -> str:
    if again_ms is None:
        return ""
    return f"{said(state.known_rules.calendar, again_ms, now_ms)}起可以再取号。"


def closed(state: HallState, service: str, now_ms: int) -> Obstacle:
    """Outside the opening hours: why, and when it opens."""
    calendar = state.known_rules.calendar
    opens_ms = next_opening_ms(calendar, now_ms)
    special = calendar.special.get(local(calendar, now_ms).date())
    why = special.why if special else ""
    said_why = f"{why}，" if why else ""
    words = f"{said_why}现在不在取号时间内。{_again(state, opens_ms, now_ms)}"
    detail = {"service": service, "opens_at": _text(opens_ms), "why": why or None}
    return Obstacle("service_closed", words, detail)


def _text(at_ms: int | None) -> str | None:
    return None if at_ms is None else instant_text(at_ms)


# --- quotas ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Quota:
    service: str
    scope: Literal["day", "half_day"]
    limit: int
    left: int

    def obstacle(self, state: HallState, now_ms: int) -> Obstacle:
        again_ms = _next_half_day(state, now_ms) if self.scope == "half_day" else None
        again_ms = again_ms or _next_day(state, now_ms)
        what = "今天" if self.scope == "day" else "本场"
        words = f"这项业务{what}的 {self.limit} 个号已经取完。{_again(state, again_ms, now_ms)}"
        detail = {
            "service": self.service,
            "scope": self.scope,
            "limit": self.limit,
            "left": 0,
            "again_at": _text(again_ms),
        }
        return Obstacle("quota_used_up", words, detail)


def _quotas(state: HallState, service: str, now_ms: int) -> Iterator[_Quota]:
    rule = state.known_rules.quota.get(service)
    if rule is None:
        return
    if rule.per_day is not None:
        given = state.given.on_day(service)
        yield _Quota(service, "day", rule.per_day, max(0, rule.per_day - given))
    if rule.per_half_day is not None:
        given = state.given.half_days[service, half_day(state.known_rules.calendar, now_ms)]
        yield _Quota(service, "half_day", rule.per_half_day, max(0, rule.per_half_day - given))


def _next_half_day(state: HallState, now_ms: int) -> int | None:
    """When the next half-day of this day begins; None after the last."""
    calendar = state.known_rules.calendar
    day = business_day(calendar, now_ms)
    ends = half_days(calendar, day)
    now_in = half_day(calendar, now_ms)
    if now_in == len(ends) - 1:
        return None
    # without sessions, the next one begins where this one ends
    return next_opening_ms(calendar, ends[now_in] - 1) or ends[now_in]


def _next_day(state: HallState, now_ms: int) -> int | None:
    """When numbers are given again after this business day."""
    calendar = state.known_rules.calendar
    ends_ms = day_bounds_ms(calendar, date.fromisoformat(state.day))[1]
    return ends_ms if calendar.always_open else next_opening_ms(calendar, ends_ms - 1)


def _check_person(
    state: HallState, service: str, person: str | None, now_ms: int, given_up: int
) -> None:
    rule = state.known_rules.quota.get(service)
    if rule is None:
        return
    if person is None:
        if rule.card_needed:
            raise WrongState("card_needed", "这项业务取号需要身份证。", service=service)
        return
    limit = rule.per_person
    if limit is not None and state.given.persons[person, service] - given_up >= limit:
        again_ms = _next_day(state, now_ms)
        again = _again(state, again_ms, now_ms)
        raise WrongState(
            "person_limit",
            f"这项业务每人每天可取 {limit} 个号，您今天的已经用完。{again}",
            service=service,
            limit=limit,
            left=0,
            again_at=_text(again_ms),
        )


# --- the end of the day ---------------------------------------------------------------------


def _queue_against_closing(
    state: HallState, service: str, now_ms: int
) -> tuple[Obstacle | None, bool]:
    """Whether somebody who came now could not be called before the end, and whether that is near.

    By the same estimate that people are told. Without an open window there is none, and nothing is
    stopped.
    """
    rules = state.known_rules
    if rules.issuing.stop_at == "never":
        return None, False
    whole_day = rules.issuing.stop_at == "day"
    left_s = open_for_s(rules.calendar, now_ms, whole_day=whole_day)
    if left_s is None:
        return None, False
    wait = promise(state, service, rules.ordinary, state.line.count_free(service), now_ms)
    if wait is not None and wait.widened_pct:
        # a simulated wait has the lunch break in it; the first-day formula knows none, so that it
        # counts for neither side
        ends_ms = last_closing_ms(rules.calendar, now_ms, whole_day=whole_day)
        left_s = 0 if ends_ms is None else (ends_ms - now_ms) // 1000
    wait_s = wait.p50_s if wait else 0
    over = wait is not None and wait_s >= left_s
    stop = _outlasts(state, service, wait_s, left_s, now_ms) if over else None
    return stop, wait_s + rules.issuing.warn_s >= left_s


def _outlasts(state: HallState, service: str, wait_s: int, left_s: int, now_ms: int) -> Obstacle:
    calendar = state.known_rules.calendar
    ends_ms = closes_at_ms(calendar, now_ms)
    after_ms = ends_ms if state.known_rules.issuing.stop_at == "session" else None
    again_ms = (
        next_opening_ms(calendar, after_ms - 1)
        if after_ms is not None
        else _next_day(state, now_ms)
    )
    words = f"等候的人已经排到下班，现在不再取号。{_again(state, again_ms, now_ms)}"
    detail = {
        "service": service,
        "wait_s": wait_s,
        "open_for_s": left_s,
        "again_at": _text(again_ms),
    }
    return Obstacle("queue_outlasts_closing", words, detail)
