"""Before the camera: one's own face in an oval, one piece of advice, one movement at a time."""

from __future__ import annotations

import uuid
from typing import Any, Protocol

import structlog
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty

from kiosk.eligibility_words import face_words
from kiosk.flow.eligibility import MoreTimeTouched, ToWindowTouched
from kiosk.flow.states import State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.texts import Texts
from kiosk.ui.frame_meter import FrameMeter

_log = structlog.get_logger()
LIVE_HZ = 30.0  # no slower than a camera
ICONS = {
    "turn_left": "arrow-left",
    "turn_right": "arrow-right",
    "nod": "arrow-down",
    "open_mouth": "circle",
    "blink": "eye",
}


class Live(Protocol):
    """The camera's newest picture; see `kiosk.live_view.LiveView`."""

    tint: tuple[float, float, float]

    def take(self, after: int) -> tuple[int, bytes]: ...


class FaceScreen(PlaceScreen):
    """good: nothing is to be mended. tint: the colour that the screen shines on the face."""

    words = StringProperty("")
    small = StringProperty("")
    icon_name = StringProperty("")
    countdown = StringProperty("")
    good = BooleanProperty(False)
    covers = True
    tint = ListProperty([1, 1, 1, 1])
    texture = ObjectProperty(None, allownone=True)

    def __init__(self, texts: Texts, emit: Emit, live: Live | None = None, **kwargs: Any) -> None:
        self._live, self._count, self._side = live, -1, 0
        self._clock: Any = None
        self._turning: Any = None
        self._meter = FrameMeter()
        super().__init__(texts, emit, **kwargs)

    def on_parent(self, _widget: object, parent: object) -> None:
        """Pictures are taken over only while the screen stands there."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
            self._tell_pace()
        if parent is not None and self._live is not None:
            self._clock = Clock.schedule_interval(lambda _dt: self._look(), 1 / LIVE_HZ)
            self._meter = FrameMeter()
            self._turning = Clock.schedule_interval(self._turned, 0)
            Window.bind(on_flip=self._flipped)

    def _turned(self, _dt: float) -> None:
        self._meter.turned(Clock.get_time())

    def _flipped(self, *_: object) -> None:
        self._meter.drawn(Clock.get_time())

    def _tell_pace(self) -> None:
        """How smooth the screen was beside camera and engine: a log line for each check."""
        self._turning.cancel()
        Window.unbind(on_flip=self._flipped)
        if figures := self._meter.figures():
            _log.info("face_screen_pace", **figures)

    def _look(self) -> None:
        if self._live is None:
            return
        self.tint = [*self._live.tint, 1]
        self._count, picture = self._live.take(self._count)
        if picture:
            self._draw(picture)

    def _draw(self, picture: bytes) -> None:
        side = round((len(picture) / 3) ** 0.5)
        if self.texture is None or side != self._side:
            self.texture, self._side = Texture.create(size=(side, side), colorfmt="rgb"), side
        self.texture.blit_buffer(picture, colorfmt="rgb", bufferfmt="ubyte")
        self.canvas.ask_update()

    def show(self, state: State) -> None:
        face, t = state.session.eligibility.face, self.texts
        self.good = face.advice is None and face.stage != "preparing"
        self.icon_name = ICONS.get(face.action or "", "")
        self.words = face_words(face, t)
        self.small = t("pension.step", step=face.step + 1) if face.action else ""
        left_s = None if face.ends_s is None else max(face.ends_s - state.now_s, 0.0)
        acting = face.action is not None and left_s is not None
        self.countdown = t("pension.seconds", count=round(left_s or 0)) if acting else ""

    def more_time(self) -> None:
        self.emit(MoreTimeTouched())

    def to_window(self) -> None:
        self.emit(ToWindowTouched(str(uuid.uuid4())))
