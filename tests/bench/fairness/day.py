"""A day's people and how long each takes: drawn from a seed, the same for every policy."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from queue_server.domain.rules import HallRules

MINUTE_S = 60
OPENS_S, CLOSES_S = 9 * 3600, 17 * 3600
# how many come, as weights of the hours from nine: a rush at the opening and after the lunch break
RUSH = (1.9, 1.5, 1.0, 0.5, 0.9, 1.2, 0.7, 0.3)
# a county hall's mix: every fourth or fifth is of an age or state that gives priority
MIX = (("ordinary", 76), ("elderly", 18), ("disabled", 3), ("pregnant", 2), ("serviceman", 1))
SERVICE_MIX = {"A": 24, "B": 10, "C": 6, "D": 14, "E": 4, "F": 22, "G": 20}
# spread of service times around the usual one: log-normal, coefficient of variation 0.6
SIGMA = math.sqrt(math.log(1 + 0.6**2))


@dataclass(frozen=True)
class Person:
    """arrives_s: since midnight; serving_s: how long they will take at a window."""

    id: str
    service: str
    priority_class: str
    arrives_s: float
    serving_s: float


def people_of(rules: HallRules, seed: int, how_many: int) -> list[Person]:
    """In order of arrival."""
    choose = random.Random(seed)
    hours = [OPENS_S + 3600 * i for i in range(len(RUSH))]
    starts = choose.choices(hours, RUSH, k=how_many)
    arrivals = sorted(hour + choose.uniform(0, 3600) for hour in starts)
    classes, weights = zip(*MIX, strict=True)
    people = []
    for number, arrives_s in enumerate(arrivals):
        service = choose.choices(list(SERVICE_MIX), list(SERVICE_MIX.values()))[0]
        of = choose.choices(classes, weights)[0]
        usual_s = rules.service[service].usual_s
        serving_s = usual_s * choose.lognormvariate(-(SIGMA**2) / 2, SIGMA)
        people.append(Person(f"p{number}", service, of, arrives_s, serving_s))
    return people
