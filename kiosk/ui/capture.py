"""Frames out of the window, and touches into it; on the UI thread but for `inject` and `ask`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
from kivy.input.motionevent import MotionEvent

from kiosk.ui.steady import SteadyTouch

SHORTEST_FRAME_S = 0.08


class RemoteTouch(MotionEvent):
    """A touch that came over the wire; x and y 0..1 from the lower left."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, is_touch=True, type_id="touch", **kwargs)

    def depack(self, args: tuple[float, float]) -> None:
        self.sx, self.sy = args
        self.profile = ["pos"]
        super().depack(args)


@dataclass(frozen=True, slots=True)
class Sent:
    """What came over the wire. frame: the one that was looked at, or None; at_s: on the wall's
    clock."""

    phase: str
    sx: float
    sy: float
    frame: int | None
    at_s: float


class FrameSource:
    """Grabs a frame after it was drawn, if somebody watches; else remembers that one is due.

    wants: whether anybody watches; offer: takes (width, height, RGB bytes, lowest row first) and
    tells the frame's number; steady: which picture is on the glass.
    """

    def __init__(
        self,
        window: Any,
        wants: Callable[[], bool],
        offer: Callable[[int, int, bytes], int],
        steady: SteadyTouch,
    ) -> None:
        self._window, self._wants, self._offer, self._steady = window, wants, offer, steady
        self._due, self._last_s = True, 0.0
        self._touch: RemoteTouch | None = None
        self._sent: deque[Sent] = deque()
        self._pumping = Clock.create_trigger(self._pump, 0)
        self._picture, self._from_frame = -1, 0  # the last one offered, and its first frame
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
        number = self._offer(
            width, height, glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        )
        if self._picture != self._steady.changes:
            self._picture, self._from_frame = self._steady.changes, number

    def inject(self, phase: str, x: float, y: float, frame: int | None = None) -> None:
        """From any thread. x, y: 0..1 from the upper left; frame: the one that was looked at."""
        self._sent.append(Sent(phase, x, 1.0 - y, frame, time.time()))
        self._pumping()

    def _pump(self, _dt: float) -> None:
        """A finger that says what it looked at means that; one that does not means what is there,
        and waits until it is."""
        while self._sent:
            sent = self._sent[0]
            if sent.phase == "down" and sent.frame is None and not self._steady.is_seen:
                self._pumping()
                return
            self._sent.popleft()
            if sent.phase != "down" or self._means_this_picture(sent):
                self._inject(sent)
            if sent.phase == "up" and self._sent:
                self._pumping()  # what it asked for comes first
                return

    def _means_this_picture(self, sent: Sent) -> bool:
        if sent.frame is None:
            return True
        return self._picture == self._steady.changes and sent.frame >= self._from_frame

    def _inject(self, sent: Sent) -> None:
        if sent.phase == "down":
            self._lift(sent.sx, sent.sy)
            self._touch = RemoteTouch("remote", "touch", (sent.sx, sent.sy))
            self._touch.time_start = sent.at_s
            EventLoop.post_dispatch_input("begin", self._touch)
        elif sent.phase == "move" and self._touch is not None:
            self._touch.move((sent.sx, sent.sy))
            EventLoop.post_dispatch_input("update", self._touch)
        elif sent.phase == "up":
            self._lift(sent.sx, sent.sy)

    def _lift(self, sx: float, sy: float) -> None:
        if self._touch is None:
            return
        touch, self._touch = self._touch, None
        touch.move((sx, sy))
        touch.update_time_end()
        EventLoop.post_dispatch_input("end", touch)
