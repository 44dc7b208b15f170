"""The server's clock: UTC milliseconds that never run backwards while the process lives."""

from __future__ import annotations

import time
from typing import Protocol

SLEW_S = 2.0


class Clock(Protocol):
    def now_ms(self) -> int:
        """The present instant, UTC milliseconds."""


class SystemClock:
    """Follows the wall clock forwards, and the monotonic clock when the wall clock steps back."""

    def __init__(self) -> None:
        self._wall_s = time.time()
        self._mono_s = time.monotonic()
        self._last_ms = 0

    def now_ms(self) -> int:
        expected_s = self._wall_s + time.monotonic() - self._mono_s
        wall_s = time.time()
        if wall_s < expected_s - SLEW_S:
            wall_s = expected_s
        else:
            self._wall_s, self._mono_s = wall_s, time.monotonic()
        self._last_ms = max(self._last_ms, int(wall_s * 1000))
        return self._last_ms
