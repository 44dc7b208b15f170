"""Plays a day under one policy and tells what each person went through."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from queue_server.domain.rules import HallRules
from tests.bench.fairness.day import OPENS_S, Person
from tests.bench.fairness.policies import Policy


@dataclass
class Went:
    """overtaken: how many later arrivals were called while they waited, by a window that could have
    called them; counted here, for every policy alike."""

    person: Person
    waited_s: float = 0.0
    overtaken: int = 0


def play(rules: HallRules, people: Sequence[Person], policy: Policy) -> list[Went]:
    """Every window works until nobody is left; a free one calls whenever somebody has come."""
    went = {p.id: Went(p) for p in people}
    waiting: dict[str, Went] = {}
    skills = {w.id: {s.service for s in w.skills} for w in rules.windows}
    free = sorted(skills)
    agenda = [(p.arrives_s, 0, p.id) for p in people]
    heapq.heapify(agenda)
    while agenda:
        now_s, happens, who = heapq.heappop(agenda)
        if happens == 0:
            policy.arrives(went[who].person)
            waiting[who] = went[who]
        else:
            policy.finishes(who, now_s)
            free.append(who)
        if agenda and agenda[0][0] == now_s:
            continue
        for window in list(free):
            called = policy.calls(window, max(now_s, OPENS_S))
            if called is None:
                continue
            free.remove(window)
            person = waiting.pop(called)
            person.waited_s = now_s - person.person.arrives_s
            _count_overtaken(waiting, person.person, skills[window])
            heapq.heappush(agenda, (now_s + person.person.serving_s, 1, window))
    return list(went.values())


def _count_overtaken(waiting: dict[str, Went], called: Person, skills: set[str]) -> None:
    for other in waiting.values():
        if other.person.arrives_s < called.arrives_s and other.person.service in skills:
            other.overtaken += 1
