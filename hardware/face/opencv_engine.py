"""The second engine: OpenCV's FaceDetectorYN and FaceRecognizerSF.

Its two files come from the operator; which, docs/devices/face.md says. Landmarks for the liveness
check are dlib's here too.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hardware.errors import SettingsUnusable
from hardware.face.dlib_engine import DlibEngine
from hardware.face.engine import Descriptor, Face, Picture
from hardware.face.geometry import Box, Points

_SCORE = 0.8
_RIGHT_EYE, _LEFT_EYE, _NOSE, _MOUTH_RIGHT, _MOUTH_LEFT = slice(36, 42), slice(42, 48), 30, 48, 54


class OpenCvEngine(DlibEngine):
    """Implements FaceEngine. detector, recognizer: the two ONNX files."""

    def __init__(self, detector: Path, recognizer: Path) -> None:
        super().__init__()
        self._files = (detector, recognizer)
        for file in self._files:
            if not file.is_file():
                raise SettingsUnusable("model_absent", file=str(file))
        self._opening = threading.Lock()
        self._networks: tuple[Any, Any] | None = None
        self._name = _model_name(recognizer)

    @property
    def model(self) -> str:
        return self._name

    def load(self) -> None:
        super().load()
        self._opened()

    def _opened(self) -> tuple[Any, Any]:
        with self._opening:
            if self._networks is None:
                self._networks = self._open()
            return self._networks

    def _open(self) -> tuple[Any, Any]:
        detector, recognizer = (str(file) for file in self._files)
        try:
            finder = cv2.FaceDetectorYN.create(detector, "", (320, 320), _SCORE)
            return finder, cv2.FaceRecognizerSF.create(recognizer, "")
        except cv2.error as error:
            files = f"{detector}, {recognizer}"
            raise SettingsUnusable("model_unusable", files=files, reason=error.err) from error

    def _boxes(self, rgb: Picture) -> list[Box]:
        """The network was made for BGR; grey differences of red and blue matter little to it, yet
        the picture is turned round all the same."""
        finder, _ = self._opened()
        height, width = rgb.shape[:2]
        finder.setInputSize((width, height))
        _, rows = finder.detect(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
        return [] if rows is None else [_square(row) for row in rows]

    def describe(self, picture: Picture, face: Face) -> Descriptor:
        _, recognizer = self._opened()
        aligned = recognizer.alignCrop(picture, five_point_row(face))
        feature: Descriptor = np.array(recognizer.feature(aligned)[0], np.float64)
        size = float(np.linalg.norm(feature))
        return feature / size if size > 0 else feature


def five_point_row(face: Face) -> Any:
    """As FaceDetectorYN gives it: box, then right eye, left eye, nose tip, mouth's right and left
    corner, then the score; 15 numbers."""
    points, box = face.points, face.box
    five: Points = np.stack(
        [
            points[_RIGHT_EYE].mean(axis=0),
            points[_LEFT_EYE].mean(axis=0),
            points[_NOSE],
            points[_MOUTH_RIGHT],
            points[_MOUTH_LEFT],
        ]
    )
    size = [box.left, box.top, box.right - box.left, box.bottom - box.top]
    return np.array([[*size, *five.ravel(), 1.0]], np.float32)


def _square(row: Any) -> Box:
    """dlib's landmarks expect its own detector's box: a square over brows and chin."""
    left, top, width, height = (float(v) for v in row[:4])
    side = (width + height) / 2
    middle_x, middle_y = left + width / 2, top + height * 0.55
    return Box(middle_x - side / 2, middle_y - side / 2, middle_x + side / 2, middle_y + side / 2)


def _model_name(recognizer: Path) -> str:
    """Two files of one name may differ: what they hold is part of the name."""
    with recognizer.open("rb") as opened:
        return f"opencv-sface-{hashlib.file_digest(opened, 'sha256').hexdigest()[:8]}"
