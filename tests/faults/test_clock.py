"""The machine's clock steps back an hour while the hall is open, and stays back over a restart."""

from __future__ import annotations

from pathlib import Path

from tests.stateful.referee import Referee
from tests.support.crash import records_of
from tests.support.server import ServerProcess

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
        numbers.append(admin.issue("A")["number"])
        _, called = admin.at("7", "call-next")
        assert called["ticket"]["number"] == "A002"
        assert called["why"]["figures"]["waited_s"] < HOUR_S
        ahead = admin.get(f"/api/v1/halls/demo/tickets/{called['ticket']['id']}")
        assert ahead[0] == 200
        shift.write_text("0")
        numbers.append(admin.issue("A")["number"])
        events = admin.journal()
    assert numbers == ["A001", "A002", "A003", "A004"]
    Referee().watch(records_of(events))
    times = [event["at"] for event in events]
    assert times == sorted(times)
