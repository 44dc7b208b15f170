"""What a simulation takes from past days: service times, gaps, no-shows, ways on, windows' days,
arrivals. Learned in queue_server/estimates; `first_model` is a new hall's.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from queue_server.domain.outlook import Correction
from queue_server.domain.rules import HallRules
from queue_server.domain.vocabulary import WindowState
from queue_server.simulation.service_times import ServiceTimes

SLOT_S = 900
# From the local midnight on; whoever works past the next one is still on the same business day.
SLOTS = 4 * 36


class Came(NamedTuple):
    """What somebody came for: drawn as a whole, so that matters keep their people."""

    service: str
    matter: str | None
    priority_class: str
    then: tuple[str, ...]


class Change(NamedTuple):
    """of_day_s: seconds since the local midnight with which the business day's date begins.
    patient: nobody waited for the window when it closed, so that it would have stayed longer for
    somebody."""

    of_day_s: float
    state: WindowState
    patient: bool = False


@dataclass(frozen=True)
class PastDay:
    """What each window did on one day. weight: newer days and the same weekday count more."""

    weight: float
    windows: Mapping[str, Sequence[Change]]

    def state_at(self, window: str, of_day_s: float) -> WindowState | None:
        """None when the window is not known to have done anything yet."""
        found = None
        for change in self.windows.get(window, ()):
            if change.of_day_s > of_day_s:
                break
            found = change.state
        return found

    def after(self, window: str, of_day_s: float) -> Iterator[Change]:
        return (c for c in self.windows.get(window, ()) if c.of_day_s > of_day_s)


@dataclass(frozen=True)
class Arrivals:
    """per_slot: how many walk in, by quarter of an hour of the local day; level: how today compares
    with that; kinds: what those who came around a slot came for."""

    per_slot: Sequence[float] = (0.0,) * SLOTS
    level: float = 1.0
    kinds: Mapping[int, Sequence[Came]] = field(default_factory=dict)

    def draw(
        self, rng: random.Random, from_s: float, until_s: float
    ) -> Iterator[tuple[float, Came]]:
        """(second of the day, what for), in order; a Poisson stream."""
        slot = int(from_s // SLOT_S)
        while slot < SLOTS and slot * SLOT_S < until_s:
            kinds = self.kinds.get(slot, ())
            a_second = self.per_slot[slot] * self.level / SLOT_S
            at_s = max(from_s, slot * SLOT_S)
            while kinds and a_second > 0:
                at_s += rng.expovariate(a_second)
                if at_s >= min(until_s, (slot + 1) * SLOT_S):
                    break
                yield at_s, kinds[int(rng.random() * len(kinds))]
            slot += 1


# Where nothing was seen yet: a clerk's pause between two people, and the time until a call that
# nobody follows is given up.
FIRST_GAPS_S = (4.0, 6.0, 8.0, 10.0, 14.0, 20.0, 30.0, 45.0)
FIRST_MISSED_S = (45.0, 60.0, 75.0, 90.0, 120.0, 180.0)
FIRST_BACK_S = (120.0, 240.0, 420.0, 720.0, 1200.0)
FIRST_MISSED_SHARE = 0.04


@dataclass(frozen=True)
class Model:
    """gaps_s: between two people at a window while somebody waits. missed: share of calls that
    nobody follows, by service; missed_s: how long such a call keeps the window; missed_back: share
    who come back, after missed_back_s. moved: by service, (share, where to) of those who are sent
    on; "" is put aside for parked_s. day_starts_ms: the local midnight of the present day's date.
    days: how many past days are in it."""

    times: ServiceTimes
    day_starts_ms: int
    gaps_s: Sequence[float] = FIRST_GAPS_S
    missed: Mapping[str, float] = field(default_factory=dict)
    missed_s: Sequence[float] = FIRST_MISSED_S
    missed_back: float = 0.5
    missed_back_s: Sequence[float] = FIRST_BACK_S
    moved: Mapping[str, Sequence[tuple[float, str]]] = field(default_factory=dict)
    parked_s: Sequence[float] = FIRST_BACK_S
    booked_come: float = 0.85
    past: Sequence[PastDay] = ()
    arrivals: Arrivals = field(default_factory=Arrivals)
    corrections: Sequence[Correction] = (Correction(float("inf")),)
    days: int = 0


def configured_times(rules: HallRules) -> dict[str, float]:
    """Seconds, at least one: a duration that was set to next to nothing must stop no estimate."""
    services = {service.id: service.usual_s for service in rules.services}
    matters = {matter.id: matter.usual_s for matter in rules.matters}
    return {of: max(1.0, float(usual_s)) for of, usual_s in (services | matters).items()}


def first_model(rules: HallRules, day_starts_ms: int) -> Model:
    """Of a hall of which nothing is known but its settings."""
    return Model(ServiceTimes(configured_times(rules)), day_starts_ms)
