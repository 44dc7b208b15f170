"""The default engine: dlib's detector, 68 landmarks and 128-number descriptor.

The models are those of face_recognition_models, which face-recognition installs. They are loaded
at the first use, under a lock; pictures lie in buffers of this object alone, which `wipe` clears.
"""

from __future__ import annotations

import threading
import warnings
from typing import Any

import cv2
import numpy as np

from hardware.errors import DeviceMissing
from hardware.face.engine import Descriptor, Face, Picture
from hardware.face.geometry import LANDMARKS, Box, Points
from hardware.face.light import light_of

MODEL = "dlib-resnet-v1"
_FIND_PX = 400  # the longer side at which faces are sought: those of 60 px eye distance are found
_STILL_PX = 300  # smaller pictures are enlarged first (a card's photo has 102 × 126)


def load_models() -> tuple[Any, Any, Any, Any]:
    """Detector, landmarks (68 and 5 points), descriptor. Raises DeviceMissing."""
    try:
        import dlib

        with warnings.catch_warnings():  # its own use of pkg_resources, deprecated
            warnings.simplefilter("ignore")
            import face_recognition_models as models
    except ImportError as error:
        raise DeviceMissing("face_engine_absent", reason=str(error)) from error
    return (
        dlib.get_frontal_face_detector(),
        dlib.shape_predictor(models.pose_predictor_model_location()),
        dlib.shape_predictor(models.pose_predictor_five_point_model_location()),
        dlib.face_recognition_model_v1(models.face_recognition_model_location()),
    )


class Scratch:
    """Buffers that are used again for every picture, so that they can be overwritten."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, tuple[int, ...]], Picture] = {}

    def array(self, name: str, height: int, width: int) -> Picture:
        key = (name, (height, width, 3))
        if key not in self._held:
            self._held = {k: v for k, v in self._held.items() if k[0] != name or self._clear(v)}
            self._held[key] = np.zeros((height, width, 3), np.uint8)
        return self._held[key]

    @staticmethod
    def _clear(old: Picture) -> bool:
        """A buffer of another size is overwritten and let go."""
        old.fill(0)
        return False

    def wipe(self) -> None:
        for held in self._held.values():
            held.fill(0)

    @property
    def clean(self) -> bool:
        return not any(held.any() for held in self._held.values())


class DlibEngine:
    """Implements FaceEngine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._models: tuple[Any, Any, Any, Any] | None = None
        self.scratch = Scratch()

    @property
    def model(self) -> str:
        return MODEL

    def load(self) -> None:
        """Takes one to ten seconds the first time."""
        with self._lock:
            if self._models is None:
                self._models = load_models()

    def _loaded(self) -> tuple[Any, Any, Any, Any]:
        self.load()
        assert self._models is not None  # noqa: S101  # load() raises otherwise
        return self._models

    def find(self, picture: Picture) -> tuple[Face, ...]:
        landmarks = self._loaded()[1]
        rgb, scale = self._rgb(picture)
        found = [self._face(picture, rgb, box, landmarks, scale) for box in self._boxes(rgb)]
        return tuple(sorted(found, key=lambda face: -face.box.area))

    def describe(self, picture: Picture, face: Face) -> Descriptor:
        _, _, five_points, descriptor = self._loaded()
        rgb, scale = self._rgb(picture)
        shape = five_points(rgb, _rectangle(face.box, scale))
        return np.array(descriptor.compute_face_descriptor(rgb, shape, 0))

    def wipe(self) -> None:
        self.scratch.wipe()

    def close(self) -> None:
        self.wipe()

    def _rgb(self, picture: Picture) -> tuple[Picture, float]:
        """As dlib wants it, and how much it was enlarged."""
        height, width = picture.shape[:2]
        scale = max(1.0, _STILL_PX / min(height, width))
        if scale > 1:
            height, width = round(height * scale), round(width * scale)
        rgb = self.scratch.array("rgb", height, width)
        if scale > 1:
            cv2.resize(picture, (width, height), dst=rgb, interpolation=cv2.INTER_CUBIC)
            cv2.cvtColor(rgb, cv2.COLOR_BGR2RGB, dst=rgb)
        else:
            cv2.cvtColor(picture, cv2.COLOR_BGR2RGB, dst=rgb)
        return rgb, scale

    def _boxes(self, rgb: Picture) -> list[Box]:
        """In pixels of `rgb`. Sought in a smaller picture, which takes a third of the time."""
        detector = self._loaded()[0]
        height, width = rgb.shape[:2]
        shrink = min(1.0, _FIND_PX / max(height, width))
        small = self.scratch.array("small", round(height * shrink), round(width * shrink))
        cv2.resize(rgb, small.shape[1::-1], dst=small, interpolation=cv2.INTER_AREA)
        return [
            Box(r.left() / shrink, r.top() / shrink, r.right() / shrink, r.bottom() / shrink)
            for r in detector(small, 0)
        ]

    def _face(self, picture: Picture, rgb: Picture, box: Box, landmarks: Any, scale: float) -> Face:
        shape = landmarks(rgb, _rectangle(box, 1.0))
        points: Points = np.empty((LANDMARKS, 2))
        for index, part in enumerate(shape.parts()):
            points[index] = part.x / scale, part.y / scale
        own = Box(box.left / scale, box.top / scale, box.right / scale, box.bottom / scale)
        return Face(own, points, light_of(picture, own, points))


def _rectangle(box: Box, scale: float) -> Any:
    import dlib

    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    return dlib.rectangle(
        round(left * scale), round(top * scale), round(right * scale), round(bottom * scale)
    )
