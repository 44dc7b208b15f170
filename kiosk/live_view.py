"""The camera's pictures on their way to the screen, and to the check behind it.

The screen shows each picture as it comes; the check looks as fast as it can, and at the newest. A
slow engine makes a slow check and no jerky mirror.
"""

from __future__ import annotations

import threading

import cv2
import numpy as np
import structlog
from numpy.typing import NDArray

from hardware.errors import DeviceError, DeviceTimeout
from hardware.face.engine import Picture
from hardware.ports import Camera, Frame

_log = structlog.get_logger()
PREVIEW_PX = 480
_LONGER_S = 1.0  # than the camera itself takes to say that it gives no picture
_END_S = 2.0


class LiveView:
    """The newest picture for the screen: mirrored, square, RGB rows from the bottom up. Any thread.

    tint: what the screen shows now, as 0–1; counts go up with each picture, so that the screen
    draws none twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._picture: NDArray[np.uint8] = np.zeros((PREVIEW_PX, PREVIEW_PX, 3), np.uint8)
        self._count = 0
        self._shown = False
        self.tint: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def put(self, picture: Picture) -> None:
        height, width = picture.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        square = picture[top : top + side, left : left + side]
        with self._lock:
            cv2.resize(square[::-1, ::-1, ::-1], (PREVIEW_PX, PREVIEW_PX), dst=self._picture)
            self._count, self._shown = self._count + 1, True

    def shine(self, tint: tuple[float, float, float]) -> None:
        """tint: 0–255."""
        self.tint = (tint[0] / 255, tint[1] / 255, tint[2] / 255)

    def take(self, after: int) -> tuple[int, bytes]:
        """The count and the picture; b"" when there is none newer."""
        with self._lock:
            if not self._shown or self._count == after:
                return self._count, b""
            return self._count, self._picture.tobytes()

    def wipe(self) -> None:
        with self._lock:
            self._picture.fill(0)
            self._shown = False
            self.tint = (1.0, 1.0, 1.0)

    @property
    def clean(self) -> bool:
        with self._lock:
            return not self._picture.any()


class Preview:
    """Implements Camera over another one, which it owns: a thread reads that one and shows every
    picture. What the check has no time for is overwritten; of a recording it gets every picture."""

    def __init__(self, camera: Camera, view: LiveView) -> None:
        self._camera, self._view = camera, view
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._trouble: DeviceError | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, daemon=True, name="preview")
        self._thread.start()

    def read(self, timeout_s: float = 5.0) -> Frame:
        with self._changed:
            self._changed.wait_for(lambda: self._newest or self._trouble, timeout_s + _LONGER_S)
            frame, self._newest = self._newest, None
            self._changed.notify_all()
        if frame is not None:
            return frame
        raise self._trouble or DeviceTimeout("camera_no_picture", source="–")

    def close(self) -> None:
        """Afterwards nothing is open, and no picture is left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._camera.close()
        self._thread.join(_END_S)
        self._drop()

    def _run(self) -> None:
        try:
            while not self._closed:
                self._hand_over(self._camera.read())
        except DeviceError as error:
            self._end(error)
        except Exception:
            _log.exception("camera_unforeseen")
            self._end(DeviceTimeout("camera_no_picture", source="–"))

    def _end(self, trouble: DeviceError) -> None:
        with self._changed:
            self._trouble = trouble
            self._changed.notify_all()

    def _hand_over(self, frame: Frame) -> None:
        with self._changed:
            if frame.position_s is not None:
                self._changed.wait_for(lambda: self._closed or self._newest is None)
            self._drop()
            if self._closed:  # nothing is shown any more, and nothing kept
                frame.picture.fill(0)
                return
            self._view.put(frame.picture)
            self._newest = frame
            self._changed.notify_all()

    def _drop(self) -> None:
        with self._changed:
            if self._newest is not None:
                self._newest.picture.fill(0)
                self._newest = None
