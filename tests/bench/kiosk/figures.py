"""Percentiles, shares and the straight line through memory. Pure."""

from __future__ import annotations

import statistics
from array import array
from collections.abc import Sequence

from tests.bench.kiosk.window import Frame

FLAT_KIB = 200.0  # growth per 1,000 journeys that a kiosk survives for years: 20 MiB in 100,000


def ms(times_s: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times_s, n=100, method="inclusive")
    return {f"p{n}": round(cuts[n - 1] * 1000, 1) for n in (50, 95, 99)}


class Numbers:
    """Numbers as they come, in memory that is all there before the first: a bench that looks for
    growth must not grow. It grew by 175 bytes a journey while these were lists that grow."""

    def __init__(self, room: int) -> None:
        self._kept, self._count = array("d", [1.0]) * room, 0

    def append(self, number: float) -> None:
        """Raises IndexError when there is no room left."""
        self._kept[self._count] = number
        self._count += 1

    def all(self) -> Sequence[float]:
        return self._kept[: self._count]


class Frames:
    """Many frames' times. room: how many there will be at most."""

    def __init__(self, room: int = 1000) -> None:
        self._ours_s, self._renderer_s = Numbers(room), Numbers(room)

    def add(self, frame: Frame) -> None:
        self._ours_s.append(frame.ours_s)
        self._renderer_s.append(frame.renderer_s)

    def report(self) -> dict[str, object]:
        """ours_share: of the sum of all."""
        ours_s, renderer_s = self._ours_s.all(), self._renderer_s.all()
        whole_s = [a + b for a, b in zip(ours_s, renderer_s, strict=True)]
        return {
            "ms": ms(whole_s),
            "ours_ms": ms(ours_s),
            "renderer_ms": ms(renderer_s),
            "ours_share": round(sum(ours_s) / sum(whole_s), 3),
        }


def growth(journeys: Sequence[int], memory_kib: Sequence[float]) -> dict[str, object]:
    """The line through the later half of the points, when caches are full. flat: true when growth
    lies surely (two standard errors) below FLAT_KIB, false when surely above, else null. Raises
    ValueError for fewer than four points."""
    if len(journeys) < 4:
        raise ValueError(f"{len(journeys)} points are no line")
    half = len(journeys) // 2
    x, y = [n / 1000 for n in journeys[half:]], list(memory_kib[half:])
    slope, start = statistics.linear_regression(x, y)
    left = sum((b - slope * a - start) ** 2 for a, b in zip(x, y, strict=True))
    spread = sum((a - statistics.fmean(x)) ** 2 for a in x)
    error = (left / max(len(x) - 2, 1) / spread) ** 0.5
    low, high = slope - 2 * error, slope + 2 * error
    return {
        "kib_per_1000_journeys": round(slope, 1),
        "standard_error": round(error, 1),
        "flat_is_below": FLAT_KIB,
        "flat": True if high < FLAT_KIB else False if low > FLAT_KIB else None,
    }
