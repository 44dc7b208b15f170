"""Films of real heads, which are no part of the project: what they show, read once a run.

They lie in the folder that HALL_HEADS names, or beside the project. Where they are missing, what
needs them is skipped and says so.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from hardware.face.dlib_engine import DlibEngine
from hardware.face.engine import Picture

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "heads"
FOLDER = Path(os.environ.get("HALL_HEADS", _BESIDE))

needs_heads = pytest.mark.skipif(
    not (FOLDER / "d3.mp4").is_file(),
    reason="no films of heads here: set HALL_HEADS to their folder",
)


@cache
def engine() -> DlibEngine:
    """One for the whole run: its models take seconds to load."""
    return DlibEngine()


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
