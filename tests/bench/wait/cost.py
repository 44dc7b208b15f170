"""What estimates cost a server with 200 people waiting and 20 windows, each beside its limit.

estimate: the promise at issue, people ahead counted, from an outlook and from the first-day
formula; issue: deciding the whole command. board: the hall's whole view as JSON, as the manager's
board asks for it, and every waiting person's own wait besides. looked: what the server gives for
the estimating process (the hall's picture, and packing it). made: that process's own work, beside
the server. Medians and 99th percentiles, milliseconds of processor.
"""

from __future__ import annotations

import dataclasses
import functools
import pickle
import random
import time
from collections.abc import Callable
from datetime import time as clock
from typing import Any

import orjson

from queue_server.domain import commands as c
from queue_server.domain.decide import decide
from queue_server.domain.estimate import estimate, people_ahead, promise, promise_left
from queue_server.domain.state import HallState
from queue_server.estimates.history import History
from queue_server.estimates.learn import learn
from queue_server.presentation import Presentation
from queue_server.simulation.forecast import outlook
from queue_server.simulation.snapshot import snapshot
from queue_server.views.hall import hall_view
from tests.bench.wait.spec import ClassSpec, HallSpec, ServiceSpec, WindowSpec
from tests.bench.wait.truth import Day, opened_hall, working_days

WAITING, WINDOWS = 200, 20
ISSUE_MS_AT_MOST, BOARD_MS_AT_MOST = 5.0, 100.0
ROUNDS = 200
_SERVICES = "ABCDE"


def measured(seed: int) -> dict[str, Any]:
    state, history, now_ms = _hall(seed)
    model = learn(history, state.known_rules, now_ms)
    made = _Times()
    start = snapshot(state, now_ms)
    for number in range(5):
        state.outlook = made.of(functools.partial(outlook, start, model, number))
    return _figures(state, now_ms, made)


def _figures(state: HallState, now_ms: int, made: _Times) -> dict[str, Any]:
    luck = random.Random(1)
    estimated, formula, issued, board, looked = (_Times() for _ in range(5))
    for _ in range(ROUNDS):
        service = luck.choice(_SERVICES)
        ahead = state.line.count_free(service)
        estimated.of(functools.partial(promise, state, service, "ordinary", ahead, now_ms))
        formula.of(functools.partial(estimate, state, service, ahead))
        command = c.IssueTicket("new", service)
        issued.of(functools.partial(decide, command, state, now_ms))
    for _ in range(ROUNDS // 10):
        board.of(functools.partial(_board, state, now_ms))
        looked.of(functools.partial(_looked, state, now_ms))
    worst_issue, worst_board = max(issued.p99, estimated.p99), board.p99
    return {
        "waiting": len(state.line),
        "windows": len(state.windows),
        "limits_ms": {"issue": ISSUE_MS_AT_MOST, "board": BOARD_MS_AT_MOST},
        "met": {"issue": worst_issue <= ISSUE_MS_AT_MOST, "board": worst_board <= BOARD_MS_AT_MOST},
        "of_limit": {
            "issue": round(worst_issue / ISSUE_MS_AT_MOST, 4),
            "board": round(worst_board / BOARD_MS_AT_MOST, 4),
        },
        "estimate_ms": estimated.figures,
        "first_day_formula_ms": formula.figures,
        "issue_ms": issued.figures,
        "board_ms": board.figures,
        "looked_ms": looked.figures,
        "made_beside_ms": made.figures,
    }


def _looked(state: HallState, now_ms: int) -> bytes:
    return pickle.dumps(snapshot(state, now_ms), pickle.HIGHEST_PROTOCOL)


def _board(state: HallState, now_ms: int) -> bytes:
    """The hall with a wait for every service, and the wait of everybody in line."""
    body = orjson.dumps(hall_view(state, Presentation("bench", "bench", ()), now_ms))
    for ticket in state.line.tickets():
        ahead = people_ahead(state, ticket, now_ms)
        promise_left(state, state.tickets[ticket], ahead, now_ms)
    return body


class _Times:
    """Processor milliseconds of what is called."""

    def __init__(self) -> None:
        self._ms: list[float] = []

    def of(self, does: Callable[[], Any]) -> Any:
        began = time.thread_time()
        found = does()
        self._ms.append((time.thread_time() - began) * 1000)
        return found

    @property
    def p99(self) -> float:
        return sorted(self._ms)[int(0.99 * (len(self._ms) - 1))]

    @property
    def figures(self) -> dict[str, float]:
        ordered = sorted(self._ms)
        return {"p50": round(ordered[len(ordered) // 2], 3), "p99": round(self.p99, 3)}


def _hall(seed: int) -> tuple[HallState, History, int]:
    """After two days of the same kind, at the instant at which so many wait."""
    history = History()
    state = opened_hall(_spec(), history.take)
    *past, today = working_days(3)
    for number, day in enumerate(past):
        Day(_quiet(), state, day, seed * 100 + number, history.take).play()
    reached: list[int] = []

    def look(now: HallState, now_ms: int) -> None:
        if len(now.line) >= WAITING:
            reached.append(now_ms)
            raise _Enough

    playing = Day(_spec(), state, today, seed * 100 + 50, history.take, look)
    try:
        playing.play()
    except _Enough:
        return state, history, reached[0]
    raise RuntimeError(f"never so many as {WAITING} waited")


class _Enough(Exception):
    """So many wait as are wanted."""


def _spec() -> HallSpec:
    return HallSpec(
        name="cost",
        services=tuple(ServiceSpec(s, 0.2, 9 + n, 10) for n, s in enumerate(_SERVICES)),
        windows=tuple(
            WindowSpec(str(n + 1), (_SERVICES[n % 5], f"{_SERVICES[(n + 1) % 5]}:2"))
            for n in range(WINDOWS)
        ),
        classes=(ClassSpec("ordinary", 0.8), ClassSpec("elderly", 0.2, 2.0)),
        people_a_day=1600,
        arrivals=(3.0, 2.0, 1.0, 0.5, 0.8, 1.2, 0.7, 0.3),
        opens=clock(9),
    )


def _quiet() -> HallSpec:
    return dataclasses.replace(_spec(), people_a_day=700)
