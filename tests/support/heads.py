"""Films of real heads, which are no part of the project: what they show, read once a run.

They lie in the folder that HALL_HEADS names, or beside the project. Where they are missing, what
needs them is skipped and says so.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from hardware.face.dlib_engine import DlibEngine
from hardware.face.engine import Descriptor, Face, Picture

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "heads"
FOLDER = Path(os.environ.get("HALL_HEADS", _BESIDE))

needs_heads = pytest.mark.skipif(
    not (FOLDER / "d3.mp4").is_file(),
    reason="no films of heads here: set HALL_HEADS to their folder",
)


class Remembering(DlibEngine):
    """Looks at each picture once, however often tests show it. Keeps no picture."""

    def __init__(self) -> None:
        super().__init__()
        self._found: dict[bytes, tuple[Face, ...]] = {}
        self._described: dict[bytes, Descriptor] = {}

    def forget(self) -> None:
        self._found.clear()
        self._described.clear()

    def find(self, picture: Picture) -> tuple[Face, ...]:
        key = hashlib.blake2b(picture.tobytes(), digest_size=16).digest()
        if key not in self._found:
            self._found[key] = super().find(picture)
        return self._found[key]

    def describe(self, picture: Picture, face: Face) -> Descriptor:
        key = hashlib.blake2b(picture.tobytes() + face.points.tobytes(), digest_size=16).digest()
        if key not in self._described:
            self._described[key] = super().describe(picture, face)
        return self._described[key].copy()


@cache
def engine() -> Remembering:
    """One for the whole run: its models take seconds to load."""
    return Remembering()


@cache
def pictures(name: str) -> tuple[Picture, ...]:
    """The whole film."""
    capture = cv2.VideoCapture(str(FOLDER / f"{name}.mp4"))
    found = []
    while True:
        good, picture = capture.read()
        if not good:
            break
        found.append(picture)
    capture.release()
    return tuple(found)


def rate(name: str) -> float:
    """Pictures in a second."""
    return {"d3": 30.0, "d12": 25.0, "d18": 30.0, "d19": 30.0, "d20": 25.0}[name]


def png(picture: Picture) -> bytes:
    good, data = cv2.imencode(".png", picture)
    assert good
    return np.asarray(data).tobytes()
