"""Which touches count: a finger means what stood on the glass when it went down, and a double press
is one. Knows no flow; what is shown is any value that changes with it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from typing import Any

# A hand that trembles, or is used to a mouse, presses again so soon after it has lifted.
DOUBLE_S = 0.25
# Where another screen has come meanwhile: a slow double press must choose nothing on it.
THROUGH_S = 0.7
NEAR_SHARE = 0.05  # of the longer side of the glass
AGAIN = "again"  # in `touch.ud`: the second half of a double press
_LAID_ON, _SCREEN = "laid_on", "screen"
_WAITED_S = 2.0


class SteadyTouch:
    """`shows`, `seen`: what is drawn; `down`, `up`: what of each touch counts. wall_s: the clock
    that touches are stamped with."""

    def __init__(self, wall_s: Callable[[], float] = time.time) -> None:
        self._wall_s = wall_s
        self._picture: Hashable = None
        self._overlay: Hashable = None
        self._seen = True
        self._screen: Hashable = None
        self._lifted_from: Hashable = None
        self._lifted: tuple[float, float, float] = (-math.inf, 0.0, 0.0)
        self.changes = 0  # how many pictures there have been

    def shows(self, picture: Hashable, overlay: Hashable = None, screen: Hashable = None) -> bool:
        """What is drawn next; True when nobody has seen it yet. overlay: what may go away under a
        finger without taking away what the finger means. screen: where one is, however it looks.
        """
        self._screen = screen
        if (picture, overlay) != (self._picture, self._overlay):
            self._picture, self._overlay = picture, overlay
            self._seen = False
            self.changes += 1
        return not self._seen

    def seen(self, change: int) -> None:
        """The picture of that number stands on the glass, and all touches from before that have
        been dealt with."""
        self._seen = self._seen or change == self.changes

    @property
    def is_seen(self) -> bool:
        return self._seen

    def down(self, touch: Any, glass_px: float) -> bool:
        """Whether it can mean anything: what has not been drawn yet nobody means. glass_px: the
        longer side."""
        if not self._seen:
            return False
        touch.ud[_LAID_ON], touch.ud[_SCREEN] = self._picture, self._screen
        lifted_s, x, y = self._lifted
        # A touch that waited for its picture may be older than the lift before it.
        within_s = DOUBLE_S if self._lifted_from == self._screen else THROUGH_S
        soon = -_WAITED_S < touch.time_start - lifted_s < within_s
        if soon and math.dist((x, y), touch.pos) < NEAR_SHARE * glass_px:
            touch.ud[AGAIN] = True
        return True

    def up(self, touch: Any) -> bool:
        """Whether the finger lifts from the picture that it was laid on. Only a press that counted
        makes the next one its second half: who goes on pressing is heard again."""
        if _LAID_ON in touch.ud and AGAIN not in touch.ud:
            self._lifted_from = touch.ud[_SCREEN]
            self._lifted = (self._wall_s(), touch.x, touch.y)
        return bool(touch.ud.get(_LAID_ON, self) == self._picture)
