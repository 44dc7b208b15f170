"""What all screens have in common: they get texts and an `emit`, and are shown states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.flow.events import Event
from kiosk.flow.states import State
from kiosk.texts import Texts
from kiosk.ui.mirror import BoxLayout

Emit = Callable[[Event], None]


class PlaceScreen(BoxLayout):
    """The middle of the picture, for one place or several alike; for one view and language.

    covers: it paints all of its ground itself, so that the stage need not paint it first: without a
    graphics chip each pixel painted twice costs a frame's time twice."""

    covers = False

    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        self.texts, self.emit = texts, emit
        super().__init__(**kwargs)

    def show(self, state: State) -> None:
        """Draws what has changed."""
        raise NotImplementedError


def seconds_left(state: State) -> int:
    """Whole seconds for a countdown: never shows 0 while something still runs."""
    left_s = state.left_s
    return 0 if left_s is None else max(int(left_s) + (left_s % 1 > 0), 1)
