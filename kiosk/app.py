"""The Kivy application: one window, one stage, one runtime. Starts workers; itself never waits."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Protocol

import structlog
from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.uix.floatlayout import FloatLayout

from kiosk.dimming import BRIGHT
from kiosk.flow.events import CodeScanned, Touched
from kiosk.flow.staff import CornerHeld
from kiosk.flow.states import Manner, State
from kiosk.remote_view import RemoteView
from kiosk.runtime import Runtime
from kiosk.screens.making import StageMaker
from kiosk.screens.stage import Stage
from kiosk.tidiness import Tidiness
from kiosk.ui.capture import FrameSource
from kiosk.ui.ground import Ground
from kiosk.ui.keyboard import ENTER_KEYS, clear_focus, handle_key
from kiosk.ui.scanner import ScannedLine
from kiosk.ui.shade import Shade

_log = structlog.get_logger()

TICK_S = 0.25


class Dimming(Protocol):
    """How bright the picture has to be, in percent, and who is told that somebody is here."""

    def touched(self) -> None: ...
    def shade_percent(self, state: State) -> int: ...


class AlwaysBright:
    def touched(self) -> None:
        """Nothing was dark."""

    def shade_percent(self, _state: State) -> int:
        return BRIGHT


class KioskApp(App):
    """ready: called once, when the first frame is drawn and can be touched."""

    def __init__(
        self,
        runtime: Runtime,
        maker: StageMaker,
        workers: Callable[[], None],
        ready: Callable[[], None],
        remote: RemoteView | None,
        heed: Callable[[State], None] = lambda _state: None,
        alive: Callable[[], None] = lambda: None,
        dimmer: Dimming | None = None,
    ) -> None:
        """heed: is shown every state after it was drawn; alive: is called in each round of the
        screen's loop."""
        super().__init__()
        self._runtime, self._maker = runtime, maker
        self._start_workers, self._ready, self._remote = workers, ready, remote
        self._heed, self._alive = heed, alive
        self._dimmer: Dimming = dimmer or AlwaysBright()
        self._scanned = ScannedLine()
        self._drawn = False
        self._stage: Stage | None = None
        self._shown: tuple[Manner, tuple[float, float]] | None = None
        self._ground = Ground(self._drain, self._touched, lambda: self._runtime.post(CornerHeld()))
        self._tidiness = Tidiness()
        self._shade = Shade(self._ground)

    def build(self) -> FloatLayout:
        self._rebuild()
        Window.bind(on_flip=self._ground.drawn)
        return self._ground

    def on_start(self) -> None:
        Window.bind(on_resize=lambda *_: self._rebuild(), on_key_down=self._on_key)
        Window.bind(on_flip=self._on_first_frame)
        Clock.schedule_interval(lambda _dt: self._on_tick(), TICK_S)
        if self._remote is not None:
            source = FrameSource(
                Window, self._remote.wants_frame, self._remote.offer, self._ground.steady
            )
            self._remote.serve(source.inject, source.ask)

    def _on_first_frame(self, *_: object) -> None:
        Window.unbind(on_flip=self._on_first_frame)
        self._drawn = True
        self._start_workers()
        self._ready()

    def wake(self) -> None:
        """From any thread: there are events to take."""
        Clock.schedule_once(lambda _dt: self._drain(), 0)

    def end(self) -> None:
        """From any thread: the kiosk ends; whoever watches over it starts it again."""
        Clock.schedule_once(lambda _dt: self.stop(), 0)

    def open_settings(self, *_: object) -> bool:
        """Kivy's own settings, on F1: nobody at a kiosk may reach them."""
        return False

    def _drain(self) -> None:
        if self._runtime.drain():
            self._draw()

    def _on_tick(self) -> None:
        self._runtime.drain()
        now_s = time.monotonic()
        self._runtime.tick(now_s)
        self._draw()
        self.tidy(now_s)
        if self._drawn:
            self._alive()

    def tidy(self, now_s: float) -> bool:
        """In a pause; whether it was one after a visit, which was used. now_s: monotonic."""
        state = self._runtime.state
        if self._stage is not None and self._tidiness.rests(state.place, now_s):
            self._stage.make_ahead()
        if self._tidiness.look(state, now_s):
            return True
        if self._ground.steady.is_seen:
            self._tidiness.look_while_reading(now_s)
        return False

    def _touched(self) -> None:
        if self._stage is not None:
            clear_focus(self._stage)
        self._runtime.post(Touched())
        self._brighten()

    def _draw(self) -> None:
        self._ground.shows(self._runtime.state)
        if self._shown != (self._runtime.state.manner, _window_size()):
            self._rebuild()
        elif self._stage is not None:
            self._stage.show(self._runtime.state)
        self._heed(self._runtime.state)
        self._shade.show(self._dimmer.shade_percent(self._runtime.state))

    def _brighten(self) -> None:
        self._dimmer.touched()
        self._tidiness.touched(time.monotonic())
        self._shade.show(self._dimmer.shade_percent(self._runtime.state))

    def _rebuild(self) -> None:
        """Another view, language or size: everything is made anew; the usual one was kept."""
        state, size = self._runtime.state, _window_size()
        manner, usual = state.manner, state.manner == state.usual_manner
        self._ground.clear_widgets()
        if self._stage is not None:
            self._stage.leave()
        self._stage = self._maker.make(manner, size, self._runtime.post, keep=usual)
        self._shown = (manner, size)
        self._stage.show(self._runtime.state)
        self._ground.shows(self._runtime.state)
        self._ground.add_widget(self._stage)

    def _on_key(
        self, _window: object, key: int, _scan: int, text: str | None, modifiers: list[str]
    ) -> bool:
        self._brighten()
        if key in ENTER_KEYS and (token := self._scanned.enter(time.monotonic())):
            self._runtime.post(CodeScanned(token, str(uuid.uuid4())))
            return True
        if text and key not in ENTER_KEYS:
            self._scanned.sign(text, "shift" in modifiers, time.monotonic())
        return self._stage is not None and handle_key(self._stage, key, modifiers)


def _window_size() -> tuple[float, float]:
    width, height = Window.size
    return float(width), float(height)
