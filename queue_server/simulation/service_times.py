"""How long a window is kept by one person: draws from what was learned.

A duration is exp(mean_log + clerk + spread x z): mean_log by matter, shrunk towards the service and
the hall where few were seen; z from the standardised durations that were seen, so that heavy tails
and two-humped shapes stay what they are. Draws take a share u in [0, 1) instead of a generator:
the same person takes the same share in two simulations that are compared.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist

# Where nothing was seen: log-normal with a coefficient of variation of 0.8, as measured in offices
# that serve people (Brown et al. 2005, "Statistical Analysis of a Telephone Call Center").
FIRST_SPREAD = 0.7
_NORMAL = tuple(NormalDist().inv_cdf((i + 0.5) / 200) for i in range(200))
# What is not known of the configured times of a hall that has seen nobody.
FIRST_UNSURE = 0.35
# Nobody is served for longer than this in a simulation.
LONGEST_S = 4 * 3600.0


@dataclass(frozen=True)
class ServiceTimes:
    """usual_s: configured, by service or matter. mean_log, spread: learned, of log seconds; clerk:
    how much slower one is, in log seconds. shapes: by service, sorted; "" is the hall's. unsure:
    standard deviation of what is not known of a service's mean_log, from few data and from day to
    day; one draw of it holds for a whole simulation."""

    usual_s: Mapping[str, float]
    mean_log: Mapping[tuple[str, str | None], float] = field(default_factory=dict)
    clerk: Mapping[str, float] = field(default_factory=dict)
    spread: Mapping[str, float] = field(default_factory=dict)
    shapes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    unsure: Mapping[str, float] = field(default_factory=dict)

    def one_guess(self, rng: random.Random) -> ServiceTimes:
        """These times with what is not known of them drawn once: by service and by clerk."""
        off = {
            service: rng.gauss(0.0, self.unsure.get(service, FIRST_UNSURE))
            for service in sorted(self.usual_s)
        }
        known = {key: log + off[key[0]] for key, log in self.mean_log.items()}
        return replace(self, mean_log=known)

    def _mean_log(self, service: str, matter: str | None, clerk: str | None) -> float:
        found = self.mean_log.get((service, matter))
        if found is None:
            found = self.mean_log.get((service, None))
        if found is None:
            usual_s = self.usual_s.get(matter or "") or self.usual_s[service]
            found = math.log(usual_s) - FIRST_SPREAD**2 / 2
        return found + self.clerk.get(clerk or "", 0.0)

    def _shape(self, service: str) -> Sequence[float]:
        return self.shapes.get(service) or self.shapes.get("") or _NORMAL

    def draw_s(self, service: str, matter: str | None, clerk: str | None, u: float) -> float:
        shape = self._shape(service)
        z = shape[int(u * len(shape))]
        spread = self.spread.get(service, FIRST_SPREAD)
        return min(LONGEST_S, math.exp(self._mean_log(service, matter, clerk) + spread * z))

    def left_s(
        self, service: str, matter: str | None, clerk: str | None, passed_s: float, u: float
    ) -> float:
        """What is left of one that has lasted so long already. Beyond all that was seen, about a
        third of what has passed."""
        shape = self._shape(service)
        spread = self.spread.get(service, FIRST_SPREAD)
        mean_log = self._mean_log(service, matter, clerk)
        first = bisect_right(shape, (math.log(max(1.0, passed_s)) - mean_log) / spread)
        longer = len(shape) - first
        if longer < 3:
            return max(1.0, min(LONGEST_S, -math.log(1 - u) * max(60.0, passed_s / 3)))
        z = shape[first + int(u * longer)]
        return max(1.0, min(LONGEST_S, math.exp(mean_log + spread * z)) - passed_s)
