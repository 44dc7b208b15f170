"""The thread that owns a capture: opens, reads, reopens with back-off, ends when nobody looks.

Nobody else touches the capture: closing one while another thread reads from it ends the process.
So does an interpreter that ends while the thread is inside OpenCV (it unwinds a C++ frame that
allows no unwinding): before the end, all grabbers are called back and waited for.
"""

from __future__ import annotations

import atexit
import threading
import time
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import Any

import structlog

from hardware.camera.capture import film_position_s, open_capture, upright
from hardware.camera.reach import stream_trouble
from hardware.camera.source import CameraSource, SourceKind
from hardware.errors import DeviceError
from hardware.ports import Frame

_log = structlog.get_logger()
_FIRST_BACK_OFF_S = 0.25
_LONGEST_BACK_OFF_S = 4.0
_AT_EXIT_S = 12.0  # the longest that a library keeps a thread: ten seconds of V4L2
IDLE_S = 10.0  # so long without a look, and the camera is let go: its lamp goes out


class Trouble(Enum):
    """Why there is no frame."""

    NONE = "none"
    MISSING = "missing"  # cannot be opened
    SILENT = "silent"  # opens and gives no picture
    ENDED = "ended"  # a recording is over


@dataclass(frozen=True, slots=True)
class _Taken:
    frame: Frame
    at_s: float  # on the monotonic clock


class Grabber:
    """`take` may be called by one thread at a time, `stop` by any."""

    def __init__(self, source: CameraSource, idle_s: float = IDLE_S) -> None:
        self._source, self._idle_s = source, idle_s
        self._changed = threading.Condition()
        self._newest: _Taken | None = None
        self._waiting = False
        self._looked_at_s = time.monotonic()
        self._stopping = False
        self._done = False  # the thread is at its end
        self.trouble = Trouble.NONE
        self.why: DeviceError | None = None  # it cannot be opened, where that can be told
        self._failed = False  # the last attempt did, and what can be told of it is
        self._thread = threading.Thread(target=self._run, name="camera-grabber", daemon=True)
        _grabbers.add(self)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return not self._done

    def take(self, deadline: float, stale_s: float, *, patient: bool = True) -> Frame | None:
        """The newest frame that was not taken yet and is not older than `stale_s`; of a recording
        the next one, whatever its age. None: not by `deadline` (monotonic), or stopped; at the
        first trouble already, unless `patient`."""
        with self._changed:
            self._waiting = True
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._over or self._fresh(stale_s) or (self._failed and not patient),
                max(0.0, deadline - time.monotonic()),
            )
            taken = self._newest if self._fresh(stale_s) else None
            self._newest, self._waiting = None, False
            self._looked_at_s = time.monotonic()
            self._changed.notify_all()
        return taken.frame if taken else None

    def leave(self, wait_s: float) -> None:
        """Waits for a thread that has nobody to look for any more."""
        self._thread.join(wait_s)

    def stop(self, wait_s: float) -> None:
        """The thread ends at its next step; `wait_s` bounds the wait for it."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(wait_s)

    @property
    def _over(self) -> bool:
        return self._stopping or self._done or self.trouble is Trouble.ENDED

    def _fresh(self, stale_s: float) -> bool:
        if self._newest is None:
            return False
        return not self._source.kind.live or time.monotonic() - self._newest.at_s <= stale_s

    def _run(self) -> None:
        try:
            self._seek()
        finally:
            with self._changed:  # whoever began to wait just now must not wait for nothing
                self._done = True
                self._changed.notify_all()

    def _seek(self) -> None:
        back_off_s = _FIRST_BACK_OFF_S
        while True:
            frames = self._one_capture()
            if frames:
                back_off_s = _FIRST_BACK_OFF_S
            with self._changed:
                if self._stops(frames):
                    return
                if self._begins_again(frames):
                    continue
                _log.info("camera_reopens", camera=self._source.shown, pause_s=back_off_s)
                if self._changed.wait_for(partial(self._stops, frames), back_off_s):
                    return
            back_off_s = min(back_off_s * 2, _LONGEST_BACK_OFF_S)

    def _stops(self, frames: int) -> bool:
        """One that gave pictures is sought while it may be wanted; one that gave none only while
        somebody waits."""
        return self._over or not (self._useful if frames else self._waiting)

    def _begins_again(self, frames: int) -> bool:
        return frames > 0 and not self._source.kind.live

    def _one_capture(self) -> int:
        """Frames that it gave until it broke, ended or was not wanted any more."""
        if self._source.absent:
            self._fails(Trouble.MISSING)
            return 0
        capture = open_capture(self._source)
        count = 0
        try:
            if not capture.isOpened():
                self.trouble = Trouble.MISSING  # for whose time is over while it is asked why
                ask = self._source.kind is SourceKind.STREAM and self._wanted()
                self._fails(Trouble.MISSING, stream_trouble(self._source) if ask else None)
                return 0
            while self._wanted() and self._one_frame(capture):
                count += 1
            if count and not self._source.kind.live and not self._source.loop:
                self._end()
            elif not count:
                self._fails(Trouble.SILENT)
            return count
        finally:
            capture.release()

    def _fails(self, trouble: Trouble, why: DeviceError | None = None) -> None:
        with self._changed:
            self.trouble, self.why, self._failed = trouble, why, True
            self._changed.notify_all()

    def _one_frame(self, capture: Any) -> bool:
        good, picture = capture.read()
        if not good:
            return False
        position_s = film_position_s(self._source, capture)
        frame = Frame(datetime.now(UTC), upright(self._source, picture), position_s)
        with self._changed:
            self.trouble, self._failed = Trouble.NONE, False
            if not self._source.kind.live:  # none of a recording is skipped
                self._changed.wait_for(lambda: self._newest is None or not self._useful)
            self._newest = _Taken(frame, time.monotonic())
            self._changed.notify_all()
        return True

    def _end(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._newest is None or not self._useful)
            self.trouble = Trouble.ENDED
            self._changed.notify_all()

    @property
    def _useful(self) -> bool:
        """A recording waits for its reader; what is live is let go when nobody looks."""
        since_s = time.monotonic() - self._looked_at_s
        idle = self._source.kind.live and not self._waiting and since_s > self._idle_s
        return not (self._stopping or idle)

    def _wanted(self) -> bool:
        with self._changed:
            return self._useful


_grabbers: weakref.WeakSet[Grabber] = weakref.WeakSet()


@atexit.register
def _call_back_all() -> None:
    deadline = time.monotonic() + _AT_EXIT_S
    for grabber in list(_grabbers):
        grabber.stop(0.0)
    for grabber in list(_grabbers):
        grabber.leave(max(0.0, deadline - time.monotonic()))
