"""Pictures as files or bytes: their one face, its quality and descriptor; two of them compared.

Writes no picture and names no person in an error.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

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
from hardware.face.seeking import faces_in
from hardware.os_trouble import reason

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_LARGEST_BYTES = 20_000_000
_LARGEST_PIXELS = 200_000_000  # opened, three bytes each
# From so many pixels on a picture is opened at half its width and height, or at a quarter.
_HALVED_PIXELS, _QUARTERED_PIXELS = 25_000_000, 100_000_000


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
    """Upright where the file says how the camera was held, three colours also of a grey one.
    Raises PictureUnreadable."""
    if len(data) > _LARGEST_BYTES:
        raise PictureUnreadable("picture_large", name=name)
    decoded: Picture | None = None
    try:
        if data:
            decoded = cv2.imdecode(np.frombuffer(data, np.uint8), _opened_as(data, name))
    except cv2.error as error:
        raise PictureUnreadable("picture_unreadable", name=name) from error
    if decoded is None:
        raise PictureUnreadable("picture_unreadable", name=name)
    return decoded


def _opened_as(data: bytes, name: str) -> int:
    """By what the file says of its size, before it is opened: a few bytes may hold gigabytes."""
    pixels = _pixels(data)
    if pixels > _LARGEST_PIXELS:
        raise PictureUnreadable("picture_pixels", name=name, millions=_LARGEST_PIXELS // 1_000_000)
    if pixels > _QUARTERED_PIXELS:
        return int(cv2.IMREAD_REDUCED_COLOR_4)
    return int(cv2.IMREAD_REDUCED_COLOR_2 if pixels > _HALVED_PIXELS else cv2.IMREAD_COLOR)


def _pixels(data: bytes) -> int:
    """0 where the file does not say: then OpenCV's own bound holds."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of many pixels, which we judge ourselves
            with Image.open(io.BytesIO(data)) as picture:
                return picture.width * picture.height
    except Image.DecompressionBombError:
        return _LARGEST_PIXELS + 1
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return 0


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
    faces = faces_in(engine, picture)
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
