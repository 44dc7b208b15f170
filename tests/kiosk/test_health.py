"""Device reports against a real HTTP server that misbehaves: changes, repeats, and no fuss."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kiosk.gateway.client import QueueClient
from kiosk.gateway.health import DeviceKind, Health, HealthReporter
from kiosk.settings import ServerSettings

_spec = importlib.util.spec_from_file_location(
    "hall_server", Path(__file__).with_name("hall_server.py")
)
assert _spec is not None
assert _spec.loader is not None
hall_server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(hall_server)

OK = Health(DeviceKind.PRINTER, "ok", "ready")
OUT = Health(DeviceKind.PRINTER, "out", "the paper is used up")
READER = Health(DeviceKind.READER, "ok")


@pytest.fixture
def server() -> Iterator[Any]:
    made = hall_server.HallServer()
    yield made
    made.close()


def reporter(url: str, repeat_s: float) -> HealthReporter:
    settings = ServerSettings(
        url=url, hall="demo", kiosk_id="kiosk-1", token=hall_server.TOKEN,
        connect_timeout_s=0.5, answer_timeout_s=0.3, retry_longest_s=0.1,
    )  # fmt: skip
    made = HealthReporter(QueueClient(settings), settings, repeat_s)
    made.start()
    return made


def eventually(true: Callable[[], object], within_s: float = 5.0) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, "did not come true"
        time.sleep(0.02)


def states(server: Any) -> list[str]:
    return [report["state"] for device, report in server.health if device == "kiosk-1-printer"]


def test_each_change_is_told_once_under_the_devices_own_name(server: Any) -> None:
    telling = reporter(server.url, 60.0)
    for health, told in ((OK, 1), (OK, 1), (READER, 2), (OUT, 3), (OUT, 3)):
        telling.tell(health)
        eventually(lambda told=told: len(server.health) >= told)  # type: ignore[misc]
    telling.stop()
    telling.join(timeout=30)
    assert not telling.is_alive()
    assert server.health == [
        ("kiosk-1-printer", {"kind": "ticket_printer", "state": "ok", "detail": "ready"}),
        ("kiosk-1-reader", {"kind": "card_reader", "state": "ok", "detail": ""}),
        (
            "kiosk-1-printer",
            {"kind": "ticket_printer", "state": "out", "detail": "the paper is used up"},
        ),
    ]


def test_what_does_not_change_is_repeated(server: Any) -> None:
    telling = reporter(server.url, 0.1)
    telling.tell(OK)
    telling.tell(READER)
    eventually(lambda: states(server).count("ok") >= 3)
    assert ("kiosk-1-reader") in {device for device, _ in server.health}
    telling.stop()


@pytest.mark.parametrize("fault", ["503", "slow", "garbage", "hangup", "409"])
def test_a_report_that_failed_is_sent_again_and_the_newest_word_wins(
    server: Any, fault: str
) -> None:
    telling = reporter(server.url, 0.3)
    server.health_fault = fault
    telling.tell(OK)
    time.sleep(0.2)
    telling.tell(OUT)
    time.sleep(0.2)
    server.health_fault = ""
    eventually(lambda: "out" in states(server))
    assert telling.is_alive()
    telling.stop()


def test_nobody_there_ends_nothing() -> None:
    telling = reporter("http://127.0.0.1:9", 60.0)
    telling.tell(OK)
    time.sleep(0.3)
    assert telling.is_alive()
    telling.stop()
    telling.join(timeout=3)
    assert not telling.is_alive()
