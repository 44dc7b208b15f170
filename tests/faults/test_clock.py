"""The machine's clock steps back an hour while the hall is open, and stays back over a restart."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.stateful.referee import Referee
from tests.support.crash import records_of
from tests.support.server import Client, ServerProcess

HOUR_S = 3600


def test_a_clock_that_steps_back_an_hour(tmp_path: Path) -> None:
    shift = tmp_path / "shift"
    shift.write_text("0")
    server = ServerProcess(tmp_path, clock_shift=shift)
    with server:
        admin = server.client("admin")
        numbers = [admin.issue("A")["number"]]
        shift.write_text(str(-HOUR_S))
        numbers.append(admin.issue("A")["number"])
        assert admin.at("1", "call-next")[1]["ticket"]["number"] == "A001"
    with server:
        assert '"event": "clock_behind_journal"' in server.log.read_text(encoding="utf-8")
        numbers.append(admin.issue("A")["number"])
        _goes_on(admin)
        _, called = admin.at("7", "call-next")
        assert called["ticket"]["number"] == "A002"
        assert called["why"]["figures"]["waited_s"] < HOUR_S
        ahead = admin.get(f"/api/v1/halls/demo/tickets/{called['ticket']['id']}")
        assert ahead[0] == 200
        shift.write_text("0")
        numbers.append(admin.issue("A")["number"])
        assert _hall(admin)["clock_off_s"] == 0
        events = admin.journal()
    assert numbers == ["A001", "A002", "A003", "A004"]
    Referee().watch(records_of(events))
    times = [event["at"] for event in events]
    assert times == sorted(times)


def _hall(client: Client) -> dict[str, Any]:
    status, hall = client.get("/api/v1/halls/demo")
    assert status == 200
    return dict(hall)


def _goes_on(client: Client) -> None:
    """The hall's time does not stand still at the journal's last record, and the manager is told
    by how much it is off."""
    first = _hall(client)
    assert abs(first["clock_off_s"] - HOUR_S) < 60
    metrics = client.get("/metrics")[1].decode()
    (told,) = (line for line in metrics.splitlines() if line.startswith("hall_clock_off_seconds "))
    assert abs(float(told.split()[1]) - HOUR_S) < 60
    end = time.monotonic() + 10
    while _hall(client)["now"] <= first["now"]:
        assert time.monotonic() < end, "the hall's time stands still"
        time.sleep(0.05)
