"""When Python looks for what is no longer used: while nobody touches the kiosk.

Looking through everything took most of our own time between a touch and its screen, up to a second
at once (`./hall bench kiosk`). So what a start made is left out, full looks are rare by themselves,
and one is made in a pause at home, where it disturbs nobody. What is alive then stays alive with
the window, and is left out of the next looks too; once an hour, when nobody is here, nothing is.
In the middle of a visit the screens left behind are looked for while somebody reads the one that
has come: 2 to 45 ms in the usual view, where Python's own look, once in 60 touches, took 0.9 s.
"""

from __future__ import annotations

import ctypes
import gc

from kiosk.flow.states import Place, State

# By itself Python looks only when two large screens (44,000 things each) came and no pause did.
THRESHOLDS = (100_000, 20, 100)
READ_S = 0.6  # so long after a touch somebody reads what came
_SCREENFUL = 5_000  # fewer new things are not worth a look
REST_S = 2.0  # so long nobody has touched anything
WHOLE_EVERY_S = 3600.0
_AT_REST = frozenset({Place.HOME, Place.ATTRACT})


class Tidiness:
    """Of one process, from the moment when it has begun."""

    def __init__(self) -> None:
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        self._touched_s, self._due = 0.0, False
        self._whole_s: float | None = None

    def touched(self, now_s: float) -> None:
        """now_s: monotonic."""
        self._touched_s, self._due = now_s, True

    def rests(self, place: Place, now_s: float) -> bool:
        """Whether nobody is in the middle of anything."""
        return place in _AT_REST and now_s - self._touched_s >= REST_S

    def look(self, state: State, now_s: float) -> bool:
        """Whether it was a pause, which it used: one after a visit, or the hour's."""
        whole = self._hour_is_over(now_s) and state.place is Place.ATTRACT
        if not self.rests(state.place, now_s) or not (self._due or whole):
            return False
        self._due = False
        if whole:
            self._whole_s = now_s
            gc.unfreeze()
        for _ in range(2):  # what widgets held is found only when they are gone
            gc.collect()
        if state.manner == state.usual_manner:
            gc.freeze()
        _give_back()
        return True

    def look_while_reading(self, now_s: float) -> bool:
        """Whether there was something to look for, on a picture that stands on the glass."""
        if now_s - self._touched_s < READ_S or gc.get_count()[0] < _SCREENFUL:
            return False
        gc.collect()
        return True

    def _hour_is_over(self, now_s: float) -> bool:
        """Something may have died that was left out."""
        if self._whole_s is None:
            self._whole_s = now_s
        return now_s - self._whole_s >= WHOLE_EVERY_S


def _give_back() -> None:
    """Free memory to the system, where its C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
