"""What a manager's change would do to waits: the same futures played with it and without it.

Along the coming hours somebody who would come is probed in every service; of each instant the
median, the 10th and the 90th percentile over all futures are told, services by how many come.
"""

from __future__ import annotations

import dataclasses
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from queue_server.domain.outlook import Correction
from queue_server.domain.rules import Skill
from queue_server.domain.vocabulary import WindowState
from queue_server.simulation.actors import Probe
from queue_server.simulation.forecast import BEYOND_MS, horizon_ms
from queue_server.simulation.model import SLOT_S, Came, Model
from queue_server.simulation.run import Run
from queue_server.simulation.snapshot import Snapshot, WindowNow
from queue_server.simulation.window_plans import Move, Plan, closings

RUNS = 24
GRID_MS = 600_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Open:
    """A window opens; it follows the hours from then on."""

    window: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Close:
    """A window closes for the rest of the day, after the person at it."""

    window: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Rest:
    """Lunch or another pause."""

    window: str
    at_ms: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Reskill:
    """A window serves other services, from now on."""

    window: str
    skills: tuple[Skill, ...]


@dataclass(frozen=True, slots=True)
class MorePeople:
    """So many come besides, spread evenly; service None: of all, as people come."""

    people: int
    at_ms: int
    minutes: int
    service: str | None = None


WhatIf = Open | Close | Rest | Reskill | MorePeople


@dataclass(frozen=True, slots=True)
class Point:
    """Waits of somebody who comes then, in seconds. called_pct: in how many of a hundred futures
    they are called at all before the hall closes; of the others the wait is cut."""

    at_ms: int
    mean_s: int
    p10_s: int
    p50_s: int
    p90_s: int
    called_pct: int


@dataclass(frozen=True)
class Curve:
    """all: of everybody; by_service: of those who come for one."""

    all: tuple[Point, ...]
    by_service: Mapping[str, tuple[Point, ...]]

    @property
    def worst_p90_s(self) -> int:
        return max((p.p90_s for p in self.all), default=0)


def compare(
    start: Snapshot,
    model: Model,
    changes: Sequence[WhatIf],
    ends_ms: int,
    seed: int,
    *,
    runs: int = RUNS,
    within_s: float = 1.5,
) -> tuple[Curve, Curve, int]:
    """(as it is, with the changes, futures played). The same futures for both; within_s: no pair is
    begun later, but for eight."""
    began, played = time.monotonic(), 0
    found: list[list[Run]] = [[], []]
    for number in range(runs):
        if played >= 8 and time.monotonic() - began > within_s:
            break
        for kept, wanted in zip(found, ((), changes), strict=True):
            kept.append(future(start, model, wanted, ends_ms, seed + number))
        played += 1
    as_it_is, changed = (curve(start, model, kept, ends_ms) for kept in found)
    return as_it_is, changed, played


def future(
    start: Snapshot, model: Model, changes: Sequence[WhatIf], ends_ms: int, seed: int
) -> Run:
    """One possible future with the changes."""
    start = _reskilled(start, changes)
    return Run(
        start,
        model,
        seed,
        probes=probes(start, ends_ms),
        plans=_planned(start, changes),
        came=list(_more(start, model, changes)),
    ).until(horizon_ms(start))


def probes(start: Snapshot, ends_ms: int) -> list[Probe]:
    ordinary = start.rules.ordinary
    return [
        Probe(service.id, ordinary, at_ms)
        for at_ms in range(start.at_ms, max(start.at_ms, ends_ms) + 1, GRID_MS)
        for service in start.rules.services
    ]


# --- changes ----------------------------------------------------------------------------------


def _reskilled(start: Snapshot, changes: Iterable[WhatIf]) -> Snapshot:
    skills = {c.window: c.skills for c in changes if isinstance(c, Reskill)}
    if not skills:
        return start
    windows = tuple(
        dataclasses.replace(w, skills=skills.get(w.id, w.skills)) for w in start.rules.windows
    )
    return dataclasses.replace(start, rules=dataclasses.replace(start.rules, windows=windows))


def _planned(start: Snapshot, changes: Sequence[WhatIf]) -> Callable[[WindowNow, Plan], Plan]:
    def planned(window: WindowNow, drawn: Plan) -> Plan:
        plan = list(drawn)
        for change in changes:
            if isinstance(change, Open | Close | Rest) and change.window == window.id:
                plan = _changed(start, change, plan)
        return plan

    return planned


def _changed(start: Snapshot, change: Open | Close | Rest, plan: Plan) -> Plan:
    before = [move for move in plan if move.at_ms < change.at_ms]
    if isinstance(change, Close):
        return [*before, Move(change.at_ms, WindowState.CLOSED)]
    if isinstance(change, Open):
        after = closings(start.rules, change.at_ms)
        return [*before, Move(change.at_ms, WindowState.OPEN), *after]
    back_ms = change.at_ms + change.minutes * MINUTE_MS
    rest = Move(change.at_ms, WindowState.PAUSED), Move(back_ms, WindowState.OPEN)
    after = [move for move in plan if move.at_ms >= back_ms]
    return [*before, *rest, *after]


def _more(start: Snapshot, model: Model, changes: Iterable[WhatIf]) -> Iterable[tuple[int, Came]]:
    for change in changes:
        if isinstance(change, MorePeople):
            kinds = _kinds(start, model, change)
            gap_ms = change.minutes * MINUTE_MS / max(1, change.people)
            for number in range(change.people):
                # every so-manieth kind, so that the mix is the usual one
                kind = kinds[number * len(kinds) // change.people % len(kinds)]
                yield round(change.at_ms + number * gap_ms), kind


def _kinds(start: Snapshot, model: Model, change: MorePeople) -> Sequence[Came]:
    slot = int((change.at_ms - model.day_starts_ms) / 1000 // SLOT_S)
    usual = [
        kind
        for kind in model.arrivals.kinds.get(slot, ())
        if change.service in (None, kind.service)
    ]
    ordinary = start.rules.ordinary
    wanted = [s.id for s in start.rules.services if change.service in (None, s.id)]
    return usual or [Came(service, None, ordinary, ()) for service in wanted]


# --- waits ------------------------------------------------------------------------------------


def curve(start: Snapshot, model: Model, runs: Sequence[Run], ends_ms: int) -> Curve:
    shares = _shares(start, model)
    by_time: dict[int, dict[str, list[float]]] = {}
    beyond_ms = horizon_ms(start) + BEYOND_MS
    for probe in probes(start, ends_ms):
        waits = by_time.setdefault(probe.at_ms, {}).setdefault(probe.service, [])
        for run in runs:
            called_ms = run.probed.get(probe, beyond_ms)
            waits.append((called_ms - probe.at_ms) / 1000)
    of_all, by_service = [], {s: list[Point]() for s in shares}
    for at_ms, services in by_time.items():
        weighted = [(w, shares[s] / len(waits)) for s, waits in services.items() for w in waits]
        cut_s = (beyond_ms - at_ms) / 1000
        of_all.append(_point(at_ms, weighted, model, cut_s))
        for service, waits in services.items():
            alike = [(w, 1.0) for w in waits]
            by_service[service].append(_point(at_ms, alike, model, cut_s))
    return Curve(tuple(of_all), {s: tuple(points) for s, points in by_service.items()})


def _shares(start: Snapshot, model: Model) -> dict[str, float]:
    """How many come for each service, of everybody."""
    counts = {s.id: 1.0 for s in start.rules.services}
    for slot, kinds in model.arrivals.kinds.items():
        for kind in kinds:
            if kind.service in counts:
                counts[kind.service] += model.arrivals.per_slot[slot] / len(kinds) * 10
    for errand in start.errands.values():
        counts[errand.service] = counts.get(errand.service, 0.0) + 1.0
    total = sum(counts[s.id] for s in start.rules.services)
    return {s.id: counts[s.id] / total for s in start.rules.services}


def _point(at_ms: int, weighted: list[tuple[float, float]], model: Model, cut_s: float) -> Point:
    weighted.sort()
    sums = list(accumulate(w for _, w in weighted))

    def quantile(level: float) -> float:
        return weighted[min(len(weighted) - 1, bisect_left(sums, level * sums[-1]))][0]

    p50_s, p90_s = quantile(0.5), quantile(0.9)
    by: Correction = next(c for c in model.corrections if p50_s <= c.upto_s)
    told_p50_s, told_p90_s = by.of(p50_s, p90_s)
    p50 = max(0, round(told_p50_s))
    mean_s = sum(wait_s * w for wait_s, w in weighted) / sums[-1]
    p10 = min(p50, round(quantile(0.1)))
    called = sum(w for wait_s, w in weighted if wait_s < cut_s) / sums[-1]
    p90 = max(p50, round(told_p90_s))
    return Point(at_ms, round(mean_s), p10, p50, p90, int(called * 100))
