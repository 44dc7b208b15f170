"""Presentation attacks made from films of real heads: what a camera would see of each.

Pictures in, pictures out; every result gets a camera's noise, so that no frame equals another
unless standing still is the attack itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import cv2
import numpy as np

from hardware.camera.driver import CameraEnded
from hardware.face.engine import Picture
from hardware.ports import Frame

Film = list[Picture]
FPS = 10.0  # of what is made here
_NOISE = 2.0  # grey values, as of a webcam indoors


class FilmCamera:
    """Implements Camera: one picture after the other, `fps` a second, then it has ended."""

    def __init__(self, pictures: Sequence[Picture], fps: float = FPS) -> None:
        self._pictures, self._fps, self._next = list(pictures), fps, 0
        self.given: Film = []

    def read(self, timeout_s: float = 5.0) -> Frame:
        if self._next >= len(self._pictures):
            raise CameraEnded("the film is over")
        picture = self._pictures[self._next].copy()
        self.given.append(picture)
        self._next += 1
        return Frame(datetime.now(UTC), picture, (self._next - 1) / self._fps)

    def close(self) -> None:
        self._next = len(self._pictures)


def noisy(film: Sequence[Picture], seed: int = 0) -> Film:
    chance = np.random.default_rng(seed)
    return [np.clip(p + chance.normal(0, _NOISE, p.shape), 0, 255).astype(np.uint8) for p in film]


def scaled(film: Sequence[Picture], side: int) -> Film:
    return [cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in film]


def swings(count: int, low: float, high: float, period: int = 16) -> list[float]:
    """To and fro, at rest in the middle of the range for a second first."""
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle + half * np.sin(2 * np.pi * max(i - 11, 0) / period) for i in range(count)]


def still(photo: Picture, count: int) -> Film:
    return noisy([photo] * count)


def moved(photo: Picture, count: int) -> Film:
    side = photo.shape[0]
    shifts = swings(count, -0.1 * side, 0.1 * side)
    return noisy([_affine(photo, 1.0, 0.0, s) for s in shifts])


def zoomed(photo: Picture, count: int) -> Film:
    return noisy([_affine(photo, s, 0.0, 0.0) for s in swings(count, 0.85, 1.2)])


def rolled(photo: Picture, count: int) -> Film:
    return noisy([_affine(photo, 1.0, s, 0.0) for s in swings(count, -12, 12)])


def _affine(photo: Picture, scale: float, degrees: float, shift_px: float) -> Picture:
    side = photo.shape[0]
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), degrees, scale)
    matrix[0, 2] += shift_px
    return cv2.warpAffine(photo, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)


def tilted(photo: Picture, count: int) -> Film:
    """A flat photo turned by up to 40 degrees to both sides, and nodded with."""
    turns = swings(count, -40, 40)
    return noisy([bend(photo, 1e-6, t, t / 3) for t in turns])


def bent(photo: Picture, count: int) -> Film:
    """Bent round a bottle, and turned by up to 30 degrees."""
    return noisy([bend(photo, 0.8, t, 0.0) for t in swings(count, -30, 30)])


def bend(photo: Picture, curvature: float, turn_deg: float, nod_deg: float) -> Picture:
    """The photo on a cylinder (its width is `curvature` radii), turned before a camera; drawn in
    upright strips, of which each is flat."""
    side = photo.shape[0]
    focal, radius, strips = 1.5 * side, side / curvature, 1 if curvature < 0.01 else 24
    across, down = np.meshgrid(np.linspace(-0.5, 0.5, strips + 1), np.array([-0.5, 0.5]))
    angle = across * side / radius
    x, y, z = radius * np.sin(angle), down * side, radius * (1 - np.cos(angle))
    turn, nod = np.radians([turn_deg, nod_deg])
    x, z = x * np.cos(turn) + z * np.sin(turn), z * np.cos(turn) - x * np.sin(turn)
    y, z = y * np.cos(nod) - z * np.sin(nod), z * np.cos(nod) + y * np.sin(nod) + focal
    seen = np.stack([x * focal / z + side / 2, y * focal / z + side / 2], axis=2)
    canvas = np.full_like(photo, int(photo[:8].mean()))
    edges = np.linspace(0, side, strips + 1)
    for strip in range(strips):
        left, right = float(edges[strip]), float(edges[strip + 1])
        source = np.array([[left, 0], [right, 0], [left, side], [right, side]], np.float32)
        target = seen[:, strip : strip + 2].reshape(4, 2).astype(np.float32)
        _strip(photo, canvas, source, target)
    return canvas


def _strip(photo: Picture, canvas: Picture, source: np.ndarray, target: np.ndarray) -> None:
    matrix = cv2.getPerspectiveTransform(source, target)
    drawn = cv2.warpPerspective(photo, matrix, canvas.shape[1::-1])
    mask = np.zeros(canvas.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(target[[0, 1, 3, 2]]).astype(np.int32), 255)
    canvas[mask > 0] = drawn[mask > 0]


def cut_out_eyes(photo: Picture, live: Sequence[Picture], eyes: tuple[int, int, int, int]) -> Film:
    """A photo with holes, behind which somebody blinks. eyes: left, top, right, bottom."""
    left, top, right, bottom = eyes
    shown = []
    for picture in live:
        paper = photo.copy()
        paper[top:bottom, left:right] = picture[top:bottom, left:right]
        shown.append(paper)
    return noisy(shown)


def looped(film: Sequence[Picture], begin: int, end: int, count: int) -> Film:
    """A stretch of a film again and again, filmed off a screen."""
    stretch = list(film[begin:end])
    return noisy((list(film[:end]) + stretch * (count // len(stretch) + 1))[:count])


def frozen(film: Sequence[Picture], at: int, for_frames: int) -> Film:
    """A film that stands still for a while and goes on: cut into the camera's line."""
    live = noisy(film)
    return [*live[:at], *[live[at]] * for_frames, *live[at:]]


def two_faces(film: Sequence[Picture], other: Sequence[Picture], since: int) -> Film:
    """From `since` on somebody stands beside; the picture is twice as wide all along."""
    wide = []
    for index, picture in enumerate(film):
        blank = np.full_like(picture, 120)
        beside = other[index % len(other)] if index >= since else blank
        wide.append(np.hstack([picture, cv2.resize(beside, picture.shape[1::-1])]))
    return noisy(wide)


def swapped(film: Sequence[Picture], other: Sequence[Picture], at: int) -> Film:
    """Another person from `at` on, in the same place, without a gap."""
    return noisy([*film[:at], *other])
