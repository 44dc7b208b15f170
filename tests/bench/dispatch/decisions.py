"""Time to decide who is next, with 100, 1,000 and 10,000 people waiting: the pure core, no I/O.

decide: `call-next` from command to events, explanation included. apply: the called one leaves the
line. issue: deciding and applying a new number at that length. Median of many, in microseconds.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

from queue_server.domain import commands as c
from queue_server.domain.apply import apply
from queue_server.domain.decide import decide
from queue_server.domain.state import HallState
from queue_server.settings.hall import load_hall_settings
from queue_server.settings.rules import rules_of
from tests.support.server import DEMO_CONFIG

WAITING = (100, 1_000, 10_000)
ROUNDS = 400
WANTED_US = 100.0
NOON_MS = 1_795_000_000_000
CLASSES = ("ordinary",) * 7 + ("elderly", "elderly", "disabled")


def measure(options: argparse.Namespace) -> dict[str, object]:
    rows = {waiting: _Day(waiting).measured() for waiting in WAITING}
    at = {waiting: row["decide_us"] for waiting, row in rows.items()}
    return {
        "waiting": {str(waiting): row for waiting, row in rows.items()},
        "decide_us_at_1000": at[1_000],
        "decide_us_wanted": WANTED_US,
        "growth_100_to_10000": round(at[10_000] / at[100], 2),
        # logarithms: log(10,000) / log(100)
        "growth_wanted": 2.0,
    }


class _Day:
    """A hall with so many people waiting, of all services and several classes."""

    def __init__(self, waiting: int) -> None:
        self._state, self._now_ms, self._fresh = HallState(), NOON_MS, 0
        self._choose = random.Random(1)
        self._waiting = waiting
        for command in (c.Configure(rules_of(load_hall_settings(DEMO_CONFIG))), c.RollDay()):
            self._do(command)
        for _ in range(waiting):
            self._arrive()

    def _do(self, command: c.Command) -> None:
        for event in decide(command, self._state, self._now_ms):
            apply(self._state, event, self._now_ms)

    def _arrive(self) -> None:
        self._fresh += 1
        self._now_ms += self._choose.randrange(300)
        service, of = self._choose.choice("ABCDEFG"), self._choose.choice(CLASSES)
        self._do(c.IssueTicket(f"t{self._fresh}", service, priority_class=of))

    def measured(self) -> dict[str, float]:
        """Each round one person is called at window 7, which serves everybody, and one comes."""
        deciding, applying, issuing = [], [], []
        for _ in range(ROUNDS):
            events, took_us = _timed(lambda: decide(c.CallNext("7"), self._state, self._now_ms))
            deciding.append(took_us)
            _, took_us = _timed(lambda: apply(self._state, events[0], self._now_ms))  # noqa: B023
            applying.append(took_us)
            for command in (c.Start("7"), c.Finish("7")):
                self._do(command)
            _, took_us = _timed(self._arrive)
            issuing.append(took_us)
        assert len(self._state.line) == self._waiting
        return {
            "decide_us": round(statistics.median(deciding), 1),
            "decide_p99_us": round(statistics.quantiles(deciding, n=100)[98], 1),
            "apply_us": round(statistics.median(applying), 1),
            "issue_us": round(statistics.median(issuing), 1),
        }


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - begun) * 1e6
