"""Who is next for a window: accumulating priority with bounded overtaking, explained.

score = rate(class) x time waited (Kleinrock 1964; Stanford, Taylor & Ziedins 2014, "Waiting time
distributions in the accumulating priority queue"). Pure: same state and instant, same choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from queue_server.domain.rules import HallRules, WindowRule
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.waiting_line import Place, QueueKey


class Reason(StrEnum):
    """What settled the choice, strongest first."""

    KEPT_FOR_WINDOW = "kept_for_window"
    WAITED_TOO_LONG = "waited_too_long"
    OVERTAKEN_TOO_OFTEN = "overtaken_too_often"
    REJOINED = "rejoined"
    FIRST_CLASS = "first_class"
    OWN_SERVICE = "own_service"
    HIGHEST_SCORE = "highest_score"
    ONLY_ONE = "only_one"


@dataclass(frozen=True, slots=True)
class Candidate:
    """The head of one queue that the window may serve; score in weighted seconds."""

    key: QueueKey
    place: Place
    rank: int
    waited_s: float
    score: float
    overtaken: int

    @property
    def order(self) -> tuple[float, int, str, int]:
        """Higher score first; ties by earlier arrival, then prefix and number."""
        return (-self.score, self.place.arrived_ms, self.place.prefix, self.place.serial)


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket that goes next, and why it and no other."""

    ticket: str
    reason: Reason
    chosen: Candidate
    considered: int


def candidates(state: HallState, window: WindowRule, now_ms: int) -> Iterator[Candidate]:
    """The heads of all queues that `window` may serve. Cost: services x classes, not people."""
    rules = state.known_rules
    for skill in window.skills:
        for key, queue in state.line.queues(skill.service).items():
            if key.for_window not in (None, window.id):
                continue
            place = _head(state, key, queue)
            if place is None:
                continue
            waited_s = max(0, now_ms - place.arrived_ms) / 1000
            rate = _rate(rules, key.priority_class)
            yield Candidate(
                key,
                place,
                skill.rank,
                waited_s,
                rate * waited_s,
                state.line.overtaken(skill.service, place),
            )
    yield from _kept_elsewhere(state, window, now_ms)


def _head(state: HallState, key: QueueKey, queue: list[Place]) -> Place | None:
    """Who of a queue is first now. Those who rejoined let some people go first, unless nobody else
    is there."""
    if not key.rejoined:
        return queue[0]
    calls = state.line.calls(key.service)
    ready = next((place for place in queue if place.after_calls <= calls), None)
    alone = all(other.rejoined for other in state.line.queues(key.service))
    return ready or (queue[0] if alone else None)


def _kept_elsewhere(state: HallState, window: WindowRule, now_ms: int) -> Iterator[Candidate]:
    """Tickets kept for this window by name whose service is none of its skills."""
    skilled = {skill.service for skill in window.skills}
    for service in state.line.services():
        if service in skilled:
            continue
        for key, queue in state.line.queues(service).items():
            if key.for_window == window.id:
                waited_s = max(0, now_ms - queue[0].arrived_ms) / 1000
                rate = _rate(state.known_rules, key.priority_class)
                yield Candidate(key, queue[0], 0, waited_s, rate * waited_s, 0)


def _rate(rules: HallRules, priority_class: str) -> float:
    known = rules.priority_class.get(priority_class)
    return known.rate if known else 1.0


def choose(state: HallState, window_id: str, now_ms: int) -> Choice | None:
    """The next ticket for a window, or None when nobody waits that it may serve."""
    rules = state.known_rules
    window = rules.window[window_id]
    found = list(candidates(state, window, now_ms))
    if not found:
        return None
    if len(found) == 1 and len(state.line.queues(found[0].key.service)[found[0].key]) == 1:
        return Choice(found[0].place.ticket, Reason.ONLY_ONE, found[0], 1)
    chosen, reason = _pick(rules, window, found)
    return Choice(chosen.place.ticket, reason, chosen, len(found))


def _pick(rules: HallRules, window: WindowRule, found: list[Candidate]) -> tuple[Candidate, Reason]:
    settings = rules.dispatch
    kept = [c for c in found if c.key.for_window == window.id]
    if kept:
        return min(kept, key=lambda c: c.order), Reason.KEPT_FOR_WINDOW
    late = [c for c in found if c.waited_s >= settings.waits_at_most_s]
    if late:
        return min(late, key=_arrival), Reason.WAITED_TOO_LONG
    overtaken = [c for c in found if c.overtaken >= settings.overtaken_at_most]
    if overtaken:
        return min(overtaken, key=_arrival), Reason.OVERTAKEN_TOO_OFTEN
    back = [c for c in found if c.key.rejoined]
    if back:
        return min(back, key=lambda c: (c.place.after_calls, c.order)), Reason.REJOINED
    first = [c for c in found if c.key.priority_class in window.first_classes]
    pool, reason = (first, Reason.FIRST_CLASS) if first else (found, Reason.HIGHEST_SCORE)
    best = min(pool, key=lambda c: c.order)
    near = [c for c in pool if best.score - c.score <= settings.rank_tolerance_s]
    chosen = min(near, key=lambda c: (c.rank, c.order))
    if chosen is not best:
        return chosen, Reason.OWN_SERVICE
    return chosen, reason


def _arrival(candidate: Candidate) -> tuple[int, str, int]:
    place = candidate.place
    return (place.arrived_ms, place.prefix, place.serial)


_SENTENCES: Mapping[Reason, tuple[str, str]] = {
    Reason.KEPT_FOR_WINDOW: (
        "{number} 转来本窗口，先于他人。",
        "{number} was sent to this window.",
    ),
    Reason.WAITED_TOO_LONG: (
        "{number} 已等候 {minutes} 分钟，到了最长等候时限，先办。",
        "{number} has waited {minutes} min, the longest allowed, and goes first.",
    ),
    Reason.OVERTAKEN_TOO_OFTEN: (
        "{number} 已被 {overtaken} 位后到者越过，到了上限，先办。",
        "{number} was overtaken by {overtaken} later arrivals, the most allowed, and goes first.",
    ),
    Reason.REJOINED: (
        "{number} 过号后重新排队，约定的人数已先办，现在轮到。",
        "{number} rejoined after a missed call; the people agreed on went first.",
    ),
    Reason.FIRST_CLASS: (
        "本窗口优先{class_zh}：{number} 已等候 {minutes} 分钟。",
        "This window takes “{class_en}” first: {number} has waited {minutes} min.",
    ),
    Reason.OWN_SERVICE: (
        "{number} 属本窗口主办业务，等候 {minutes} 分钟，与最高者相差无几。",
        "{number} is for this window's own service; waited {minutes} min, close to the highest.",
    ),
    Reason.HIGHEST_SCORE: (
        "{number}（{class_zh}）等候 {minutes} 分钟，在本窗口可办的人中优先值最高。",
        "{number} ({class_en}) waited {minutes} min: the highest priority this window can serve.",
    ),
    Reason.ONLY_ONE: (
        "只有 {number} 在等本窗口，已等候 {minutes} 分钟。",
        "Only {number} waits for this window, for {minutes} min.",
    ),
}


def explain(rules: HallRules, choice: Choice, ticket: Ticket) -> dict[str, Any]:
    """The choice in one Chinese and one English sentence, and the figures behind it."""
    chosen = choice.chosen
    known = rules.priority_class.get(ticket.priority_class)
    words = {
        "number": ticket.number,
        "minutes": int(chosen.waited_s // 60),
        "overtaken": chosen.overtaken,
        "class_zh": known.name if known else ticket.priority_class,
        "class_en": known.name_en if known else ticket.priority_class,
    }
    zh, en = _SENTENCES[choice.reason]
    return {
        "zh": zh.format(**words),
        "en": en.format(**words),
        "figures": {
            "reason": choice.reason.value,
            "score": int(chosen.score),
            "waited_s": int(chosen.waited_s),
            "rank": chosen.rank,
            "overtaken": chosen.overtaken,
            "queues_considered": choice.considered,
        },
    }
