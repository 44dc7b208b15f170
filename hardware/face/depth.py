"""Whether a head that moved showed depth: its landmarks against those straight ahead. Pure.

One frame's landmarks slip by as much as a small turn's depth. What slips differs from frame to
frame and the depth does not, so the furthest frames to one side are averaged before they are
compared: flat pictures came down from 0.051 to 0.028, heads stayed where they were (decision 0043).
"""

from __future__ import annotations

from enum import Enum, auto

import numpy as np

from hardware.face.actions import NODDED, TURNED
from hardware.face.cues import Cue, CueLimits, CueName, Verdict
from hardware.face.geometry import Points, aligned, relief

_FURTHEST = 7  # frames of one side that are averaged
_LEAST = 2  # a single one decides nothing


class _Side(Enum):
    LEFT = auto()
    RIGHT = auto()
    DOWN = auto()


class Depth:
    """Feed it every frame after `begin`."""

    def __init__(self) -> None:
        self._straight: Points | None = None
        self._sides: dict[_Side, list[tuple[float, Points]]] = {side: [] for side in _Side}

    def begin(self, straight: Points) -> None:
        """straight: how this person's landmarks lie when looking straight ahead."""
        self._straight = straight

    def note(self, points: Points, turned: float, lowered: float) -> None:
        """turned, lowered: from straight ahead, in the units of `Measures.yaw` and `.pitch`; to the
        person's own left and down are positive."""
        if self._straight is None:
            return
        if abs(turned) >= TURNED:
            self._add(_Side.LEFT if turned > 0 else _Side.RIGHT, abs(turned), points)
        elif lowered >= NODDED:
            self._add(_Side.DOWN, lowered, points)

    def _add(self, to: _Side, far: float, points: Points) -> None:
        side = self._sides[to]
        side.append((far, aligned(points)))
        side.sort(key=lambda seen: -seen[0])
        del side[_FURTHEST:]

    def value(self) -> float | None:
        """Of the side that shows more, as `geometry.relief`; None: never moved far enough."""
        straight = self._straight
        sides = [side for side in self._sides.values() if len(side) >= _LEAST]
        if straight is None or not sides:
            return None
        means = (np.mean(np.stack([points for _, points in side]), axis=0) for side in sides)
        return max(relief(straight, mean) for mean in means)

    def shown(self, limits: CueLimits) -> bool:
        return self.judge(limits).verdict is Verdict.GOOD

    def judge(self, limits: CueLimits) -> Cue:
        value = self.value()
        if value is None:
            return Cue(CueName.RELIEF, Verdict.UNCLEAR, None, limits.relief, "no_turn")
        verdict = Verdict.UNCLEAR if value >= limits.relief_unclear else Verdict.BAD
        if value >= limits.relief:
            verdict = Verdict.GOOD
        return Cue(CueName.RELIEF, verdict, value, limits.relief)
