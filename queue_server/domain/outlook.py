"""What a simulation of the hall expected a moment ago: waits of whoever waits or would come.

Made beside the hall (queue_server/estimates) and laid into its state for reading. No event depends
on it but through the figures that it gave, so a replay needs none. Seconds; instants in UTC ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# A wait is told as a stretch: never narrower than this.
LEAST_DOUBT_S = 30
# Two simulated waits that are equal leave doubt all the same: in the model itself.
DOUBT_ALWAYS_S = 30.0
# Service times, pauses and arrivals vary by the day as much as by anything.
DAYS_TO_BE_SURE = 5
# An outlook that is older is not read: the hall has moved on.
FRESH_FOR_MS = 180_000


@dataclass(frozen=True, slots=True)
class Expected:
    """The wait of somebody who comes at the outlook's instant with `ahead` people before them in
    their service; each one more adds step_p50_s and step_p90_s, each one less takes as much."""

    p50_s: float
    p90_s: float
    ahead: int
    step_p50_s: float
    step_p90_s: float


@dataclass(frozen=True, slots=True)
class Correction:
    """What earlier promises taught about waits up to `upto_s`: in percent of the doubt, where the
    90th percentile and where the median really lay (100 and 0: as simulated)."""

    upto_s: float
    widened_pct: int = 100
    shifted_pct: int = 0

    def of(self, p50_s: float, p90_s: float) -> tuple[float, float]:
        doubt_s = max(0.0, p90_s - p50_s) + DOUBT_ALWAYS_S
        told_p50_s = p50_s + self.shifted_pct / 100 * doubt_s
        return told_p50_s, p50_s + self.widened_pct / 100 * doubt_s


@dataclass(frozen=True, slots=True)
class Promise:
    """What somebody is told. about: little is known of this hall's days yet. widened_pct,
    shifted_pct: the correction in it; widened_pct is 0 when the figures are the first-day
    formula's."""

    p50_s: int
    p90_s: int
    about: bool = True
    widened_pct: int = 0
    shifted_pct: int = 0


@dataclass(frozen=True)
class Outlook:
    """newcomers: by service and priority class. waiting: ticket → instants (P50, P90) of its call.
    corrections: by length of wait, shortest first. days: how many past days it has learned from."""

    at_ms: int
    seq: int
    newcomers: Mapping[tuple[str, str], Expected]
    waiting: Mapping[str, tuple[int, int]]
    corrections: tuple[Correction, ...]
    days: int

    @property
    def about(self) -> bool:
        return self.days < DAYS_TO_BE_SURE

    def is_fresh(self, now_ms: int) -> bool:
        return -FRESH_FOR_MS <= now_ms - self.at_ms <= FRESH_FOR_MS

    def newcomer(self, service: str, priority_class: str, ahead: int) -> Promise | None:
        """The wait of somebody who comes now, corrected for the people who came or were called
        since."""
        found = self.newcomers.get((service, priority_class))
        if found is None:
            return None
        more = ahead - found.ahead
        return self._told(
            found.p50_s + more * found.step_p50_s, found.p90_s + more * found.step_p90_s
        )

    def left(self, ticket: str, now_ms: int) -> Promise | None:
        """How much longer somebody who waits has to; None when they came since."""
        found = self.waiting.get(ticket)
        if found is None:
            return None
        return self._told((found[0] - now_ms) / 1000, (found[1] - now_ms) / 1000)

    def _told(self, p50_s: float, p90_s: float) -> Promise:
        p50_s = max(0.0, p50_s)
        by = next(c for c in self.corrections if p50_s <= c.upto_s)
        told_p50_s, told_p90_s = by.of(p50_s, max(p50_s, p90_s))
        p50 = max(0, round(told_p50_s))
        p90 = max(p50 + LEAST_DOUBT_S, round(told_p90_s))
        return Promise(p50, p90, self.about, by.widened_pct, by.shifted_pct)
