"""Frames from a camera index, a file or a stream URL; implements hardware.ports.Camera.

Reopens a camera that vanished, with back-off. Looks at no picture and keeps none.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

import cv2

from hardware.errors import DeviceMissing, DeviceTimeout
from hardware.ports import Frame

_FIRST_BACK_OFF_S = 0.25
_LONGEST_BACK_OFF_S = 4.0
_STREAM_TIME_OUT_MS = 3_000  # of FFmpeg, for opening and for each read


class OpenCvCamera:
    """source: a number is a device index, all else a file or URL. One thread at a time."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._capture: Any = None
        self._closed = threading.Event()

    def read(self, timeout_s: float = 5.0) -> Frame:
        """The next frame. Raises DeviceMissing when the camera cannot be opened in time,
        DeviceTimeout when it opens but gives no picture, or was closed meanwhile."""
        deadline = time.monotonic() + timeout_s
        back_off_s = _FIRST_BACK_OFF_S
        while True:
            opened = self._open()
            if opened:
                good, picture = self._capture.read()
                if good:
                    return Frame(datetime.now(UTC), picture)
            self._release()
            left = deadline - time.monotonic()
            if left <= 0 or self._closed.wait(min(back_off_s, max(0.0, left))):
                raise self._nothing(opened)
            back_off_s = min(back_off_s * 2, _LONGEST_BACK_OFF_S)

    def close(self) -> None:
        """Ends a `read` that waits in another thread at its next step."""
        self._closed.set()
        self._release()

    def _open(self) -> bool:
        if self._capture is None:
            self._capture = _capture(self._source)
        return bool(self._capture.isOpened())

    def _release(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _nothing(self, opened: bool) -> DeviceMissing | DeviceTimeout:
        if opened:
            return DeviceTimeout("the camera gives no picture", source=self._source)
        return DeviceMissing("no camera there: check cable and settings", source=self._source)


def _capture(source: str) -> Any:
    if source.isdecimal():
        return cv2.VideoCapture(int(source))
    if "://" not in source:
        return cv2.VideoCapture(source)
    limits = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        _STREAM_TIME_OUT_MS,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        _STREAM_TIME_OUT_MS,
    ]
    return cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
