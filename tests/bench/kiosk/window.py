"""One real kiosk window, driven frame by frame: fingers on real widgets, and what each frame cost.

A touch counts only if the screen that it should lead to is drawn; anything else ends the bench.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from kiosk.flow import events as ev
from kiosk.flow.states import Place
from kiosk.gallery import sample_now
from kiosk.runtime import Runtime
from kiosk.tidiness import READ_S, REST_S
from kiosk.ui.environment import assets_folder, prepare_kivy
from kiosk.ui.steady import THROUGH_S

_FRAMES = 12  # a screen that has not come by then does not come
PUBLIC_URL = "http://192.168.1.10:8701"


class WrongScreen(Exception):
    """A touch or an event did not lead where it should; says where it led."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Seconds. ours: touches, flow, widgets, layout, text; renderer: drawing and showing it, until
    the last pixel is there."""

    ours_s: float
    renderer_s: float

    def __add__(self, other: Frame) -> Frame:
        return Frame(self.ours_s + other.ours_s, self.renderer_s + other.renderer_s)

    @property
    def whole_s(self) -> float:
        return self.ours_s + self.renderer_s


@dataclass(frozen=True, slots=True)
class Touch:
    """pressed: from the finger's coming to the frame that shows it; shown: from its going to the
    frame with the next screen; at_s: when it went."""

    pressed: Frame
    shown: Frame
    at_s: float


class KioskWindow:
    """runtime's `wake` must lead to `woken`."""

    def __init__(self, runtime: Runtime, size_px: tuple[int, int]) -> None:
        prepare_kivy(size_px, offscreen=True, frames_per_s=0)
        from kivy.base import EventLoop
        from kivy.core.window import Window

        from kiosk.app import KioskApp
        from kiosk.screens.making import StageMaker

        EventLoop.ensure_window()
        self.runtime, self._window = runtime, Window
        self._maker = StageMaker(assets_folder(), PUBLIC_URL, sample_now)
        self._app: Any = KioskApp(runtime, self._maker, _nothing, _nothing, None)
        self._ground = self._app.build()
        Window.add_widget(self._ground)
        self.texts = self._maker.texts
        self.frame()

    @property
    def place(self) -> Place:
        return self.runtime.state.place

    def woken(self) -> None:
        """From any thread."""
        self._app.wake()

    def frame(self) -> Frame:
        """One round of Kivy's own loop (kivy.base.EventLoop.idle)."""
        from kivy.clock import Clock
        from kivy.graphics.opengl import glFinish
        from kivy.lang import Builder

        began = time.perf_counter()
        Clock.tick()
        Builder.sync()
        Clock.tick_draw()
        Builder.sync()
        ready = time.perf_counter()
        if self._window.canvas.needs_redraw:
            self._window.dispatch("on_draw")
            self._window.dispatch("on_flip")
            glFinish()
        return Frame(ready - began, time.perf_counter() - ready)

    def rest(self) -> float:
        """Seconds that the kiosk's own look for what a visit left takes, in the pause after it."""
        began = time.perf_counter()
        if not self._app.tidy(time.monotonic() + REST_S):
            raise WrongScreen(f"no pause is used at {self.place.value}")
        return time.perf_counter() - began

    def read(self) -> float:
        """Somebody reads what came: seconds that the kiosk's look for what is left behind takes."""
        began = time.perf_counter()
        self._app.tidy(time.monotonic() + READ_S)
        return time.perf_counter() - began

    def happens(self, event: ev.Event, leads_to: Place) -> Frame:
        self.runtime.post(event)
        return self._until(leads_to, type(event).__name__)

    def touch(self, slot: str, leads_to: Place, *, passing: bool = False) -> Touch:
        """One finger on the button of that name. passing: workers answer, and the place may already
        be past when a frame is drawn; then it is enough that the touch led away."""
        from kivy.clock import Clock
        from kivy.tests.common import UnitTestTouch

        Clock.tick_draw()  # nothing counts before the round after the frame that shows it
        button = self._button(slot)
        finger = UnitTestTouch(*button.to_window(*button.center))
        finger.time_start += THROUGH_S  # nobody reads a screen sooner
        began = time.perf_counter()
        finger.touch_down()
        dispatched = Frame(time.perf_counter() - began, 0.0)
        if not button.down:
            raise WrongScreen(f"{slot} at {self.place.value} does not take the finger")
        pressed, was = dispatched + self.frame(), self.place
        at_s, began = time.monotonic(), time.perf_counter()
        finger.touch_up()
        dispatched = Frame(time.perf_counter() - began, 0.0)
        shown = self._away(was, slot) if passing else self._until(leads_to, slot)
        return Touch(pressed, dispatched + shown, at_s)

    def _button(self, slot: str) -> Any:
        found = [w for w in self._ground.walk() if getattr(w, "slot", "") == slot]
        if len(found) != 1 or found[0].disabled:
            raise WrongScreen(f"{len(found)} buttons {slot} at {self.place.value}")
        return found[0]

    def _away(self, was: Place, what: str) -> Frame:
        spent = self.frame()
        for _ in range(_FRAMES):
            if self.place is not was:
                return spent
            spent += self.frame()
        raise WrongScreen(f"{what} at {was.value} leads nowhere")

    def _until(self, leads_to: Place, what: str) -> Frame:
        """The frames up to the first that shows the place; at least one, so that one shows it."""
        spent = self.frame()
        for _ in range(_FRAMES):
            if self.place is leads_to:
                return spent
            spent += self.frame()
        raise WrongScreen(f"{what} leads to {self.place.value}, not to {leads_to.value}")


def _nothing() -> None:
    """No workers to start and nobody to tell."""
