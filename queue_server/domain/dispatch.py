"""Who is next for a window: accumulating priority with bounded overtaking.

score = rate(class) x time waited (Kleinrock 1964; Stanford, Taylor & Ziedins 2014, "Waiting time
distributions in the accumulating priority queue"). Pure: same state and instant, same choice. What
the bounds mean exactly, and why nobody passes them: docs/dispatching.md. Its words: explain.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from queue_server.domain.pool import Arrival, Pool
from queue_server.domain.rules import DispatchSettings, HallRules, Reach
from queue_server.domain.state import HallState
from queue_server.domain.waiting_line import Place, QueueKey


class Reason(StrEnum):
    """What settled the choice, strongest first."""

    WAITED_TOO_LONG = "waited_too_long"
    OVERTAKEN_TOO_OFTEN = "overtaken_too_often"
    KEPT_FOR_WINDOW = "kept_for_window"
    REJOINED = "rejoined"
    FIRST_CLASS = "first_class"
    OWN_SERVICE = "own_service"
    HIGHEST_SCORE = "highest_score"
    ONLY_ONE = "only_one"


class Candidate(NamedTuple):
    """The head of one queue that the window may serve; score in weighted seconds."""

    score: float
    arrival: Arrival
    rank: int
    key: QueueKey
    place: Place

    @property
    def order(self) -> tuple[float, Arrival]:
        """Higher score first; ties by earlier arrival, then the lower number."""
        return (-self.score, self.arrival)

    def waited_s(self, now_ms: int) -> int:
        return max(0, now_ms - self.arrival.arrived_ms) // 1000


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket that goes next, and why it and no other. runner_up: who would have been next by
    score; considered: how many queues had somebody for this window."""

    ticket: str
    reason: Reason
    chosen: Candidate
    runner_up: Candidate | None
    considered: int
    overtaken: int
    waited_s: int
    reach: Reach


def choose(state: HallState, window_id: str, now_ms: int) -> Choice | None:
    """The next ticket for a window, or None when nobody waits that it may serve. Cost: services x
    classes, and logarithms of how many wait."""
    rules, reach = state.known_rules, state.reach(window_id)
    found = list(_candidates(state, reach, now_ms))
    if not found:
        return None
    late = _due(state, reach, now_ms)
    if late is not None:
        chosen, reason = _candidate(state, reach, late[0], now_ms), late[1]
    else:
        chosen, reason = _pick(rules, window_id, found)
    runner_up = _runner_up(state, found, chosen, now_ms)
    if runner_up is None:
        reason = Reason.ONLY_ONE
    return Choice(
        ticket=chosen.arrival.ticket,
        reason=reason,
        chosen=chosen,
        runner_up=runner_up,
        considered=len(found),
        overtaken=state.line.overtaken(chosen.arrival.ticket),
        waited_s=chosen.waited_s(now_ms),
        reach=reach,
    )


# --- who could be next ----------------------------------------------------------------------


def _candidates(state: HallState, reach: Reach, now_ms: int) -> Iterator[Candidate]:
    rates = state.known_rules.rates
    for service, rank in reach.skills:
        pool = state.line.pool_of(service)
        if pool is None:
            continue
        for key, queue in pool.queues.items():
            place = queue[0]
            if place[0] > pool.calls and pool.rejoined < pool.size:
                continue  # lets more people go first
            yield _scored(key, place, rank, rates, now_ms)
    yield from _kept(state, reach, rates, now_ms)


def _kept(
    state: HallState, reach: Reach, rates: dict[str, float], now_ms: int
) -> Iterator[Candidate]:
    for window in reach.windows:
        pool = state.line.pool_kept(window)
        if pool is None or not pool.size:
            continue
        alone = pool.rejoined == pool.size and not any(map(state.line.count_free, reach.services))
        for key, queue in pool.queues.items():
            if queue[0].after_calls <= pool.calls or alone:
                yield _scored(key, queue[0], 0, rates, now_ms)


def _scored(
    key: QueueKey, place: Place, rank: int, rates: dict[str, float], now_ms: int
) -> Candidate:
    arrival = place[1]
    waited_ms = now_ms - arrival[0]
    score = rates.get(key[1], 1.0) * waited_ms / 1000 if waited_ms > 0 else 0.0
    return Candidate(score, arrival, rank, key, place)


def _candidate(state: HallState, reach: Reach, arrival: Arrival, now_ms: int) -> Candidate:
    key, place = state.line.place(arrival.ticket)
    rank = 0 if key.for_window else dict(reach.skills)[key.service]
    return _scored(key, place, rank, state.known_rules.rates, now_ms)


# --- who goes first -------------------------------------------------------------------------


def _due(state: HallState, reach: Reach, now_ms: int) -> tuple[Arrival, Reason] | None:
    """The earliest arrival of those who reached a bound."""
    settings = state.known_rules.dispatch
    late_ms = now_ms - settings.waits_at_most_s * 1000
    pools = state.line.pools(reach.services, reach.windows)
    first = min((found for pool in pools for found in _past(pool, late_ms, settings)), default=None)
    if first is None:
        return None
    by_time = first.arrived_ms <= late_ms
    return first, Reason.WAITED_TOO_LONG if by_time else Reason.OVERTAKEN_TOO_OFTEN


def _past(pool: Pool, late_ms: int, settings: DispatchSettings) -> Iterator[Arrival]:
    most = settings.overtaken_at_most
    for arrival, overtaken in pool.earliest():
        if overtaken >= most or arrival.arrived_ms <= late_ms:
            yield arrival


def _pick(rules: HallRules, window_id: str, found: list[Candidate]) -> tuple[Candidate, Reason]:
    kept = [c for c in found if c.key.for_window is not None]
    if kept:
        return min(kept, key=lambda c: c.order), Reason.KEPT_FOR_WINDOW
    back = [c for c in found if c.key.rejoined]
    if back:
        return min(back, key=lambda c: (c.place.after_calls, c.order)), Reason.REJOINED
    classes = rules.window[window_id].first_classes
    first = [c for c in found if c.key.priority_class in classes]
    pool, reason = (first, Reason.FIRST_CLASS) if first else (found, Reason.HIGHEST_SCORE)
    best = min(pool, key=lambda c: c.order)
    near = [c for c in pool if best.score - c.score <= rules.dispatch.rank_tolerance_s]
    chosen = min(near, key=lambda c: (c.rank, c.order))
    return chosen, reason if chosen is best else Reason.OWN_SERVICE


def _runner_up(
    state: HallState, found: list[Candidate], chosen: Candidate, now_ms: int
) -> Candidate | None:
    """The best of the others by score: another queue's head, or the next of the same queue."""
    others = [c for c in found if c.arrival != chosen.arrival]
    queue = state.line.queue(chosen.key)
    if len(queue) > 1 and queue[0] == chosen.place and not chosen.key.rejoined:
        rates = state.known_rules.rates
        others.append(_scored(chosen.key, queue[1], chosen.rank, rates, now_ms))
    return min(others, key=lambda c: c.order, default=None)
