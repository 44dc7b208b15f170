"""How smoothly the screen goes while something heavy runs beside it: counts drawn frames. Pure.

A frame counts when it was drawn anew; the loop counts each turn, whether it drew or not.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

_WINDOW_S = 1.0


@dataclass
class FrameMeter:
    """`turned` at each turn of the screen's loop, `drawn` at each frame; seconds of one clock."""

    _turns: list[float] = field(default_factory=list)
    _drawn: list[float] = field(default_factory=list)

    def turned(self, at_s: float) -> None:
        self._turns.append(at_s)

    def drawn(self, at_s: float) -> None:
        self._drawn.append(at_s)

    def figures(self) -> dict[str, float]:
        """Empty where nothing was shown for two seconds. lowest_per_s: drawn in any one second."""
        if len(self._turns) < 2 or self._turns[-1] - self._turns[0] < 2 * _WINDOW_S:
            return {}
        length_s = self._turns[-1] - self._turns[0]
        turn_s = max(b - a for a, b in zip(self._turns, self._turns[1:], strict=False))
        return {
            "length_s": round(length_s, 2),
            "drawn_per_s": round(len(self._drawn) / length_s, 1),
            "lowest_drawn_per_s": float(_fewest(self._drawn, self._turns[0], self._turns[-1])),
            "turns_per_s": round(len(self._turns) / length_s, 1),
            "lowest_turns_per_s": float(_fewest(self._turns, self._turns[0], self._turns[-1])),
            "longest_turn_ms": round(1000 * turn_s, 1),
        }


def _fewest(times_s: list[float], begin_s: float, end_s: float) -> int:
    """In any window of a second between begin and end, in steps of a tenth."""
    starts = [begin_s + 0.1 * n for n in range(int((end_s - begin_s - _WINDOW_S) * 10) + 1)]
    return min(bisect_left(times_s, s + _WINDOW_S) - bisect_left(times_s, s) for s in starts)
