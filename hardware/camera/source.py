"""What a camera setting names – device, file, numbered pictures, stream – and how it is opened.

The one module that knows OpenCV's captures. Starts no thread and keeps no picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.errors import SettingsUnusable

_STREAM_TIME_OUT_MS = 3_000  # of FFmpeg, for opening and for each read
_ROTATIONS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


class SourceKind(Enum):
    DEVICE = "device"
    FILE = "file"
    SEQUENCE = "sequence"
    STREAM = "stream"

    @property
    def live(self) -> bool:
        """Goes on whether somebody looks or not; what was missed is gone."""
        return self in (SourceKind.DEVICE, SourceKind.STREAM)


@dataclass(frozen=True, slots=True)
class CameraSource:
    """name: a device index or /dev/video…, a file, numbered pictures such as `frame%03d.jpg`, or a
    stream's URL. width, height: wished of a device, 0 leaves it as it is; a device may give
    another. rotate: clockwise, for a camera that is mounted on its side. loop: whether a file or
    sequence begins again at its end."""

    name: str
    width: int = 0
    height: int = 0
    rotate: Literal[0, 90, 180, 270] = 0
    loop: bool = True

    def __post_init__(self) -> None:
        if not self.name:
            raise SettingsUnusable("a camera needs a source: an index, a file or a URL")
        if self.rotate not in (0, *_ROTATIONS):
            raise SettingsUnusable(f"rotate must be 0, 90, 180 or 270, not {self.rotate}")

    @property
    def kind(self) -> SourceKind:
        if self.name.isdecimal() or self.name.startswith("/dev/"):
            return SourceKind.DEVICE
        if "://" in self.name:
            return SourceKind.STREAM
        return SourceKind.SEQUENCE if "%" in Path(self.name).name else SourceKind.FILE

    @property
    def shown(self) -> str:
        """For messages and logs: a stream's address without its user and password."""
        parts = urlsplit(self.name) if self.kind is SourceKind.STREAM else None
        if parts is None or "@" not in parts.netloc:
            return self.name
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def open(self) -> Any:
        """A cv2.VideoCapture, whether it opened or not. May block for some seconds."""
        if self.kind is SourceKind.STREAM:
            limits = [
                cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
                _STREAM_TIME_OUT_MS,
                cv2.CAP_PROP_READ_TIMEOUT_MSEC,
                _STREAM_TIME_OUT_MS,
            ]
            return cv2.VideoCapture(self.name, cv2.CAP_FFMPEG, limits)
        if self.kind is not SourceKind.DEVICE:
            return cv2.VideoCapture(self.name)
        return self._device()

    def _device(self) -> Any:
        capture = cv2.VideoCapture(int(self.name) if self.name.isdecimal() else self.name)
        if capture.isOpened() and self.width and self.height:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, self.width)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self.height)
        return capture

    def position_s(self, capture: Any) -> float | None:
        """Where in a film the frame just read stands; None of what is live or has no time."""
        if self.kind is not SourceKind.FILE:
            return None
        return float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000

    def upright(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if not self.rotate:
            return picture
        turned: NDArray[np.uint8] = cv2.rotate(picture, _ROTATIONS[self.rotate])
        return turned
