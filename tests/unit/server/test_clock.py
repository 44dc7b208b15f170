"""The server's clock never runs backwards."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from queue_server.clock import SystemClock


def test_follows_the_wall_clock() -> None:
    assert abs(SystemClock().now_ms() - time.time() * 1000) < 50


def test_goes_on_when_the_wall_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time
    clock = SystemClock()
    before = clock.now_ms()
    monkeypatch.setattr(time, "time", lambda: real() - 3600)
    readings = [clock.now_ms() for _ in range(5)]
    assert readings == sorted(readings)
    assert 0 <= readings[0] - before < 1000


def test_takes_a_step_forward(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = SimpleNamespace(wall_s=1_000_000.0, mono_s=50.0)
    hands = SimpleNamespace(time=lambda: machine.wall_s, monotonic=lambda: machine.mono_s)
    monkeypatch.setattr("queue_server.clock.time", hands)
    clock = SystemClock()
    before = clock.now_ms()
    machine.wall_s += 3600
    with capture_logs() as told:
        assert clock.now_ms() - before == 3_600_000
        clock.now_ms()
    assert [line["ahead_s"] for line in told if line["event"] == "clock_jumped"] == [3600]


def test_goes_on_from_what_the_journal_holds() -> None:
    clock = SystemClock(at_most_s=5.0)
    assert clock.reach(clock.now_ms() - 1000) == 0.0
    assert clock.off_s() == 0.0
    assert 3599 < clock.reach(clock.now_ms() + 3_600_000) <= 3600
    first = clock.now_ms()
    time.sleep(0.01)
    assert first + 10 <= clock.now_ms() < first + 5000
    assert 3595 < clock.off_s() < 3605


def test_tells_when_the_machine_itself_is_off() -> None:
    assert SystemClock(5.0, lambda: -6.0).off_s() == -6.0
    assert SystemClock(5.0, lambda: -4.0).off_s() == 0.0
