"""Pictures as files or bytes: their one face, its quality and descriptor; two of them compared.

Writes no picture and names no person in an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hardware.errors import DeviceProtocolError
from hardware.face.calibration import Calibration, CalibrationUnusable
from hardware.face.deciding import Decided, decide
from hardware.face.engine import (
    Descriptor,
    Face,
    FaceEngine,
    NoFace,
    Picture,
    SeveralFaces,
)
from hardware.face.matching import match
from hardware.face.quality import GateLimits, Quality, judge, large_faces
from hardware.os_trouble import reason

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_LARGEST_BYTES = 20_000_000


class PictureUnreadable(DeviceProtocolError):
    """These bytes are no picture that can be opened."""

    code = "picture_unreadable"


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """One picture of one person."""

    face: Face
    quality: Quality
    descriptor: Descriptor


def decode_picture(data: bytes, name: str = "") -> Picture:
    """Raises PictureUnreadable."""
    if len(data) > _LARGEST_BYTES:
        raise PictureUnreadable("picture_large", name=name)
    decoded: Picture | None = None
    if data:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise PictureUnreadable("picture_unreadable", name=name)
    return decoded


def read_picture(file: Path) -> Picture:
    """Raises PictureUnreadable for a file that is none, or is not there."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise PictureUnreadable("file_unreadable", file=str(file), reason=reason(error)) from error
    return decode_picture(data, str(file))


def describe(engine: FaceEngine, picture: Picture, limits: GateLimits | None = None) -> Described:
    """Raises NoFace, SeveralFaces."""
    chosen = limits or GateLimits()
    faces = engine.find(picture)
    quality = judge(faces, (picture.shape[1], picture.shape[0]), chosen)
    counted = large_faces(faces, chosen)
    if not counted:
        raise NoFace("no_face")
    if len(counted) > 1:
        raise SeveralFaces("several_faces", faces=len(counted))
    return Described(counted[0], quality, engine.describe(picture, counted[0]))


def check_model(calibration: Calibration | None, model: str) -> None:
    """Raises CalibrationUnusable for one of another engine."""
    if calibration is not None and calibration.model != model:
        raise CalibrationUnusable(
            "calibration_of_another",
            made_for=calibration.model,
            model=model,
            calibration=calibration.id,
        )


def compare(
    engine: FaceEngine,
    reference: Picture,
    live: Picture,
    calibration: Calibration | None,
    limits: GateLimits | None = None,
) -> tuple[Decided, tuple[Described, Described]]:
    """1 : 1, without any proof that somebody stood there. Raises NoFace, SeveralFaces,
    CalibrationUnusable."""
    check_model(calibration, engine.model)
    held, seen = describe(engine, reference, limits), describe(engine, live, limits)
    mean = calibration.cohort_mean if calibration else None
    found = match([held.descriptor], [seen.descriptor], mean)
    return decide(found, calibration, (held.quality, seen.quality)), (held, seen)
