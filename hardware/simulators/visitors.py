"""An invented day of visitors: who comes when, for what, and how they behave. Pure.

The shape of a day (the morning's rush, lunch, a second wave) and the shares are invented, and
nobody in it has a name.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

DAY_S = 8 * 3600.0
_BY_HOUR = (26, 30, 18, 5, 12, 22, 16, 7)  # people of 136, hour by hour
_ELDERLY, _NO_SHOW, _COMES_BACK, _GIVES_UP = 0.3, 0.06, 0.5, 0.03
_SPREAD = 0.5  # of the logarithm of a service time


@dataclass(frozen=True, slots=True)
class Visitor:
    """at_s: since the day's beginning. serving: their service time as a multiple of the usual one.
    comes: whether they come when called; comes_back: whether, after a missed call, they rejoin.
    gives_up_s: how long after their coming they hand the number back; None: never."""

    at_s: float
    service: str
    elderly: bool
    serving: float
    comes: bool
    comes_back: bool
    gives_up_s: float | None


def day_of(services: Sequence[str], people: int, seed: int) -> tuple[Visitor, ...]:
    """`people` visitors in the order of their coming; the same seed gives the same day.

    Raises ValueError without services or people."""
    if not services or people < 1:
        raise ValueError("a day needs a service and somebody who comes")
    chance = random.Random(seed)  # noqa: S311 - a game, not a secret
    hours = chance.choices(range(len(_BY_HOUR)), _BY_HOUR, k=people)
    coming = sorted((hour + chance.random()) * DAY_S / len(_BY_HOUR) for hour in hours)
    return tuple(_visitor(at_s, services, chance) for at_s in coming)


def _visitor(at_s: float, services: Sequence[str], chance: random.Random) -> Visitor:
    gives_up = chance.random() < _GIVES_UP
    return Visitor(
        at_s=at_s,
        service=chance.choice(services),
        elderly=chance.random() < _ELDERLY,
        serving=math.exp(chance.gauss(-(_SPREAD**2) / 2, _SPREAD)),  # mean 1
        comes=chance.random() >= _NO_SHOW,
        comes_back=chance.random() < _COMES_BACK,
        gives_up_s=chance.uniform(120, 1800) if gives_up else None,
    )
