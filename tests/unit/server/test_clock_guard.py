"""A machine's clock against the database's: what counts as off, and what is said about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import structlog

from queue_server.clock_guard import ClockGuard, ClockOff, off_by_s
from queue_server.trouble import CannotStart


@pytest.mark.parametrize(
    ("sent_s", "theirs_s", "received_s", "off_s"),
    [
        (100.0, 100.1, 100.2, 0.0),  # between question and answer
        (100.0, 107.0, 108.0, 0.0),  # a slow network is no wrong clock
        (100.0, 93.0, 100.5, 7.0),  # we are ahead
        (100.0, 110.0, 100.5, -9.5),  # we are behind
    ],
)
def test_the_way_is_never_held_against_a_clock(
    sent_s: float, theirs_s: float, received_s: float, off_s: float
) -> None:
    assert off_by_s(sent_s, theirs_s, received_s) == pytest.approx(off_s)


def _guard(theirs_s: list[float]) -> ClockGuard:
    told: Iterator[float] = iter(theirs_s)

    async def ask() -> float:
        return next(told)

    return ClockGuard(ask, 5.0, lambda: 1000.0)


def test_a_clock_that_is_off_is_refused_in_both_languages() -> None:
    with pytest.raises(ClockOff) as refused:
        asyncio.run(_guard([992.0] * 3).refuse())
    assert refused.value.off_s == pytest.approx(8.0, abs=0.01)
    words = str(CannotStart(refused.value))
    assert "+8.0 s" in words
    assert "时钟" in words
    assert "clock" in words


def test_a_clock_within_the_limit_is_not() -> None:
    guard = _guard([996.0] * 3)
    asyncio.run(guard.refuse())
    assert guard.off_s == pytest.approx(4.0, abs=0.01)


def test_a_running_server_alarms_until_it_is_right_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queue_server.clock_guard.log", structlog.get_logger())
    guard = _guard([1000.0] * 3 + [900.0] * 6 + [1000.0] * 6)

    async def minutes() -> None:
        for _ in range(5):
            await guard.look()

    with structlog.testing.capture_logs() as logs:
        asyncio.run(minutes())
    assert [entry["event"] for entry in logs] == ["clock_off", "clock_off", "clock_right_again"]
