"""Frames from a device, a file, numbered pictures or a stream; implements hardware.ports.Camera.

Reopens a camera that vanished, with back-off. Looks at no picture and keeps none but the newest.
"""

from __future__ import annotations

import threading
import time

from hardware.camera.grabber import IDLE_S, Grabber, Trouble
from hardware.camera.source import CameraSource, absent
from hardware.errors import DeviceError, DeviceMissing, DeviceTimeout
from hardware.health import DeviceHealth, HealthLog
from hardware.ports import Frame

_CLOSE_WAIT_S = 2.0  # a thread that is still in the library's hands then ends by itself later
_LEAVE_WAIT_S = 0.2
_STALE_S = 1.0  # an older picture shows what is no more


class CameraEnded(DeviceMissing):
    """A recording that does not begin again is over."""

    code = "camera_ended"


class OpenCvCamera:
    """One thread reads at a time. The camera is opened by the first read and let go `idle_s` after
    the last; between, a thread keeps the newest picture, so that none is an old one from a buffer.
    """

    def __init__(self, source: CameraSource, idle_s: float = IDLE_S) -> None:
        self._source, self._idle_s = source, idle_s
        self._lock = threading.Lock()
        self._grabber: Grabber | None = None
        self._closed = False
        self._health = HealthLog()

    def read(self, timeout_s: float = 5.0) -> Frame:
        """The newest frame, the next one of a recording. Raises DeviceMissing when the camera
        cannot be opened in time or was closed, CameraEnded at a recording's end, DeviceTimeout when
        it opens but gives no picture."""
        deadline = time.monotonic() + timeout_s
        grabber = self._running()
        frame = grabber.take(deadline, _STALE_S)
        while frame is None and time.monotonic() < deadline and self._may_try_again(grabber):
            grabber = self._running()
            frame = grabber.take(deadline, _STALE_S)
        if frame is None:
            raise self._failed(grabber)
        self._health.state("ok")
        self._health.succeeded()
        return frame

    def health(self) -> DeviceHealth:
        return self._health.snapshot()

    def close(self) -> None:
        """Ends a `read` that waits in another thread; afterwards nothing is open."""
        with self._lock:
            self._closed, grabber = True, self._grabber
        if grabber is not None:
            grabber.stop(_CLOSE_WAIT_S)

    def _running(self) -> Grabber:
        with self._lock:
            if self._closed:
                raise DeviceMissing("camera_closed", source=self._source.shown)
            old = self._grabber
            if old is None or not (old.alive or old.trouble is Trouble.ENDED):
                self._grabber = Grabber(self._source, self._idle_s)
                return self._grabber
            return old

    def _may_try_again(self, grabber: Grabber) -> bool:
        """It was let go just when it was wanted again."""
        return not self._closed and not grabber.alive and grabber.trouble is not Trouble.ENDED

    def _failed(self, grabber: Grabber) -> DeviceError:
        error = self._error(grabber.trouble)
        if grabber.trouble is not Trouble.NONE:
            grabber.leave(_LEAVE_WAIT_S)
        if self._health.snapshot().state != "offline":
            self._health.failed(error.code)
        self._health.state("offline", error.detail)
        return error

    def _error(self, trouble: Trouble) -> DeviceError:
        shown = self._source.shown
        if self._closed:
            return DeviceMissing("camera_closed", source=shown)
        if trouble is Trouble.ENDED:
            return CameraEnded("camera_ended", source=shown)
        if self._source.absent:
            return absent(self._source)
        if trouble is Trouble.MISSING:
            live = self._source.kind.live
            return DeviceMissing(
                "camera_unreachable" if live else "camera_file_unreadable", source=shown
            )
        return DeviceTimeout("camera_no_picture", source=shown)
