"""The reverse question: which opening keeps the 90th percentile under a limit with the fewest
windows?

All windows first; then one is taken away after the other, each time the one whose absence raises
the worst P90 least, as long as the limit holds. That is not proven to be the fewest, but each step
is measured, and the answer is measured once more with more futures.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from queue_server.domain.vocabulary import WindowState
from queue_server.simulation.model import Model
from queue_server.simulation.snapshot import Snapshot
from queue_server.simulation.what_if import MINUTE_MS, Close, Curve, Open, WhatIf, curve, future

RUNS_TO_SEARCH, RUNS_TO_PROVE = 6, 20
# What stands in line now cannot be undone: a change needs some time before it is judged.
GRACE_MS = 30 * MINUTE_MS


@dataclass(frozen=True)
class Opening:
    """windows: that are open; curve: waits with them; worst_s: the longest P90 of whoever comes
    from GRACE_MS on. holds: whether the limit is kept; if not even all windows do, these are all.
    searched: how many openings were played; whole: the search was not cut short."""

    windows: tuple[str, ...]
    curve: Curve
    worst_s: int
    holds: bool
    searched: int
    whole: bool


def fewest(
    start: Snapshot,
    model: Model,
    limit_s: int,
    ends_ms: int,
    seed: int,
    *,
    within_s: float = 8.0,
) -> Opening:
    search = _Search(start, model, ends_ms, seed)
    began = time.monotonic()
    chosen = tuple(w.id for w in start.windows)
    whole = True
    if search.worst_s(chosen, RUNS_TO_SEARCH) <= limit_s:
        while whole and len(chosen) > 1:
            best: tuple[float, tuple[str, ...]] | None = None
            for less in search.without_one(chosen):
                if time.monotonic() - began > within_s:
                    whole = False
                    break
                worst_s = search.worst_s(less, RUNS_TO_SEARCH)
                if worst_s <= limit_s and (best is None or worst_s < best[0]):
                    best = (worst_s, less)
            if best is None:
                break
            chosen = best[1]
    chosen, found = search.proven(chosen, limit_s)
    worst_s = search.judged_s(found)
    return Opening(chosen, found, worst_s, worst_s <= limit_s, search.played, whole)


class _Search:
    def __init__(self, start: Snapshot, model: Model, ends_ms: int, seed: int) -> None:
        self._start, self._model, self._ends_ms, self._seed = start, model, ends_ms, seed
        self._rules = {w.id: w for w in start.rules.windows}
        self._open = {w.id for w in start.windows if w.state is WindowState.OPEN}
        self.played = 0

    def curve(self, windows: Iterable[str], runs: int) -> Curve:
        self.played += 1
        changes = self._changes(set(windows))
        played = [
            future(self._start, self._model, changes, self._ends_ms, self._seed + number)
            for number in range(runs)
        ]
        return curve(self._start, self._model, played, self._ends_ms)

    def _changes(self, wanted: set[str]) -> list[WhatIf]:
        at_ms = self._start.at_ms
        opened = [Open(w, at_ms) for w in sorted(wanted - self._open)]
        return [*opened, *(Close(w, at_ms) for w in sorted(self._open - wanted))]

    def judged_s(self, found: Curve) -> int:
        """The worst P90 of everybody, once a change could have told."""
        from_ms = self._start.at_ms + GRACE_MS
        return max((p.p90_s for p in found.all if p.at_ms >= from_ms), default=found.worst_p90_s)

    def worst_s(self, windows: tuple[str, ...], runs: int) -> float:
        return self.judged_s(self.curve(windows, runs))

    def without_one(self, windows: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
        """Each opening with one window less; of windows that are alike, the one that is closed
        anyway."""
        seen = set()
        for window in sorted(windows, key=lambda w: w in self._open):
            rule = self._rules[window]
            alike = (rule.skills, rule.first_classes)
            less = tuple(w for w in windows if w != window)
            if alike not in seen and self._covers(less):
                seen.add(alike)
                yield less

    def _covers(self, windows: tuple[str, ...]) -> bool:
        """Whether every service that any window has is still served."""
        return all(
            not able or set(able) & set(windows) for able in self._start.rules.windows_for.values()
        )

    def proven(self, windows: tuple[str, ...], limit_s: int) -> tuple[tuple[str, ...], Curve]:
        """Played with more futures; while it does not hold, one that was left out comes back."""
        found = self.curve(windows, RUNS_TO_PROVE)
        spare = [w for w in self._rules if w not in windows]
        spare.sort(key=lambda w: (-len(self._rules[w].skills), w not in self._open))
        while spare and self.judged_s(found) > limit_s:
            windows = (*windows, spare.pop(0))
            found = self.curve(windows, RUNS_TO_PROVE)
        return windows, found
