"""Durable numbers and calls per second over HTTP, beside what the same server answers at all.

no-op: GET /health/live of the same server, in turns with the others. issue: numbers of the
demonstration hall, nine windows. call: each client has a window of its own and takes turns between
`call-next`, with many people waiting, and `miss`, which frees the window again; both are on disk
before they are answered. loop: one commit per request, plain SQLite without HTTP.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

from tests.bench import load, slow_flush
from tests.bench.dispatch.halls import wide_hall
from tests.bench.load import Load, Request
from tests.support.server import ROOT, ServerProcess

HALL = "/api/v1/halls/demo"
CLIENTS = (1, 8, 32, 128)
SERVICES = "ABCDFG"  # the demonstration hall counts what E gives
RATIO_WANTED = 0.55
TURN_S = 0.5
NO_OP = load.get("/health/live")


def measure(options: argparse.Namespace) -> dict[str, object]:
    random.seed(1)
    with tempfile.TemporaryDirectory(dir=ROOT / ".hall") as name:
        folder = Path(name)
        issued = [_issues(folder / f"issue{n}", n, options.seconds) for n in CLIENTS]
        called = [_calls(folder / f"call{n}", n, options.seconds) for n in CLIENTS]
        loop = slow_flush.measured("commits_per_s", folder, {})
    at_32 = CLIENTS.index(32)
    return {
        "one_commit_per_request_per_s": round(loop, 1),
        "issue": [_row(*pair) for pair in issued],
        "call": [_row(*pair) for pair in called],
        "ratios_at_32_clients": {
            "issue_to_no_op": _ratio(*issued[at_32]),
            "call_to_no_op": _ratio(*called[at_32]),
            "wanted": RATIO_WANTED,
        },
    }


def _row(no_op: Load, work: Load) -> dict[str, object]:
    return {
        **work.figures(),
        "no_op_per_s": round(no_op.requests_per_s, 1),
        "ratio_to_no_op": _ratio(no_op, work),
    }


def _ratio(no_op: Load, work: Load) -> float:
    return round(work.requests_per_s / no_op.requests_per_s, 3)


def _issues(folder: Path, clients: int, seconds: float) -> tuple[Load, Load]:
    folder.mkdir()
    with ServerProcess(folder) as server:
        issue = issuing(server.token("kiosk"))
        return _beside_no_op(server, seconds, [issue] * clients)


def _calls(folder: Path, clients: int, seconds: float) -> tuple[Load, Load]:
    """Every other request calls somebody, so half as many people as requests are needed."""
    folder.mkdir()
    config = wide_hall(folder, max(32, clients))
    with ServerProcess(folder, config=config) as server:
        token = server.token("clerk")
        load.run(server.port, 32, 1.5 * seconds, issuing(token))
        return _beside_no_op(server, seconds, [_caller(token, n + 1) for n in range(clients)])


def _beside_no_op(
    server: ServerProcess, seconds: float, requests: list[Request]
) -> tuple[Load, Load]:
    """No-op and work in turns of half a second, so that what else the machine does meets both."""
    idle: list[Request] = [lambda: NO_OP] * len(requests)
    load.run_each(server.port, 0.5, requests)  # warm
    turns = max(2, round(seconds / TURN_S))
    no_op, work = [], []
    for _ in range(turns):
        no_op.append(load.run_each(server.port, TURN_S, idle))
        work.append(load.run_each(server.port, TURN_S, requests))
    together = load.together(work)
    if together.errors:
        statuses = sorted(set(together.refused))
        raise RuntimeError(f"{together.errors} of {together.requests} were refused: {statuses}")
    return load.together(no_op), together


def issuing(token: str) -> Request:
    """Requests for numbers, each a new one."""

    def issue() -> bytes:
        body = {"request_id": str(uuid.uuid4()), "service": random.choice(SERVICES)}
        return load.post(f"{HALL}/tickets", token, json.dumps(body).encode())

    return issue


def _caller(token: str, window: int) -> Callable[[], bytes]:
    """call-next, miss, call-next, miss …"""
    calls = False

    def act() -> bytes:
        nonlocal calls
        calls = not calls
        path = f"{HALL}/windows/{window}/{'call-next' if calls else 'miss'}"
        body = {"request_id": str(uuid.uuid4()), "reason": "bench"}
        return load.post(path, token, json.dumps(body).encode())

    return act
