"""From a finger to the next frame, and to the next screen."""

from __future__ import annotations

import os

from kiosk.flow.states import Place
from tests.bench.kiosk.figures import Frames, Numbers, ms
from tests.bench.kiosk.journeys import Visitors

# Round and round; each changes the whole screen.
_ROUND = (
    ("number", Place.SERVICES),
    ("search", Place.MATTERS),
    ("back", Place.SERVICES),
    ("home", Place.HOME),
    ("mine", Place.MINE),
    ("home", Place.HOME),
)


def measure(touches: int, size_px: tuple[int, int]) -> dict[str, object]:
    """The first round is not counted: it loads each screen's pictures and letters."""
    visitors = Visitors(size_px)
    window = visitors.window
    assert window is not None
    read_s = Numbers(touches + len(_ROUND))
    pressed, shown = Frames(touches), Frames(touches)
    for number in range(touches + len(_ROUND)):
        visitors.runtime.post(visitors.later(0.5))
        window.frame()
        read_s.append(window.read())
        touch = window.touch(*_ROUND[number % len(_ROUND)])
        if number >= len(_ROUND):
            pressed.add(touch.pressed)
            shown.add(touch.shown)
    return {
        "size": "{}x{}".format(*size_px),
        "touches": touches,
        "to_next_frame": pressed.report(),
        "to_next_screen": shown.report(),
        "tidying_while_reading_ms": ms(read_s.all()),
        "load_average": round(os.getloadavg()[0], 1),
    }
