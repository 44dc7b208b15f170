"""How doubt must be stretched so that nine in ten really come under the 90th percentile.

Split conformal prediction (Vovk et al. 2005) with weights for age (Barber et al. 2023, "Conformal
prediction beyond exchangeability"): of each promise that this estimator made and that was settled,
the score tells where in the simulated doubt the wait came to lie; the weighted 90th percentile of
the scores is the stretch. When recent days came out otherwise, the level aimed at moves against it
(Gibbs & Candès 2021, "Adaptive conformal inference"). Few scores tell little, and waits of one hour
hang together: the level of n independent scores is (n + 1) / n of the one aimed at, n being Kish's
effective number of the weighted scores over ALIKE.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from queue_server.domain.outlook import DOUBT_ALWAYS_S, Correction
from queue_server.estimates.history import Day, Kept

# Until a hall has shown its own.
FIRST = Correction(float("inf"), 125, 0)
BINS_UPTO_S = (240.0, 720.0, float("inf"))
HALF_LIFE_DAYS = 6.0
# So many scores of one busy time tell as much as one.
ALIKE = 3.0
LEVEL_AT_MOST = 0.97
NEEDS = 60  # settled promises before they are listened to
OTHER_BIN = 0.15  # a promise of another length of wait counts so much
AIM = 0.90
WIDENED_PCT = (60, 400)
SHIFTED_PCT = (-60, 100)


def corrections(days: Sequence[Day], now_ms: int) -> tuple[Correction, ...]:
    """By length of wait. Uses nothing that became known after `now_ms`."""
    found = [x for day in days for x in _scored(day, now_ms)]
    if len(found) < NEEDS:
        return (FIRST,)
    aim = _aim(found)
    return tuple(_of_bin(found, number, aim) for number in range(len(BINS_UPTO_S)))


class _Score(NamedTuple):
    """lay: where in the doubt the wait came to lie, 0 at the median and 1 at the simulated P90."""

    lay: float
    bin: int
    days_ago: float
    in_time: bool

    @property
    def weight(self) -> float:
        return float(0.5 ** (self.days_ago / HALF_LIFE_DAYS))


def _scored(day: Day, now_ms: int) -> Iterator[_Score]:
    for kept in day.kept:
        if kept.at_ms <= now_ms and kept.widened_pct:
            p50_s, doubt_s = simulated(kept)
            ago = (now_ms - kept.at_ms) / 86_400_000
            yield _Score((kept.waited_s - p50_s) / doubt_s, _bin(p50_s), ago, kept.in_time)


def simulated(kept: Kept) -> tuple[float, float]:
    """The median and the doubt that the simulation had found, before they were corrected."""
    between = (kept.widened_pct - kept.shifted_pct) / 100
    doubt_s = max(DOUBT_ALWAYS_S, (kept.p90_s - kept.p50_s) / max(0.1, between))
    return max(0.0, kept.p50_s - kept.shifted_pct / 100 * doubt_s), doubt_s


def _bin(p50_s: float) -> int:
    return bisect_left(BINS_UPTO_S, p50_s)


def _aim(found: Sequence[_Score]) -> float:
    """Above the aim when recent promises were kept too seldom, below it when too often."""
    kept = sum(x.weight for x in found if x.in_time) / sum(x.weight for x in found)
    return min(0.96, max(0.85, AIM + (AIM - kept) / 2))


def _of_bin(found: Sequence[_Score], number: int, aim: float) -> Correction:
    weighted = sorted((x.lay, x.weight * (1.0 if x.bin == number else OTHER_BIN)) for x in found)
    widened = _within(round(_quantile(weighted, _level(weighted, aim)) * 100), WIDENED_PCT)
    shifted = _within(round(_quantile(weighted, 0.5) * 100), SHIFTED_PCT)
    return Correction(BINS_UPTO_S[number], max(widened, shifted + 20), shifted)


def _level(weighted: Sequence[tuple[float, float]], aim: float) -> float:
    total = sum(w for _, w in weighted)
    independent = total**2 / sum(w * w for _, w in weighted) / ALIKE
    return min(LEVEL_AT_MOST, aim * (1 + 1 / independent))


def _within(value: int, bounds: tuple[int, int]) -> int:
    return min(bounds[1], max(bounds[0], value))


def _quantile(ordered: Sequence[tuple[float, float]], level: float) -> float:
    sums = list(accumulate(w for _, w in ordered))
    at = bisect_left(sums, level * sums[-1])
    return ordered[min(at, len(ordered) - 1)][0]
