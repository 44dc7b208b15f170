"""A model of a hall from its history, as of one instant.

Newer days count more: a day's weight halves every HALF_LIFE_DAYS. Where little was seen, a figure
is shrunk towards the next larger group (matter → service → hall → what is configured): the mean of
n observations gets n / (n + k) of the say.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from itertools import accumulate
from statistics import NormalDist
from typing import TypeVar

from queue_server.domain.rules import HallRules
from queue_server.domain.vocabulary import WindowState
from queue_server.estimates.correct import corrections
from queue_server.estimates.history import Day, History, Served, Walked
from queue_server.simulation.model import (
    FIRST_BACK_S,
    FIRST_GAPS_S,
    FIRST_MISSED_S,
    FIRST_MISSED_SHARE,
    SLOT_S,
    SLOTS,
    Arrivals,
    Came,
    Change,
    Model,
    PastDay,
    configured_times,
)
from queue_server.simulation.service_times import FIRST_SPREAD, ServiceTimes

HALF_LIFE_DAYS = 8
SAME_WEEKDAY = 3.0  # counts as so many other days, for arrivals and for what windows do
K_HALL, K_SERVICE, K_MATTER, K_CLERK, K_SPREAD = 5.0, 8.0, 10.0, 15.0, 20.0
K_SHARE = 40.0  # for shares of calls
FIRST_DAY_TO_DAY = 0.1  # of log service times
SHAPE_POINTS, POOL_POINTS = 200, 120
SHAPE_NEEDS = 40  # observations; a service with fewer has the hall's shape

Weighted = list[tuple[float, float]]  # (value, weight)
Seen = tuple[Served, float, float]  # what was seen, its weight, its figure
K = TypeVar("K", bound=Hashable)


def learn(history: History, rules: HallRules, now_ms: int) -> Model:
    """Uses nothing that became known after `now_ms`."""
    days = [d for _, d in sorted(history.days.items()) if d.starts_ms <= now_ms]
    if not days:
        raise LookupError("the hall has not opened a day yet")
    today, past = days[-1], days[:-1]
    weights = {d.day: _weight(d, today) for d in days}
    served = [(s, weights[d.day]) for d in days for s in d.served if s.at_ms <= now_ms]
    back = [(b, weights[d.day]) for d in days for b in d.back if b.at_ms <= now_ms]
    gaps = [(g.gap_s, weights[d.day]) for d in days for g in d.gaps if g.at_ms <= now_ms]
    missed_back = [(b.away_s, w) for b, w in back if not b.parked]
    full = [d for d in past if len(d.walked) >= 10]
    return Model(
        times=_times(served, rules),
        day_starts_ms=today.starts_ms,
        gaps_s=_pool(gaps, FIRST_GAPS_S),
        missed=_missed(served, rules),
        missed_s=_pool([(s.kept_s, w) for s, w in served if s.missed], FIRST_MISSED_S),
        missed_back=_share(
            sum(w for away_s, w in missed_back if away_s is not None),
            sum(w for _, w in missed_back),
            0.5,
            10.0,
        ),
        missed_back_s=_pool([(s, w) for s, w in missed_back if s is not None], FIRST_BACK_S),
        moved=_moved(served, rules),
        parked_s=_pool(
            [(b.away_s, w) for b, w in back if b.parked and b.away_s is not None], FIRST_BACK_S
        ),
        past=[_past_day(d, today, weights[d.day]) for d in full],
        arrivals=_arrivals(full, today, weights, now_ms),
        corrections=corrections(days, now_ms),
        days=len(full),
    )


def _weight(day: Day, today: Day) -> float:
    ago = (today.starts_ms - day.starts_ms) / 86_400_000
    return float(0.5 ** (ago / HALF_LIFE_DAYS))


def _like_today(day: Day, today: Day) -> float:
    same = date.fromisoformat(day.day).weekday() == date.fromisoformat(today.day).weekday()
    return SAME_WEEKDAY if same else 1.0


# --- service times ----------------------------------------------------------------------------


def _times(served: Sequence[tuple[Served, float]], rules: HallRules) -> ServiceTimes:
    usual_s = configured_times(rules)
    # ratios to what is configured: a matter that was never seen takes the hall's
    seen = [
        (s, w, math.log(max(1.0, s.kept_s)) - math.log(_usual_s(s.service, s.matter, usual_s)))
        for s, w in served
        if not s.missed and s.service in rules.service
    ]
    first = -(FIRST_SPREAD**2) / 2
    hall = _shrunk(((r, w) for _, w, r in seen), first, K_HALL)
    services = _groups(seen, lambda s: s.service, lambda _: hall, K_SERVICE)
    matters = _groups(
        seen, lambda s: (s.service, s.matter), lambda k: services.get(k[0], hall), K_MATTER
    )
    expected = [(s, w, r - matters[s.service, s.matter]) for s, w, r in seen]
    clerks = _groups([x for x in expected if x[0].clerk], lambda s: s.clerk, lambda _: 0.0, K_CLERK)
    left = [(s, w, r - clerks.get(s.clerk, 0.0)) for s, w, r in expected]
    spread = _spreads(left)
    mean_log: dict[tuple[str, str | None], float] = {}
    for service in rules.services:
        ratio = services.get(service.id, hall)
        mean_log[service.id, None] = math.log(usual_s[service.id]) + ratio
    for matter in rules.matters:
        ratio = services.get(matter.service, hall)
        mean_log[matter.service, matter.id] = math.log(usual_s[matter.id]) + ratio
    for (of, which), ratio in matters.items():
        mean_log[of, which] = math.log(_usual_s(of, which, usual_s)) + ratio
    unsure = _unsure(left, spread, rules)
    return ServiceTimes(usual_s, mean_log, clerks, spread, _shapes(left, spread), unsure)


def _usual_s(service: str, matter: str | None, usual_s: dict[str, float]) -> float:
    return usual_s.get(matter or "") or usual_s[service]


def _groups(
    seen: Iterable[Seen], key: Callable[[Served], K], towards: Callable[[K], float], k: float
) -> dict[K, float]:
    """The shrunk mean of each group."""
    groups: dict[K, Weighted] = defaultdict(list)
    for s, w, r in seen:
        groups[key(s)].append((r, w))
    return {of: _shrunk(values, towards(of), k) for of, values in groups.items()}


def _shrunk(values: Iterable[tuple[float, float]], towards: float, k: float) -> float:
    total, weight = k * towards, k
    for value, w in values:
        total += value * w
        weight += w
    return total / weight


def _spreads(left: Sequence[Seen]) -> dict[str, float]:
    hall = _shrunk(((r * r, w) for _, w, r in left), FIRST_SPREAD**2, K_SPREAD)
    squares = [(s, w, r * r) for s, w, r in left]
    found = _groups(squares, lambda s: s.service, lambda _: hall, K_SPREAD)
    return {service: max(0.05, math.sqrt(square)) for service, square in found.items()}


def _unsure(left: Sequence[Seen], spread: dict[str, float], rules: HallRules) -> dict[str, float]:
    """From few data: the mean of n has the deviation spread / √n. From day to day: the deviation of
    the days' means beyond what chance gives, shrunk towards FIRST_DAY_TO_DAY."""
    days: dict[tuple[str, int], list[float]] = defaultdict(list)
    weight: dict[str, float] = defaultdict(float)
    for s, w, r in left:
        days[s.service, s.at_ms // 86_400_000].append(r)
        weight[s.service] += w
    found = {}
    for service in rules.services:
        sigma = spread.get(service.id, FIRST_SPREAD)
        beyond, count = 5.0 * FIRST_DAY_TO_DAY**2, 5.0
        for (of, _), values in days.items():
            if of == service.id and len(values) >= 5:
                mean = sum(values) / len(values)
                beyond, count = beyond + mean**2 - sigma**2 / len(values), count + 1
        few = sigma**2 / (weight[service.id] + K_SERVICE)
        found[service.id] = math.sqrt(max(0.0, beyond / count) + few)
    return found


def _shapes(left: Sequence[Seen], spread: dict[str, float]) -> dict[str, Sequence[float]]:
    by_service: dict[str, Weighted] = defaultdict(list)
    for s, w, r in left:
        by_service[s.service].append((r / spread[s.service], w))
    everybody = [x for values in by_service.values() for x in values]
    normal = NormalDist()
    found: dict[str, Sequence[float]] = {}
    for service, values in (*by_service.items(), ("", everybody)):
        if len(values) >= SHAPE_NEEDS:
            found[service] = _points(values, SHAPE_POINTS)
        elif not service and values:
            # few: beside a normal's, one for each that is missing
            fill = SHAPE_NEEDS - len(values)
            more = [(normal.inv_cdf((i + 0.5) / fill), 1.0) for i in range(fill)]
            found[service] = _points(values + more, SHAPE_POINTS)
    return found


def _points(values: Weighted, points: int) -> list[float]:
    """The weighted distribution as equally likely values, sorted."""
    ordered = sorted(values)
    sums = list(accumulate(w for _, w in ordered))
    step = sums[-1] / points
    return [ordered[bisect_right(sums, (i + 0.5) * step)][0] for i in range(points)]


def _pool(values: Weighted, first: Sequence[float]) -> list[float]:
    """What was seen, with what is taken at first counting as three observations."""
    mixed = [*values, *((value, 3.0 / len(first)) for value in first)]
    return _points(mixed, POOL_POINTS)


# --- shares -----------------------------------------------------------------------------------


def _share(hits: float, of: float, towards: float, k: float) -> float:
    return (hits + k * towards) / (of + k)


def _missed(served: Sequence[tuple[Served, float]], rules: HallRules) -> dict[str, float]:
    def share(found: Iterable[tuple[Served, float]], towards: float) -> float:
        listed = list(found)
        hits = sum(w for s, w in listed if s.missed)
        return _share(hits, sum(w for _, w in listed), towards, K_SHARE)

    hall = share(served, FIRST_MISSED_SHARE)
    by_service = {
        s.id: share((x for x in served if x[0].service == s.id), hall) for s in rules.services
    }
    return {"": hall, **by_service}


def _moved(
    served: Sequence[tuple[Served, float]], rules: HallRules
) -> dict[str, list[tuple[float, str]]]:
    total: dict[str, float] = defaultdict(float)
    moved: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for s, w in served:
        if not s.missed:
            total[s.service] += w
            if s.to is not None and (s.to == "" or s.to in rules.service):
                moved[s.service][s.to] += w
    return {
        service: [(w / (total[service] + 5.0), to) for to, w in sorted(ways.items())]
        for service, ways in moved.items()
    }


# --- windows and arrivals ---------------------------------------------------------------------


def _past_day(day: Day, today: Day, weight: float) -> PastDay:
    windows: dict[str, list[Change]] = defaultdict(list)
    for at_ms, window, state, alone in day.changed:
        patient = alone and state is WindowState.CLOSED
        windows[window].append(Change((at_ms - day.starts_ms) / 1000, state, patient))
    return PastDay(weight * _like_today(day, today), dict(windows))


def _slot(walked: Walked, day: Day) -> int:
    return min(SLOTS - 1, max(0, int((walked.arrived_ms - day.starts_ms) / 1000 // SLOT_S)))


def _arrivals(past: Sequence[Day], today: Day, weights: dict[str, float], now_ms: int) -> Arrivals:
    if not past:
        return _only_today(today, now_ms)
    per_slot = [0.0] * SLOTS
    kinds: dict[int, list[tuple[Came, float]]] = defaultdict(list)
    total = 0.0
    for day in past:
        weight = weights[day.day] * _like_today(day, today)
        total += weight
        for walked in day.walked:
            if not walked.booked:
                slot = _slot(walked, day)
                per_slot[slot] += weight
                kinds[slot].append((walked.what, weight))
    per_slot = [n / total for n in per_slot]
    so_far = sum(1 for w in today.walked if not w.booked and w.at_ms <= now_ms)
    return Arrivals(
        per_slot, _level(per_slot, today, so_far, now_ms), {s: _kinds(k) for s, k in kinds.items()}
    )


def _level(per_slot: Sequence[float], today: Day, so_far: int, now_ms: int) -> float:
    """How today compares: what has come against what comes by now on other days."""
    passed = (now_ms - today.starts_ms) / 1000 / SLOT_S
    expected = sum(n * min(1.0, max(0.0, passed - slot)) for slot, n in enumerate(per_slot))
    return min(2.5, max(0.4, (so_far + 15) / (expected + 15)))


def _kinds(found: list[tuple[Came, float]], points: int = 60) -> list[Came]:
    """Equally likely ones, in the order they were seen."""
    sums = list(accumulate(w for _, w in found))
    step = sums[-1] / points
    return [found[bisect_right(sums, (i + 0.5) * step)][0] for i in range(points)]


def _only_today(today: Day, now_ms: int) -> Arrivals:
    """A first day: it goes on as in the last hour, for two hours."""
    since_ms = now_ms - 3600_000
    recent = [w.what for w in today.walked if since_ms < w.at_ms <= now_ms and not w.booked]
    if not recent:
        return Arrivals()
    opened_ms = min((w.at_ms for w in today.walked), default=now_ms)
    hours = min(1.0, max(0.5, (now_ms - opened_ms) / 3600_000))
    now_slot = int((now_ms - today.starts_ms) / 1000 // SLOT_S)
    coming = range(now_slot, min(SLOTS, now_slot + 8))
    per_slot = [0.0] * SLOTS
    for slot in coming:
        per_slot[slot] = len(recent) / hours * SLOT_S / 3600
    return Arrivals(per_slot, 1.0, {slot: recent for slot in coming})
