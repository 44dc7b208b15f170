"""How far a long measurement has come, on standard error: a line every few seconds."""

from __future__ import annotations

import sys
import time

_EVERY_S = 5.0


class Progress:
    def __init__(self, what: str, whole: int) -> None:
        self._what, self._whole, self._done = what, whole, 0
        self._began_s = self._told_s = time.monotonic()

    def one_more(self) -> None:
        self._done += 1
        now_s = time.monotonic()
        if now_s - self._told_s >= _EVERY_S or self._done == self._whole:
            self._told_s = now_s
            self._tell((now_s - self._began_s) / self._done * (self._whole - self._done))

    def doing(self, what: str) -> None:
        """One of the whole takes minutes: says which of its parts is at work."""
        now_s = time.monotonic()
        if now_s - self._told_s >= _EVERY_S:
            self._told_s = now_s
            words = f"{self._what}: {self._done} of {self._whole}, at work: {what}"
            print(words, file=sys.stderr, flush=True)

    def _tell(self, left_s: float) -> None:
        left = f"{left_s / 60:.0f} min" if left_s >= 90 else f"{left_s:.0f} s"
        words = f"{self._what}: {self._done} of {self._whole}, about {left} left"
        print(words, file=sys.stderr, flush=True)
