"""Who and what a simulated hall consists of: people with their errands, windows, what happens."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from queue_server.domain.waiting_line import Arrival


class Probe(NamedTuple):
    service: str
    priority_class: str
    at_ms: int


class Does(IntEnum):
    """What happens; of one instant in this order."""

    WINDOW_CHANGES = 0
    FREED = 1
    COMES = 2
    COMES_BACK = 3
    PROBED = 4
    CALLS = 5


class Ends(IntEnum):
    DONE = 0
    MISSED = 1
    MOVED = 2
    PARKED = 3


@dataclass(slots=True)
class Person:
    """u_time, u_end: shares that settle how long and how it ends; they stay the person's own."""

    id: str
    arrival: Arrival
    service: str
    matter: str | None
    priority_class: str
    then: tuple[str, ...]
    returns: tuple[tuple[str, str], ...]
    rejoins: int
    u_time: float
    u_end: float
    after_calls: int = 0
    back: bool = False


@dataclass(slots=True)
class Window:
    id: str
    clerk: str | None
    rng: random.Random
    busy: bool = False
    about_to_call: bool = False
