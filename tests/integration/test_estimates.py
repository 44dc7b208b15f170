"""Estimates beside a running server: they come by themselves, and nothing waits for them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import Client, ServerProcess

WITHIN_S = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("estimates")) as running:
        yield running


@pytest.fixture(scope="module")
def kiosk(server: ServerProcess) -> Client:
    return server.client("kiosk")


@pytest.fixture(scope="module")
def manager(server: ServerProcess) -> Client:
    return server.client("manager")


def _until(found: Callable[[], Any]) -> Any:
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.2)
    raise AssertionError("it did not come about")


def _processes(server: ServerProcess) -> list[int]:
    """The estimating processes among the server's children."""
    found = []
    for task in Path(f"/proc/{server.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if b"queue_server.estimates" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found


def _simulated(kiosk: Client, manager: Client) -> dict[str, Any] | None:
    """A new ticket's event, if its promise came from a simulation."""
    ticket = kiosk.issue("A")
    event = next(x for x in reversed(manager.journal()) if x["data"].get("ticket") == ticket["id"])
    return event if event["data"]["widened_pct"] > 0 else None


def test_promises_soon_come_from_a_simulation(kiosk: Client, manager: Client) -> None:
    for _ in range(8):
        kiosk.issue("A")
    event = _until(lambda: _simulated(kiosk, manager))
    assert 0 <= event["data"]["p50_s"] < event["data"]["p90_s"]


def test_a_waiting_persons_wait_is_their_own(kiosk: Client, manager: Client) -> None:
    first, last = kiosk.issue("B"), None
    for _ in range(6):
        last = kiosk.issue("B")
    assert last is not None
    _until(lambda: _simulated(kiosk, manager))
    time.sleep(1)
    waits = [
        kiosk.get(f"/api/v1/halls/demo/tickets/{t['id']}")[1]["ticket"]["wait"]["p50_s"]
        for t in (first, last)
    ]
    assert waits[0] < waits[1]


def test_a_lost_process_stops_nobody_and_another_takes_over(
    server: ServerProcess, kiosk: Client, manager: Client
) -> None:
    _until(lambda: _simulated(kiosk, manager))
    lost = _processes(server)
    assert len(lost) == 1
    os.kill(lost[0], signal.SIGKILL)
    for _ in range(3):
        kiosk.issue("A")
    _until(lambda: [p for p in _processes(server) if p not in lost])
    _until(lambda: _simulated(kiosk, manager))


def test_nothing_is_left_behind_when_the_server_ends(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        kiosk = server.client("kiosk")
        kiosk.issue("A")
        (process,) = _until(lambda: _processes(server))
        server.kill()
        _until(lambda: _is_gone(process))


def _is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True
