"""A small simulated hall with a few days behind it, played once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.state import HallState
from tests.bench.wait.spec import HALLS, HallSpec, load
from tests.bench.wait.truth import Day, opened_hall, working_days

DAYS = 4


@dataclass
class Past:
    """All that happened, and the hall's state and the instant at the last day's `stop`th ticket."""

    spec: HallSpec
    log: list[tuple[e.Event, int]] = field(default_factory=list)
    state: HallState = field(default_factory=HallState)
    now_ms: int = 0
    known: int = 0  # so many events had happened by then


@pytest.fixture(scope="session")
def past() -> Past:
    spec = dataclasses.replace(load(HALLS / "midday.toml"), people_a_day=60, bad_every=0)
    found = Past(spec)
    days = working_days(DAYS)
    state = opened_hall(spec, lambda event, at_ms: found.log.append((event, at_ms)))
    for number, date in enumerate(days):
        look = _looking(found, 25 if date == days[-1] else -1)
        Day(
            spec,
            state,
            date,
            number,
            lambda event, at_ms: found.log.append((event, at_ms)),
            look,
        ).play()
    return found


def _looking(found: Past, stop: int) -> Callable[[HallState, int], None]:
    seen = []

    def look(state: HallState, now_ms: int) -> None:
        seen.append(now_ms)
        if len(seen) == stop:
            # just before this ticket, which is a part of the future
            found.now_ms, found.known = now_ms - 1, len(found.log)
            found.state = _replayed(found)

    return look


def _replayed(found: Past) -> HallState:
    state = HallState()
    for event, at_ms in found.log:
        apply(state, event, at_ms)
    return state
