"""A share with its exact 95 % interval (Clopper & Pearson 1934), also where nothing was counted.

Pure. The interval takes trials for independent; of trials with the same people it is too narrow.
"""

from __future__ import annotations

import math
from collections.abc import Callable

_TAIL = 0.025
_STEPS = 40  # halvings: far below what is told


def share(count: int, trials: int) -> float | None:
    return round(count / trials, 5) if trials else None


def interval(count: int, trials: int) -> list[float] | None:
    """Of no trials none."""
    if not trials:
        return None
    low = 0.0 if count == 0 else _solved(lambda p: 1 - _at_most(count - 1, trials, p) - _TAIL)
    high = 1.0 if count == trials else _solved(lambda p: _TAIL - _at_most(count, trials, p))
    return [round(low, 5), round(high, 5)]


def _solved(rising: Callable[[float], float]) -> float:
    """Where a function that rises from below 0 crosses it, in 0…1."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _at_most(count: int, trials: int, chance: float) -> float:
    """The binomial distribution."""
    if chance in (0.0, 1.0):
        return 1.0 if chance == 0.0 or count >= trials else 0.0
    log_chance, log_other = math.log(chance), math.log1p(-chance)
    whole = math.lgamma(trials + 1)
    return math.fsum(
        math.exp(
            whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
            + k * log_chance + (trials - k) * log_other
        )
        for k in range(count + 1)
    )  # fmt: skip
