"""Frames from a device, a file, numbered pictures or a stream; implements hardware.ports.Camera.

Reopens a camera that vanished, with back-off. Looks at no picture and keeps none but the newest.
"""

from __future__ import annotations

import threading
import time

from hardware.camera.grabber import IDLE_S, Grabber, Trouble
from hardware.camera.source import CameraSource, SourceKind, absent
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
        cannot be opened in time or was closed, DeviceRefused when it wants no reader, CameraEnded
        at a recording's end, DeviceTimeout when it opens but gives no picture."""
        return self._read(timeout_s, patient=True)

    def try_once(self, timeout_s: float = 5.0) -> Frame:
        """As `read`, for somebody who tries a camera out: the first trouble is told at once and
        not waited through."""
        return self._read(timeout_s, patient=False)

    def _read(self, timeout_s: float, *, patient: bool) -> Frame:
        deadline = time.monotonic() + timeout_s
        grabber = self._running()
        frame = grabber.take(deadline, _STALE_S, patient=patient)
        while frame is None and time.monotonic() < deadline and self._let_go(grabber, patient):
            grabber = self._running()
            frame = grabber.take(deadline, _STALE_S, patient=patient)
        if frame is None:
            raise self._failed(grabber)
        self._health.state("ok")
        self._health.succeeded()
        return frame

    def health(self) -> DeviceHealth:
        return self._health.snapshot()

    def close(self, wait_s: float = _CLOSE_WAIT_S) -> None:
        """Ends a `read` that waits in another thread; afterwards nothing is open."""
        with self._lock:
            self._closed, grabber = True, self._grabber
        if grabber is not None:
            grabber.stop(wait_s)

    def _running(self) -> Grabber:
        with self._lock:
            if self._closed:
                raise DeviceMissing("camera_closed", source=self._source.shown)
            old = self._grabber
            if old is None or not (old.alive or old.trouble is Trouble.ENDED):
                self._grabber = Grabber(self._source, self._idle_s)
                return self._grabber
            return old

    def _let_go(self, grabber: Grabber, patient: bool) -> bool:
        """It was let go just when it was wanted again."""
        lost = grabber.trouble is Trouble.ENDED or not (patient or grabber.trouble is Trouble.NONE)
        return not (self._closed or grabber.alive or lost)

    def _failed(self, grabber: Grabber) -> DeviceError:
        error = self._error(grabber)
        if grabber.trouble is not Trouble.NONE:
            grabber.leave(_LEAVE_WAIT_S)
        if self._health.snapshot().state != "offline":
            self._health.failed(error.code)
        self._health.state("offline", error.detail)
        return error

    def _error(self, grabber: Grabber) -> DeviceError:
        shown, trouble = self._source.shown, grabber.trouble
        if self._closed:
            return DeviceMissing("camera_closed", source=shown)
        if trouble is Trouble.ENDED:
            return CameraEnded("camera_ended", source=shown)
        if self._source.absent:
            return absent(self._source)
        if trouble is Trouble.MISSING and grabber.why is not None:
            return grabber.why
        if trouble is not Trouble.NONE and self._source.kind is SourceKind.FILE:
            return DeviceMissing("camera_file_unreadable", source=shown)
        if trouble is Trouble.MISSING:
            live = self._source.kind.live
            return DeviceMissing(
                "camera_unreachable" if live else "camera_file_unreadable", source=shown
            )
        return DeviceTimeout("camera_no_picture", source=shown)
