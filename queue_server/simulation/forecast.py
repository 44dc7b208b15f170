"""Waits from many possible futures: of everybody in line, and of whoever would come now."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from queue_server.domain.calendar import day_bounds_ms
from queue_server.domain.outlook import Expected, Outlook
from queue_server.domain.rules import HallRules, PriorityClass
from queue_server.domain.vocabulary import WindowState
from queue_server.simulation.actors import Probe
from queue_server.simulation.model import Model
from queue_server.simulation.run import Run
from queue_server.simulation.snapshot import Snapshot

RUNS = 24
RUNS_AT_LEAST = 8
LOOKS_AHEAD_MS = 9 * 3600 * 1000
# Whoever is not called within that is taken to wait so much longer than it.
BEYOND_MS = 3600 * 1000
Z90 = 1.2816


def outlook(
    start: Snapshot, model: Model, seed: int, *, runs: int = RUNS, within_s: float = 5.0
) -> Outlook:
    """within_s: no run is begun later than this, but RUNS_AT_LEAST."""
    began = time.monotonic()
    ends_ms = horizon_ms(start)
    likes = classes_alike(start.rules)
    probes = [
        Probe(service.id, like, start.at_ms)
        for service in start.rules.services
        for like in set(likes.values())
    ]
    probed: dict[Probe, list[int]] = defaultdict(list)
    called: dict[str, list[int]] = defaultdict(list)
    for number in range(runs):
        if number >= RUNS_AT_LEAST and time.monotonic() - began > within_s:
            break
        run = Run(start, model, seed + number, probes=probes).until(ends_ms)
        for probe in probes:
            probed[probe].append(run.probed.get(probe, ends_ms + BEYOND_MS))
        for ticket in start.errands:
            called[ticket].append(run.called.get(ticket, ends_ms + BEYOND_MS))
    newcomers = _newcomers(start, likes, probed, ends_ms)
    waiting = {ticket: _quantiles(at_ms) for ticket, at_ms in called.items()}
    return Outlook(
        at_ms=start.at_ms,
        seq=start.seq,
        newcomers=newcomers,
        waiting={t: (round(p50), round(p90)) for t, (p50, p90) in waiting.items()},
        corrections=tuple(model.corrections),
        days=model.days,
    )


def horizon_ms(start: Snapshot) -> int:
    day_ends_ms = day_bounds_ms(start.rules.calendar, date.fromisoformat(start.day))[1]
    return max(start.at_ms, min(start.at_ms + LOOKS_AHEAD_MS, day_ends_ms))


def classes_alike(rules: HallRules) -> Mapping[str, str]:
    """class → the first class that is called just like it: same rate, first at the same windows."""

    def sort_of(of: PriorityClass) -> tuple[object, ...]:
        return (of.rate, *(of.id in window.first_classes for window in rules.windows))

    first: dict[tuple[object, ...], str] = {}
    return {of.id: first.setdefault(sort_of(of), of.id) for of in rules.classes}


def _newcomers(
    start: Snapshot,
    likes: Mapping[str, str],
    probed: Mapping[Probe, Sequence[int]],
    ends_ms: int,
) -> dict[tuple[str, str], Expected]:
    found: dict[tuple[str, str], Expected] = {}
    for probe, at_ms in probed.items():
        if min(at_ms) > ends_ms and not _is_served(start, probe.service):
            continue  # nobody serves it, and nobody is expected to
        p50_ms, p90_ms = _quantiles(at_ms)
        p50_s, p90_s = (p50_ms - start.at_ms) / 1000, (p90_ms - start.at_ms) / 1000
        ahead = start.line.count_free(probe.service)
        # as if each of those ahead took an equal part, and the one at the window another
        step50, step90 = p50_s / (ahead + 1), p90_s / (ahead + 2)
        for of, like in likes.items():
            if like == probe.priority_class:
                found[probe.service, of] = Expected(p50_s, p90_s, ahead, step50, step90)
    return found


def _is_served(start: Snapshot, service: str) -> bool:
    able = start.rules.could_serve[service]
    return any(w.id in able and w.state is WindowState.OPEN for w in start.windows)


def _quantiles(values: Iterable[int]) -> tuple[float, float]:
    """Median and 90th percentile of a few dozen draws, steadied: the mean of the middle third; the
    mean of the drawn 90th percentile and of a normal's with the same mean and deviation."""
    ordered = sorted(values)
    third = len(ordered) // 3
    p50 = statistics.fmean(ordered[third : len(ordered) - third])
    at = 0.9 * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    drawn = ordered[low] + (at - low) * (ordered[high] - ordered[low])
    normal = statistics.fmean(ordered) + Z90 * statistics.pstdev(ordered)
    return p50, max(p50, (drawn + normal) / 2)
