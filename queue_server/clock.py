"""A hall's clock: UTC milliseconds that never run backwards, nor stand still."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import structlog

log = structlog.get_logger()

SLEW_S = 2.0
JUMP_S = 60.0


class Clock(Protocol):
    def now_ms(self) -> int:
        """The present instant, UTC milliseconds."""

    def reach(self, at_ms: int) -> float:
        """The journal holds something of that instant: it is at least so late. How many seconds it
        was ahead of this clock, 0.0 when it was not."""

    def off_s(self) -> float:
        """How far the time told is ahead of the machine's, or the machine's of the database's, in
        seconds; 0.0 while nobody need know."""


class SystemClock:
    """Follows the wall clock forwards. When the wall clock steps back, or is behind what the
    journal holds already, it goes on with the monotonic clock until the wall clock is there too.

    at_most_s: what need not be told; machine_off_s: how far the machine's own clock is off, where
    there is another one to compare it with.
    """

    def __init__(
        self, at_most_s: float = SLEW_S, machine_off_s: Callable[[], float] = lambda: 0.0
    ) -> None:
        self._wall_s = time.time()
        self._mono_s = time.monotonic()
        self._last_ms = 0
        self._at_most_s, self._machine_off_s = at_most_s, machine_off_s

    def now_ms(self) -> int:
        expected_s = self._wall_s + time.monotonic() - self._mono_s
        wall_s = time.time()
        if wall_s > expected_s + JUMP_S:
            # it is believed, since a machine that slept jumps too; a day ahead closes the day
            log.warning("clock_jumped", ahead_s=round(wall_s - expected_s))
        if wall_s < expected_s - SLEW_S:
            wall_s = expected_s
        else:
            self._wall_s, self._mono_s = wall_s, time.monotonic()
        self._last_ms = max(self._last_ms, int(wall_s * 1000))
        return self._last_ms

    def reach(self, at_ms: int) -> float:
        behind_ms = at_ms - self.now_ms()
        if behind_ms <= 0:
            return 0.0
        self._wall_s, self._mono_s, self._last_ms = at_ms / 1000, time.monotonic(), at_ms
        return behind_ms / 1000

    def off_s(self) -> float:
        ahead_s = self.now_ms() / 1000 - time.time()
        off_s = max(ahead_s, self._machine_off_s(), key=abs)
        return off_s if abs(off_s) > self._at_most_s else 0.0
