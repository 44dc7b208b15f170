"""Many people's journeys through one window: real flow, real screens, real fingers, one real frame
for each screen; time limits run out by the flow's own clock, so nothing is waited for.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import date

from kiosk.flow import events as ev
from kiosk.flow.facts import PersonFacts
from kiosk.flow.states import Place
from kiosk.runtime import Runtime
from kiosk.samples import sample_states
from tests.bench.kiosk.figures import Frames, Numbers, growth, ms
from tests.bench.kiosk.hands import InstantHands
from tests.bench.kiosk.memory import memory
from tests.bench.kiosk.window import KioskWindow

Step = tuple[str | Callable[["Visitors"], ev.Event], Place]

_PRINTED: tuple[Step, ...] = (
    (lambda v: v.answer(), Place.ISSUING),
    (lambda v: v.answer(), Place.PRINTING),
    (lambda v: v.answer(), Place.TICKET),
    ("done", Place.HOME),
)
_FRAMES_AT_MOST = 20  # of one visit
# One kind of visit after the other, for ever.
VISITS: dict[str, tuple[Step, ...]] = {
    "number": (
        ("number", Place.SERVICES),
        ("service-D", Place.CHECKING),
        *_PRINTED,
    ),
    "card": (
        (lambda v: ev.CardLaid(), Place.READING),
        (lambda v: ev.CardKnown(v.person()), Place.GREETING),
        ("service-G", Place.CHECKING),
        (lambda v: ev.CardLifted(), Place.CHECKING),
        *_PRINTED,
    ),
    "search": (
        ("number", Place.SERVICES),
        ("search", Place.MATTERS),
        *((f"key-{letter}", Place.MATTERS) for letter in "yl"),
        ("back", Place.SERVICES),
        ("home", Place.HOME),
    ),
    "my ticket": (
        ("mine", Place.MINE),
        *((f"key-{sign}", Place.MINE) for sign in "D023"),
        ("find", Place.LOOKING),
        (lambda v: v.answer(), Place.FOUND),
        ("done", Place.HOME),
    ),
    "other words": (
        ("language", Place.HOME),
        ("view-elder", Place.HOME),
        ("notices", Place.NOTICES),
        (lambda v: v.later(120.0), Place.HOME),
    ),
    "walks away": (
        ("number", Place.SERVICES),
        ("service-A", Place.CHECKING),
        *_PRINTED[:-1],
        (lambda v: v.later(120.0), Place.HOME),
    ),
}


class Visitors:
    """The window, and who stands before it."""

    def __init__(self, size_px: tuple[int, int], journeys: int = 10) -> None:
        """journeys: how many will be made at most."""
        state = sample_states()["home"]
        self.runtime = Runtime(state, self._wake)
        self.window: KioskWindow | None = None
        self._instant = InstantHands()
        self._now_s, self._count = state.now_s, 0
        self.window = KioskWindow(self.runtime, size_px)
        self.runtime.give_hands(self._instant.hands(self.window.texts))
        self.frames = Frames(journeys * _FRAMES_AT_MOST)

    def _wake(self) -> None:
        if self.window is not None:
            self.window.woken()

    def person(self) -> PersonFacts:
        """Somebody invented whom the kiosk has not seen; of an age without priority."""
        self._count += 1
        signs = "".join(chr(0x4E00 + self._count * step % 20_000) for step in (7, 131))
        return PersonFacts("", "王" + signs, date(1990, 1, 1))

    def later(self, seconds: float) -> ev.Event:
        self._now_s += seconds
        return ev.Tick(self._now_s)

    def answer(self) -> ev.Event:
        return self._instant.next()

    def journey(self, steps: tuple[Step, ...]) -> float:
        """One visit, and the pause after it: seconds that the kiosk's tidying took in it."""
        assert self.window is not None
        for what, leads_to in steps:
            self.runtime.post(self.later(1.0))
            if isinstance(what, str):
                touch = self.window.touch(what, leads_to)
                self.frames.add(touch.pressed)
                self.frames.add(touch.shown)
            else:
                self.frames.add(self.window.happens(what(self), leads_to))
        return self.window.rest()


def measure(journeys: int, size_px: tuple[int, int]) -> dict[str, object]:
    """SIGTERM breaks it off; then the report is of the journeys made. Raises ValueError if memory
    was looked at too seldom by then."""
    visitors, kinds = Visitors(size_px, journeys), list(VISITS.values())
    usual, broken_off = visitors.runtime.state.manner, _broken_off()
    # Every point after whole rounds of all kinds, so that they can be compared.
    tenth = max(journeys // 10 // len(kinds), 1) * len(kinds)
    taken_s, tidied_s = Numbers(journeys), Numbers(journeys)
    points = [{"journeys": 0, **memory()}]
    began_s = time.perf_counter()
    for number in range(1, journeys + 1):
        start = time.perf_counter()
        tidied_s.append(visitors.journey(kinds[number % len(kinds)]))
        taken_s.append(time.perf_counter() - start)
        if visitors.runtime.state.manner != usual:
            raise AssertionError("the next person finds the last one's view")
        if number % tenth == 0:
            points.append({"journeys": number, **memory()})
            print(f"… {points[-1]} after {start - began_s:.0f} s", file=sys.stderr, flush=True)
        if broken_off:
            break
    return {
        "journeys": number,
        "kinds": list(VISITS),
        "size": "{}x{}".format(*size_px),
        "processor_s": round(time.process_time(), 1),
        "journey_ms": ms(taken_s.all()),
        "tidying_in_the_pause_ms": ms(tidied_s.all()),
        "frame": visitors.frames.report(),
        "memory": points,
        **growth([p["journeys"] for p in points], [p["rss_kib"] for p in points]),
        "in_use": growth([p["journeys"] for p in points], [p["in_use_kib"] for p in points]),
        "load_average": round(os.getloadavg()[0], 1),
    }


def _broken_off() -> list[int]:
    """Grows when SIGTERM comes."""
    came: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: came.append(number))
    return came
