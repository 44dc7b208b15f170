"""Frames out of the window, and touches into it; on the UI thread but for `inject` and `ask`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
from kivy.input.motionevent import MotionEvent

SHORTEST_FRAME_S = 0.08


class RemoteTouch(MotionEvent):
    """A touch that came over the wire; x and y 0..1 from the lower left."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, is_touch=True, type_id="touch", **kwargs)

    def depack(self, args: tuple[float, float]) -> None:
        self.sx, self.sy = args
        self.profile = ["pos"]
        super().depack(args)


class FrameSource:
    """Grabs a frame after it was drawn, if somebody watches; else remembers that one is due.

    wants: whether anybody watches; offer: takes (width, height, RGB bytes, lowest row first).
    """

    def __init__(
        self, window: Any, wants: Callable[[], bool], offer: Callable[[int, int, bytes], None]
    ) -> None:
        self._window, self._wants, self._offer = window, wants, offer
        self._due, self._last_s = True, 0.0
        self._touch: RemoteTouch | None = None
        window.bind(on_flip=self._on_flip)

    def ask(self) -> None:
        """From any thread: somebody began to watch."""
        Clock.schedule_once(lambda _dt: self._redraw_if_due(), 0)

    def _redraw_if_due(self) -> None:
        if self._due:
            self._window.canvas.ask_update()

    def _on_flip(self, *_: object) -> None:
        """Kivy flips only what it has drawn anew, so this is a changed picture."""
        now_s = Clock.get_time()
        if not self._wants() or now_s - self._last_s < SHORTEST_FRAME_S:
            if not self._due and self._wants():
                Clock.schedule_once(lambda _dt: self._redraw_if_due(), SHORTEST_FRAME_S)
            self._due = True
            return
        self._due, self._last_s = False, now_s
        width, height = self._window.system_size
        self._offer(width, height, glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE))

    def inject(self, phase: str, x: float, y: float) -> None:
        """From any thread. x, y: 0..1 from the upper left."""
        Clock.schedule_once(lambda _dt: self._inject(phase, x, 1.0 - y), 0)

    def _inject(self, phase: str, sx: float, sy: float) -> None:
        if phase == "down":
            self._lift(sx, sy)
            self._touch = RemoteTouch("remote", "touch", (sx, sy))
            EventLoop.post_dispatch_input("begin", self._touch)
        elif phase == "move" and self._touch is not None:
            self._touch.move((sx, sy))
            EventLoop.post_dispatch_input("update", self._touch)
        elif phase == "up":
            self._lift(sx, sy)

    def _lift(self, sx: float, sy: float) -> None:
        if self._touch is None:
            return
        touch, self._touch = self._touch, None
        touch.move((sx, sy))
        touch.update_time_end()
        EventLoop.post_dispatch_input("end", touch)
