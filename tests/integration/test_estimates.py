"""Estimates beside a running server: they come by themselves, and nothing waits for them."""

from __future__ import annotations

import csv
import io
import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.server import Client, ServerProcess

WITHIN_S = 60.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """At ten in the morning: near the day's end every wait would last until then."""
    folder = tmp_path_factory.mktemp("estimates")
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    shift = folder / "shift"
    shift.write_text(str((now.replace(hour=10, minute=0) - now).total_seconds()))
    with ServerProcess(folder, clock_shift=shift, estimates=True) as running:
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

    def waits() -> list[int]:
        paths = (f"/api/v1/halls/demo/tickets/{t['id']}" for t in (first, last))
        return [kiosk.get(path)[1]["ticket"]["wait"]["p50_s"] for path in paths]

    _until(lambda: _simulated(kiosk, manager))
    _until(lambda: waits()[0] < waits()[1])


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


WAITS = "/api/v1/halls/demo/waits"


def test_what_if_answers_now_and_then_and_changes_nothing(manager: Client) -> None:
    before = manager.get("/api/v1/halls/demo")[1]["windows"]
    changes = [{"kind": "close", "window": "1"}, {"kind": "people", "people": 30, "service": "A"}]
    status, found = manager.request("POST", f"{WAITS}/what-if", {"hours": 1, "changes": changes})
    assert status == 200, found
    assert len(found["now"]["all"]) == len(found["then"]["all"]) >= 6  # every ten minutes
    assert set(found["then"]["by_service"]) == set("ABCDEFG")
    assert (
        found["then"]["by_service"]["A"][3]["p50_s"] > found["now"]["by_service"]["A"][3]["p50_s"]
    )
    assert [w["state"] for w in before] == [
        w["state"] for w in manager.get("/api/v1/halls/demo")[1]["windows"]
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "close", "window": "99"}, 404),
        ({"kind": "people", "service": "Z"}, 404),
        ({"kind": "skills", "window": "1"}, 409),
        ({"kind": "skills", "window": "1", "skills": [{"service": "Z"}]}, 404),
        ({"kind": "vanish", "window": "1"}, 422),
        ({"kind": "rest", "window": "1", "minutes": 0}, 422),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    manager: Client, change: dict[str, Any], status: int
) -> None:
    assert manager.request("POST", f"{WAITS}/what-if", {"changes": [change]})[0] == status


def test_the_report_tells_promises_and_the_outlooks_age(kiosk: Client, manager: Client) -> None:
    _until(lambda: _simulated(kiosk, manager))
    status, found = manager.get(WAITS)
    assert status == 200
    assert found["promises"]["aim"] == 0.9
    assert found["outlook"]["about"] is True
    assert found["outlook"]["age_s"] < 180


def test_each_promise_is_stored_with_what_came_of_it(kiosk: Client, manager: Client) -> None:
    """What is listed is what the journal holds, as JSON and as a file."""
    ticket = kiosk.issue("D")
    while manager.at("4", "call-next")[1]["ticket"]["id"] != ticket["id"]:
        for act in ("start", "finish"):
            manager.at("4", act)
    journal = [x for x in manager.journal() if x["data"].get("ticket") == ticket["id"]]
    issued = next(x for x in journal if x["event"] == "ticket_issued")["data"]
    found = manager.get(f"{WAITS}/promises")[1]["promises"]
    (line,) = [x for x in found if x["number"] == ticket["number"]]
    assert (line["p50_s"], line["p90_s"]) == (issued["p50_s"], issued["p90_s"])
    assert line["came"] == "in_time"
    assert 0 <= line["waited_s"] < 60
    assert manager.get(f"{WAITS}/promises?day=2020-01-02")[1]["promises"] == []
    status, raw = manager.get(f"{WAITS}/promises.csv?lang=en")
    assert status == 200
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    (row,) = [x for x in rows if x["Number"] == ticket["number"]]
    assert (row["Told, nine in ten (s)"], row["Result"]) == (str(issued["p90_s"]), "in time")
    assert manager.get(f"{WAITS}/promises.csv?from=2026-01-01&to=2026-03-01")[0] == 422


@pytest.mark.parametrize("path", ["", "/what-if", "/openings"])
def test_waits_are_the_managers_business(server: ServerProcess, kiosk: Client, path: str) -> None:
    method = "POST" if path else "GET"
    assert kiosk.request(method, WAITS + path, {} if path else None)[0] == 403


def test_nothing_is_left_behind_when_the_server_is_killed(
    server: ServerProcess, kiosk: Client
) -> None:
    """The last test of this file: it ends the server that all of them share."""
    kiosk.issue("A")
    (process,) = _until(lambda: _processes(server))
    server.kill()
    _until(lambda: _is_gone(process))


def _is_gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True
