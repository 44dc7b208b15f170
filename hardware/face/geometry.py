"""What 68 landmarks say of a face: pose, mouth, eyes, and whether a turned one is flat. Pure.

Landmarks are those of the iBUG 300-W scheme, 68 × 2 of float, in pixels, origin top left. All
figures are ratios, so that the distance to the camera does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

LANDMARKS = 68
_RIGHT_EYE, _LEFT_EYE = slice(36, 42), slice(42, 48)  # the person's own right and left
_NOSE_TIP = 30
_OUTER_RIGHT, _OUTER_LEFT = 36, 45
_LIP_UPPER, _LIP_LOWER = 62, 66
# Nose, eyes and mouth: in three depths, none on the outline, which moves with the view.
_RELIEF = (27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45, 48, 54, 51, 57)
# Those whose steps tell one movement from another: brows' ends, nose, eyes, mouth, chin.
_TRACED = (8, 17, 21, 22, 26, 27, 30, 36, 39, 42, 45, 48, 51, 54, 57, 62, 66)


@dataclass(frozen=True, slots=True)
class Measures:
    """yaw: nose tip against the outer eye corners, −1…1, positive towards the picture's right,
    which is the person's own left; about 0.75 · tan(angle). pitch: nose tip below the eyes, in eye
    distances; grows as the head is lowered. roll_deg: clockwise in the picture. mouth_gap: between
    the inner lips, in eye distances. eye_openness: the eye aspect ratio, mean of both eyes
    (Soukupová & Čech 2016)."""

    eye_distance_px: float
    yaw: float
    pitch: float
    roll_deg: float
    mouth_gap: float
    eye_openness: float


def measure(points: Points) -> Measures:
    right, left = points[_RIGHT_EYE].mean(axis=0), points[_LEFT_EYE].mean(axis=0)
    across = left - right
    eye_distance = max(float(np.hypot(*across)), 1e-6)
    unit = across / eye_distance
    down = np.array([-unit[1], unit[0]])
    nose = points[_NOSE_TIP]
    gap = float(np.linalg.norm(points[_LIP_UPPER] - points[_LIP_LOWER]))
    return Measures(
        eye_distance_px=eye_distance,
        yaw=_yaw(points, unit),
        pitch=float((nose - (right + left) / 2) @ down) / eye_distance,
        roll_deg=float(np.degrees(np.arctan2(across[1], across[0]))),
        mouth_gap=gap / eye_distance,
        eye_openness=(_openness(points[_RIGHT_EYE]) + _openness(points[_LEFT_EYE])) / 2,
    )


def _yaw(points: Points, unit: Points) -> float:
    to_right = float((points[_NOSE_TIP] - points[_OUTER_RIGHT]) @ unit)
    to_left = float((points[_OUTER_LEFT] - points[_NOSE_TIP]) @ unit)
    return (to_right - to_left) / max(to_right + to_left, 1e-6)


def _openness(eye: Points) -> float:
    """eye: its six landmarks."""
    heights = float(np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4]))
    return heights / max(2 * float(np.linalg.norm(eye[0] - eye[3])), 1e-6)


def relief(straight: Points, turned: Points) -> float:
    """How badly one plane explains both views: the RMS error of the best homography from
    `straight` to `turned`, over the distance of the outer eye corners. A photo, however it is
    turned, tilted or moved, stays near its landmarks' noise (0.01–0.02); a head does not."""
    source, target = straight[list(_RELIEF)], turned[list(_RELIEF)]
    found, _ = cv2.findHomography(source, target, 0)
    if found is None:
        return 0.0
    moved = cv2.perspectiveTransform(source[np.newaxis], found)[0]
    error = float(np.sqrt(np.mean(np.sum((moved - target) ** 2, axis=1))))
    return error / max(float(np.linalg.norm(turned[_OUTER_LEFT] - turned[_OUTER_RIGHT])), 1e-6)


def aligned(points: Points) -> Points:
    """Moved, scaled and rolled so that the middle of the eyes lies at 0, 0 and their distance is 1:
    what is left is the face's shape."""
    right, left = points[_RIGHT_EYE].mean(axis=0), points[_LEFT_EYE].mean(axis=0)
    across = left - right
    distance = max(float(np.hypot(*across)), 1e-6)
    cosine, sine = across / distance
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shape: Points = (points - (right + left) / 2) @ turn / distance
    return shape


def trace(points: Points) -> NDArray[np.float64]:
    """Place, size and shape of the face as one vector, in eye distances: what a loop repeats."""
    distance = max(measure(points).eye_distance_px, 1e-6)
    flat: NDArray[np.float64] = (points[list(_TRACED)] / distance).ravel()
    return flat


@dataclass(frozen=True, slots=True)
class Box:
    """In pixels; right and bottom lie outside."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        return max(self.right - self.left, 0.0) * max(self.bottom - self.top, 0.0)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0…1."""
        inner = Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        ).area
        whole = self.area + other.area - inner
        return inner / whole if whole > 0 else 0.0
