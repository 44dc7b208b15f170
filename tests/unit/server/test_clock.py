"""The server's clock never runs backwards."""

from __future__ import annotations

import time

import pytest

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
    real = time.time
    clock = SystemClock()
    before = clock.now_ms()
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    assert clock.now_ms() - before >= 3_600_000
