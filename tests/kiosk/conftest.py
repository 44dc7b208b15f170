"""Kivy without a screen: its surroundings stand before anything imports it; one window for all."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.flow.events import Event
from kiosk.flow.states import Manner, State
from kiosk.ui.environment import assets_folder, prepare_kivy

if TYPE_CHECKING:
    from kiosk.screens.stage import Stage

WINDOW = (540, 960)


def morning(zone: tzinfo | None) -> datetime:
    return datetime(2026, 3, 2, 10, 8, tzinfo=zone)


class Studio:
    """The one window, and stages in it. `events` holds what the stage emitted."""

    def __init__(self) -> None:
        from kivy.base import EventLoop
        from kivy.core.window import Window

        from kiosk.screens.making import StageMaker

        EventLoop.ensure_window()
        self.window: Any = Window
        self.maker = StageMaker(assets_folder(), "http://192.168.1.10:8701", morning)
        self.events: list[Event] = []
        self.stage: Stage | None = None
        self.shown: tuple[Manner, tuple[int, int]] | None = None

    def show(self, state: State, size: tuple[int, int] = WINDOW) -> Stage:
        """The stage; made anew only for another view, language or size, as in the app."""
        self.events.clear()
        if self.stage is None or self.shown != (state.manner, size):
            self.clear()
            self.stage = self.maker.make(state.manner, size, self.events.append)
            self.shown = (state.manner, size)
            self.window.add_widget(self.stage)
        self.stage.show(state)
        self.settle()
        return self.stage

    def settle(self) -> None:
        from kiosk.gallery import settle

        settle(8)

    def clear(self) -> None:
        self.events.clear()
        for child in list(self.window.children):
            self.window.remove_widget(child)

    def touch(self, x: float, y: float) -> None:
        """A finger at window pixels, from the lower left."""
        from kivy.tests.common import UnitTestTouch

        finger = UnitTestTouch(x, y)
        finger.touch_down()
        finger.touch_up()
        self.settle()


@pytest.fixture(scope="session")
def studio() -> Iterator[Studio]:
    prepare_kivy(WINDOW, offscreen=True, frames_per_s=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Kivy itself still uses of older Python
        made = Studio()
    yield made
    made.clear()
