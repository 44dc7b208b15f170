"""How many will come on a day, by hour: from past days, weekdays, days of the month, days off.

expected = usual people a day x factor of the weekday x factor of the part of the month x factor of
a day before or after a holiday; each factor is a ratio of means, shrunk towards 1 where few days
were seen (Holt's multiplicative seasonality without a trend). The doubt is what past days were off
by.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from queue_server.domain.calendar import open_stretches
from queue_server.domain.rules import HallRules
from queue_server.estimates.history import Day, History

K_FACTOR = 1.0  # a factor needs some days before it is believed
HALF_LIFE_DAYS = 21.0
FIRST_OFF = 0.25  # relative deviation of a day, until a hall has shown its own
NEEDS_PEOPLE = 10
LOOKS_AHEAD_DAYS = 40

Key = Callable[[date], str]


def forecast(history: History, rules: HallRules, today: str) -> dict[str, Any] | None:
    """The next open day after `today`; None while no whole day has been seen."""
    past = [d for name, d in sorted(history.days.items()) if name < today and _is_whole(d)]
    target = next_open_day(rules, date.fromisoformat(today))
    if not past or target is None:
        return None
    return {"day": target.isoformat(), "days": len(past), **expect(past, rules, target)}


def expect(past: Sequence[Day], rules: HallRules, target: date) -> dict[str, Any]:
    """by_hour: expected people with their 10th and 90th percentile."""
    ratios = _ratios(past, rules, target)
    people = math.prod(ratios.values()) * _usual(past, target)
    off = _off(past, rules)
    shape, services = _shape(past)
    hours = [_hour(hour, people * share, off) for hour, share in sorted(shape.items())]
    spread = math.hypot(off * people, math.sqrt(people))
    return {
        "people": round(people),
        "p10": max(0, round(people - 1.28 * spread)),
        "p90": round(people + 1.28 * spread),
        "factors": {name: round(value, 3) for name, value in ratios.items()},
        "by_hour": hours,
        "by_service": {s: round(people * share, 1) for s, share in sorted(services.items())},
    }


def next_open_day(rules: HallRules, after: date) -> date | None:
    for ahead in range(1, LOOKS_AHEAD_DAYS):
        day = after + timedelta(days=ahead)
        if rules.calendar.always_open or open_stretches(rules.calendar, day):
            return day
    return None


def _is_whole(day: Day) -> bool:
    return len(day.walked) >= NEEDS_PEOPLE


def _date(day: Day) -> date:
    return date.fromisoformat(day.day)


def _weight(day: Day, target: date) -> float:
    return float(0.5 ** ((target - _date(day)).days / HALF_LIFE_DAYS))


def _usual(past: Sequence[Day], target: date) -> float:
    weights = [_weight(d, target) for d in past]
    people = sum(w * len(d.walked) for w, d in zip(weights, past, strict=True))
    return people / sum(weights)


def _keys(rules: HallRules) -> dict[str, Key]:
    def part_of_month(day: date) -> str:
        last = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return "first" if day.day <= 5 else "last" if day.day > last.day - 5 else "middle"

    def beside_holidays(day: date) -> str:
        # a usual weekend is in the weekday's factor already
        if _days_off(rules, day, -1) > 2:
            return "after"
        return "before" if _days_off(rules, day, 1) > 2 else "usual"

    return {
        "weekday": lambda day: str(day.weekday()),
        "part_of_month": part_of_month,
        "holidays": beside_holidays,
    }


def _days_off(rules: HallRules, day: date, step: int) -> int:
    """How many days in a row are closed just after a date (step 1) or just before it (-1)."""
    closed = 0
    while closed < 10 and not open_stretches(
        rules.calendar, day + timedelta(days=step * (closed + 1))
    ):
        closed += 1
    return closed


def _ratios(past: Sequence[Day], rules: HallRules, target: date) -> dict[str, float]:
    """One factor after the other, each of what the ones before it leave."""
    left = {d.day: float(len(d.walked)) for d in past}
    found: dict[str, float] = {}
    for name, key in _keys(rules).items():
        weights = {d.day: _weight(d, target) for d in past}
        mean = sum(weights[d] * left[d] for d in left) / sum(weights.values())
        groups: dict[str, list[Day]] = defaultdict(list)
        for day in past:
            groups[key(_date(day))].append(day)
        factor = {}
        for of, days in groups.items():
            w = sum(weights[d.day] for d in days)
            seen = sum(weights[d.day] * left[d.day] for d in days) / mean
            factor[of] = (seen + K_FACTOR) / (w + K_FACTOR)
        found[name] = factor.get(key(target), 1.0)
        left = {d.day: left[d.day] / factor[key(_date(d))] for d in past}
    return found


def _off(past: Sequence[Day], rules: HallRules) -> float:
    """Relative deviation of a day from what the days before it let expect."""
    squares, count = 3 * FIRST_OFF**2, 3
    for at in range(max(3, len(past) - 10), len(past)):
        target = _date(past[at])
        before = past[:at]
        expected = math.prod(_ratios(before, rules, target).values()) * _usual(before, target)
        squares += ((len(past[at].walked) - expected) / expected) ** 2
        count += 1
    return math.sqrt(squares / count)


def _shape(past: Sequence[Day]) -> tuple[dict[int, float], dict[str, float]]:
    """Share of each hour and of each service, newer days counting more."""
    hours: dict[int, float] = defaultdict(float)
    services: dict[str, float] = defaultdict(float)
    for day in past:
        weight = _weight(day, _date(past[-1]))
        for walked in day.walked:
            hours[int((walked.arrived_ms - day.starts_ms) // 3_600_000)] += weight
            services[walked.what.service] += weight
    total = sum(hours.values())
    return (
        {hour: n / total for hour, n in hours.items()},
        {service: n / total for service, n in services.items()},
    )


def _hour(hour: int, people: float, off: float) -> dict[str, Any]:
    spread = math.hypot(off * people, math.sqrt(people))
    return {
        "hour": hour,
        "people": round(people, 1),
        "p10": max(0, round(people - 1.28 * spread)),
        "p90": round(people + 1.28 * spread),
    }
