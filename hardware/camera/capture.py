"""Opens what a CameraSource names; the one module that knows OpenCV's captures.

Starts no thread and keeps no picture. OpenCV and FFmpeg say nothing of their own on standard error:
what went wrong is told by the driver.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hardware.camera.source import CameraSource, SourceKind

os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET; FFmpeg's part looks here
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # read once, when OpenCV is loaded

import cv2

_STREAM_TIME_OUT_MS = 3_000  # of FFmpeg, for opening and for each read
_ROTATIONS = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}


def open_capture(source: CameraSource) -> Any:
    """A cv2.VideoCapture, whether it opened or not. May block for some seconds."""
    if source.kind is SourceKind.STREAM:
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            _STREAM_TIME_OUT_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            _STREAM_TIME_OUT_MS,
        ]
        return cv2.VideoCapture(source.name, cv2.CAP_FFMPEG, limits)
    if source.kind is not SourceKind.DEVICE:
        return cv2.VideoCapture(source.name)
    return _device(source)


def _device(source: CameraSource) -> Any:
    name = source.name
    capture = cv2.VideoCapture(int(name) if name.isdecimal() else name)
    if capture.isOpened() and source.width and source.height:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, source.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, source.height)
    return capture


def film_position_s(source: CameraSource, capture: Any) -> float | None:
    """Where in a film the frame just read stands; None of what is live or has no time."""
    if source.kind is not SourceKind.FILE:
        return None
    return float(capture.get(cv2.CAP_PROP_POS_MSEC)) / 1000


def upright(source: CameraSource, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if not source.rotate:
        return picture
    turned: NDArray[np.uint8] = cv2.rotate(picture, _ROTATIONS[source.rotate])
    return turned
