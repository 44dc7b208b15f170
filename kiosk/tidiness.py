"""When Python looks for what is no longer used: while nobody touches the kiosk.

Looking through everything took most of our own time between a touch and its screen, up to a second
at once (`./hall bench kiosk`). So what a start made is left out for good, full looks are rare by
themselves, and one is made in a pause at home, where it disturbs nobody.
"""

from __future__ import annotations

import ctypes
import gc

from kiosk.flow.states import Place

# Young objects are looked at as often as ever; all of them a hundred times less often.
THRESHOLDS = (50_000, 20, 100)
REST_S = 2.0  # so long nobody has touched anything
_AT_REST = frozenset({Place.HOME, Place.ATTRACT})


class Tidiness:
    """Of one process, from the moment when it has begun."""

    def __init__(self) -> None:
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        self._touched_s, self._due = 0.0, False

    def touched(self, now_s: float) -> None:
        """now_s: monotonic."""
        self._touched_s, self._due = now_s, True

    def look(self, place: Place, now_s: float) -> bool:
        """Whether it was a pause after a visit, which it used."""
        if not self._due or place not in _AT_REST or now_s - self._touched_s < REST_S:
            return False
        self._due = False
        for _ in range(2):  # what widgets held is found only when they are gone
            gc.collect()
        _give_back()
        return True


def _give_back() -> None:
    """Free memory to the system, where its C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
