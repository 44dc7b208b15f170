"""What drivers count goes along with each report, and quick recoveries alarm nobody."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hardware import ports
from hardware.errors import CardNotReadable, DeviceMissing
from hardware.health import HealthLog
from kiosk.devices import ReaderWorker, figures_of
from kiosk.gateway.client import QueueClient
from kiosk.gateway.health import DeviceKind, Health, HealthReporter
from kiosk.settings import ServerSettings

_spec = importlib.util.spec_from_file_location(
    "hall_server_for_figures", Path(__file__).with_name("hall_server.py")
)
assert _spec is not None
assert _spec.loader is not None
hall_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hall_server)

OK = Health(DeviceKind.PRINTER, "ok")
OPEN = Health(DeviceKind.PRINTER, "cover_open")


@pytest.fixture
def server() -> Iterator[Any]:
    made = hall_server.HallServer()
    yield made
    made.close()


def reporter(url: str, settle_s: float) -> HealthReporter:
    settings = ServerSettings(url=url, hall="demo", kiosk_id="k", token=hall_server.TOKEN)
    made = HealthReporter(QueueClient(settings), settings, 60.0, settle_s)
    made.start()
    return made


def wait_for(server: Any, count: int) -> None:
    until = time.monotonic() + 5
    while len(server.health) < count:
        assert time.monotonic() < until, server.health
        time.sleep(0.02)


def test_figures_go_along_and_are_no_news_by_themselves(server: Any) -> None:
    telling = reporter(server.url, 0.0)
    telling.tell(Health(DeviceKind.PRINTER, "ok", "", {"tickets_left": 180}))
    wait_for(server, 1)
    assert server.health[0][1]["figures"] == {"tickets_left": 180}
    telling.tell(Health(DeviceKind.PRINTER, "ok", "", {"tickets_left": 170}))
    telling.tell(Health(DeviceKind.PRINTER, "near_end", "", {"tickets_left": 30}))
    wait_for(server, 2)
    assert server.health[1][1]["figures"] == {"tickets_left": 30}
    telling.stop()


def test_a_cover_opened_and_shut_is_never_told(server: Any) -> None:
    telling = reporter(server.url, 1.5)
    telling.tell(OK)
    wait_for(server, 1)
    telling.tell(OPEN)
    time.sleep(0.1)
    telling.tell(OK)
    time.sleep(2.0)
    assert {report["state"] for _, report in server.health} == {"ok"}
    before = len(server.health)
    telling.tell(OPEN)
    wait_for(server, before + 1)
    assert server.health[-1][1]["state"] == "cover_open"
    telling.stop()


def test_the_reader_counts_cards_and_troubles() -> None:
    told: list[Health] = []
    worker = ReaderWorker(object(), lambda event: None, told.append)  # type: ignore[arg-type]
    for event in (
        ports.ReaderBack(),
        ports.CardUnreadable(CardNotReadable("lift it")),
        ports.CardRemoved(),
        ports.ReaderAway(DeviceMissing("unplugged")),
    ):
        worker._take(event)
    assert [health.figures["errors"] for health in told] == [0, 1, 1, 2]
    assert told[-1].figures["last_error"] == "device_missing"
    assert [health.state for health in told] == ["ok", "ok", "ok", "offline"]


def test_only_a_driver_that_counts_has_figures() -> None:
    class Counting:
        def health(self) -> Any:
            log = HealthLog()
            log.succeeded()
            return log.snapshot(7)

    assert figures_of(Counting())["tickets_left"] == 7
    assert figures_of(object()) == {}
