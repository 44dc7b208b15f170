"""Light, sharpness and colour of a face in a picture. Pure."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from hardware.face.engine import Light, Picture
from hardware.face.geometry import Box, Points

_FACE_PX = 160  # sharpness is compared at one size
_EYES = (36, 48)
_SKIN = (1, 2, 3, 4, 12, 13, 14, 15, 29, 31, 35)  # cheeks between jaw and nose: skin, no eyes


def light_of(picture: Picture, box: Box, points: Points) -> Light:
    """Raises nothing: a face at the edge is judged by what of it is inside."""
    grey_face = cv2.cvtColor(_cut(picture, box), cv2.COLOR_BGR2GRAY)
    low, high = np.percentile(grey_face, (5, 95))
    scaled = cv2.resize(grey_face, (_FACE_PX, _FACE_PX), interpolation=cv2.INTER_AREA)
    eyes = points[slice(*_EYES)]
    eye_box = Box(*eyes.min(axis=0), *(eyes.max(axis=0) + 1))
    eye_grey = cv2.cvtColor(_cut(picture, eye_box), cv2.COLOR_BGR2GRAY)
    return Light(
        mean=float(grey_face.mean()),
        spread=float(high - low),
        surround=_surround(picture, box),
        sharpness=float(cv2.Laplacian(scaled, cv2.CV_64F).var()),
        eye_contrast=float(eye_grey.std()),
        colour=_skin_colour(picture, points),
    )


def _cut(picture: Picture, box: Box) -> Picture:
    """The part of the box that lies inside, at least one pixel."""
    height, width = picture.shape[:2]
    left, top = min(max(int(box.left), 0), width - 1), min(max(int(box.top), 0), height - 1)
    right, bottom = max(int(box.right), left + 1), max(int(box.bottom), top + 1)
    return picture[top:bottom, left:right]


def _surround(picture: Picture, box: Box) -> float:
    """Mean grey of a tenfold thinned picture without the face."""
    grey = picture[::10, ::10].mean(axis=2)
    rows, columns = np.indices(grey.shape) * 10
    inside = (columns >= box.left) & (columns < box.right) & (rows >= box.top) & (rows < box.bottom)
    outside = grey[~inside]
    return float(outside.mean()) if outside.size else float(grey.mean())


def _skin_colour(picture: Picture, points: Points) -> tuple[float, float, float]:
    hull = cv2.convexHull(points[list(_SKIN)].astype(np.int32))
    left, top, width, height = cv2.boundingRect(hull)
    box = Box(left, top, left + width, top + height)
    part = _cut(picture, box)
    origin = np.array([max(left, 0), max(top, 0)])
    mask: NDArray[np.uint8] = np.zeros(part.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, (hull - origin).astype(np.int32), 255)
    blue, green, red, _ = cv2.mean(part, mask)
    return red, green, blue
