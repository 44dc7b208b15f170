"""Figures over any number of days' facts: pure sums, means and quantiles of what facts.py tells.

A quantile is the nearest rank: the smallest value that so large a share does not exceed. Times are
whole seconds; a figure of nothing is None, never 0. Who is satisfied: levels 3 to 5.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from queue_server.domain.calendar import Calendar, local
from queue_server.statistics.facts import Arrival, DayFacts, Rating, StepFact

K = TypeVar("K", bound=Hashable)
SATISFIED_FROM = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of the days that are asked for, and of no other day."""

    arrivals: Sequence[Arrival]
    steps: Sequence[StepFact]
    ratings: Sequence[Rating]
    days: Sequence[DayFacts]


def of_days(found: Iterable[DayFacts], first: str, last: str) -> Facts:
    """`found` may hold later days too, in which numbers of these were handed in."""
    days = list(found)
    wanted = [d for d in days if first <= d.day <= last]
    return Facts(
        [a for d in days for a in d.arrivals if first <= a.day <= last],
        [s for d in days for s in d.steps if first <= s.day <= last],
        [r for d in wanted for r in d.ratings],
        wanted,
    )


def quantile(values: Sequence[int], share: float) -> int | None:
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _mean(values: Sequence[int]) -> int | None:
    return round(sum(values) / len(values)) if values else None


def _seconds(value_ms: int | None) -> int | None:
    return None if value_ms is None else round(value_ms / 1000)


def summary(
    arrivals: Sequence[Arrival], steps: Sequence[StepFact], ratings: Sequence[Rating]
) -> dict[str, Any]:
    """One line of figures, for whatever was chosen."""
    waits = [s.wait_ms for s in steps if s.wait_ms is not None]
    served = [s.service_ms for s in steps if s.ending == "finished"]
    endings = Counter(s.ending for s in steps)
    levels = Counter(r.level for r in ratings)
    happy = sum(levels[level] for level in range(SATISFIED_FROM, 6))
    return {
        "issued": len(arrivals),
        "booked": sum(a.booked for a in arrivals),
        "offline": sum(a.offline for a in arrivals),
        **{name: endings[name] for name in ("finished", "transferred", "no_show", "cancelled")},
        "expired": endings["expired"] + endings["flagged"],
        "misses": sum(s.misses for s in steps),
        "wait_mean_s": _seconds(_mean(waits)),
        "wait_p50_s": _seconds(quantile(waits, 0.5)),
        "wait_p90_s": _seconds(quantile(waits, 0.9)),
        "wait_max_s": _seconds(max(waits, default=None)),
        "service_mean_s": _seconds(_mean(served)),
        "service_p50_s": _seconds(quantile(served, 0.5)),
        "service_p90_s": _seconds(quantile(served, 0.9)),
        "ratings": len(ratings),
        "levels": [levels[level] for level in (5, 4, 3, 2, 1)],
        "satisfied": round(happy / len(ratings), 4) if ratings else None,
    }


def _groups(
    facts: Facts,
    arrival: Callable[[Arrival], K],
    step: Callable[[StepFact], K],
    rating: Callable[[Rating], K],
) -> dict[K, dict[str, Any]]:
    arrivals: dict[K, list[Arrival]] = defaultdict(list)
    steps: dict[K, list[StepFact]] = defaultdict(list)
    ratings: dict[K, list[Rating]] = defaultdict(list)
    for a in facts.arrivals:
        arrivals[arrival(a)].append(a)
    for s in facts.steps:
        steps[step(s)].append(s)
    for r in facts.ratings:
        ratings[rating(r)].append(r)
    keys = {*arrivals, *steps, *ratings}
    return {key: summary(arrivals[key], steps[key], ratings[key]) for key in keys}


def by_service(facts: Facts) -> dict[str, dict[str, Any]]:
    return _groups(facts, lambda a: a.service, lambda s: s.service, lambda r: r.service)


def by_day(facts: Facts) -> dict[str, dict[str, Any]]:
    return _groups(facts, lambda a: a.day, lambda s: s.day, lambda r: r.day)


def arrivals_by_hour(facts: Facts, calendar: Calendar) -> dict[tuple[str, int], int]:
    """(business day, local hour) → numbers given."""
    return Counter((a.day, local(calendar, a.at_ms).hour) for a in facts.arrivals)


def waits_by_hour(facts: Facts, calendar: Calendar) -> dict[int, int | None]:
    """Local hour in which somebody began to wait → the median wait."""
    waits: dict[int, list[int]] = defaultdict(list)
    for step in facts.steps:
        if step.wait_ms is not None:
            waits[local(calendar, step.began_ms).hour].append(step.wait_ms)
    return {hour: _seconds(quantile(found, 0.5)) for hour, found in waits.items()}


def usual_ms(facts: Facts) -> dict[tuple[str, str | None], int]:
    """(service, matter) → the median service of the whole hall, that a clerk's is held against."""
    served: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for step in facts.steps:
        if step.ending == "finished":
            served[step.service, step.matter].append(step.service_ms)
    return {key: quantile(found, 0.5) or 0 for key, found in served.items()}


def by_clerk(facts: Facts) -> dict[str, dict[str, Any]]:
    """Fair with regard to what they had to do: `expected_s` is what the hall's median would have
    taken for the very same matters; `pace` is that over what they took (above 1 is quicker)."""
    usual = usual_ms(facts)
    steps: dict[str, list[StepFact]] = defaultdict(list)
    ratings: dict[str, list[Rating]] = defaultdict(list)
    for step in facts.steps:
        if step.window is not None:
            steps[step.clerk].append(step)
    for rating in facts.ratings:
        ratings[rating.clerk].append(rating)
    times = _times(facts)
    found = {}
    for clerk in {*steps, *ratings, *times}:
        done = [s for s in steps[clerk] if s.ending == "finished"]
        took = sum(s.service_ms for s in done)
        expected = sum(usual[s.service, s.matter] for s in done)
        found[clerk] = {
            **summary([], steps[clerk], ratings[clerk]),
            "took_s": _seconds(took),
            "expected_s": _seconds(expected),
            "pace": round(expected / took, 2) if took else None,
            "services": dict(sorted(Counter(s.service for s in done).items())),
            **times.get(clerk, dict.fromkeys(_TIMES, 0)),
        }
    return found


_TIMES = ("open_s", "busy_s", "paused_s", "idle_waiting_s")


def _times(facts: Facts) -> dict[str, dict[str, int]]:
    """clerk → seconds, over all windows at which they were."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for day in facts.days:
        for (_, clerk), told in day.windows.items():
            for name in _TIMES:
                sums[clerk][name] += getattr(told, f"{name[:-1]}ms")
    return {clerk: {name: round(of[name] / 1000) for name in _TIMES} for clerk, of in sums.items()}
