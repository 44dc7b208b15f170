"""The hidden way to the staff menu: a finger held in the upper left corner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock

HOLD_S = 3.0
# The hall's name stands there, and nothing that can be touched.
WIDTH_SHARE, HEIGHT_SHARE = 0.2, 0.08


def in_corner(sx: float, sy: float) -> bool:
    """sx, sy: shares of width and height from the lower left."""
    return sx <= WIDTH_SHARE and sy >= 1 - HEIGHT_SHARE


class CornerHold:
    """Told of one touch's way; `held` is called while the finger still lies there."""

    def __init__(self, held: Callable[[], None], hold_s: float = HOLD_S) -> None:
        self._held, self._hold_s = held, hold_s
        self._waiting: Any = None

    def down(self, touch: Any) -> None:
        self.up()
        if in_corner(touch.sx, touch.sy):
            self._waiting = Clock.schedule_once(lambda _dt: self._held(), self._hold_s)

    def move(self, touch: Any) -> None:
        if not in_corner(touch.sx, touch.sy):
            self.up()

    def up(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
