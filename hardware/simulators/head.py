"""Draws the head of somebody who does not exist: a relief with painted skin, turned and lit.

For the demonstration's camera and for tests of the face check: a face detector finds it, its
landmarks move as a head's do, and a turn shows its depth. Lengths are in half widths of the head, x
to the picture's right, y down, z towards the camera; colours are BGR.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Picture = NDArray[np.uint8]
_GRID = 460  # points each way; more than the picture has pixels of the face
_AWAY = 4.2  # the camera, from the head's middle
_LIGHT = np.array([-0.25, -0.45, 0.86])
_HAIR, _LINE = (34.0, 36.0, 42.0), (25.0, 30.0, 40.0)


@dataclass(frozen=True, slots=True)
class Person:
    """What tells one invented person from another."""

    skin: tuple[float, float, float] = (128.0, 160.0, 205.0)
    jaw: float = 0.42
    nose_wide: float = 0.13
    nose_long: float = 0.22
    eyes_apart: float = 0.40
    eyes_wide: float = 0.185
    brows: float = 0.034
    lips: float = 0.28
    hair: tuple[float, float, float] = _HAIR


ONE = Person()
ANOTHER = Person(
    skin=(150.0, 178.0, 222.0), jaw=0.26, nose_wide=0.19, nose_long=0.16, eyes_apart=0.45,
    eyes_wide=0.15, brows=0.05, lips=0.36, hair=(120.0, 122.0, 126.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pose:
    """turn: degrees to the picture's right, which is the person's own left; nod: degrees down;
    mouth: open, 0–1."""

    turn: float = 0.0
    nod: float = 0.0
    mouth: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Relief:
    points: Values
    normals: Values
    colours: Values


def draw_head(pose: Pose, size: tuple[int, int] = (640, 480), person: Person = ONE) -> Picture:
    """size: width and height in pixels."""
    relief = _relief(person, pose.mouth)
    turn = _turning(pose)
    points, normals = relief.points @ turn.T, relief.normals @ turn.T
    light = _LIGHT / np.linalg.norm(_LIGHT)
    lit = relief.colours * (0.42 + 0.62 * np.clip(normals @ light, 0, 1))[:, None]
    seen = normals[:, 2] > -0.05
    width, height = size
    near = _AWAY / (_AWAY - points[:, 2]) * height * 0.27
    across = width / 2 + points[:, 0] * near
    down = height * 0.52 + points[:, 1] * near
    picture = _surroundings(size, person)
    _lay(picture, np.stack([across, down, points[:, 2]], axis=1)[seen], lit[seen])
    soft: Picture = np.clip(cv2.GaussianBlur(picture, (0, 0), 0.9), 0, 255).astype(np.uint8)
    return soft


def _turning(pose: Pose) -> Values:
    turn, nod = np.radians([pose.turn, pose.nod])
    around = np.array(
        [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    )
    over = np.array([[1, 0, 0], [0, np.cos(nod), np.sin(nod)], [0, -np.sin(nod), np.cos(nod)]])
    turned: Values = over @ around
    return turned


def _surroundings(size: tuple[int, int], person: Person) -> Values:
    """Wall, shoulders and neck."""
    width, height = size
    wall = np.linspace(205, 178, height)[:, None, None] * np.array([0.96, 1.0, 1.0])
    picture = np.ascontiguousarray(np.broadcast_to(wall, (height, width, 3)))
    middle, unit = width // 2, height / 480
    shoulders = (int(210 * unit), int(110 * unit))
    cv2.ellipse(picture, (middle, int(height * 1.12)), shoulders, 0, 0, 360, (120, 84, 52), -1)
    side = int(62 * unit)
    neck = tuple(0.8 * part for part in person.skin)
    at, to = (middle - side, int(height * 0.72)), (middle + side, int(height * 0.93))
    cv2.rectangle(picture, at, to, neck, -1)
    return picture


def _lay(picture: Values, places: Values, colours: Values) -> None:
    """Points into the picture, the nearest last; what lies between them is closed."""
    height, width = picture.shape[:2]
    order = np.argsort(places[:, 2])
    x, y = np.round(places[order, :2]).astype(int).T
    inside = (x >= 0) & (x < width - 1) & (y >= 0) & (y < height - 1)
    x, y, colours = x[inside], y[inside], colours[order][inside]
    layer, mask = np.zeros_like(picture), np.zeros((height, width), np.uint8)
    for right, below in ((1, 1), (1, 0), (0, 1), (0, 0)):
        layer[y + below, x + right], mask[y + below, x + right] = colours, 255
    share = cv2.GaussianBlur(mask, (0, 0), 1.2)[..., None] / 255.0 * (mask[..., None] > 0)
    picture[:] = picture * (1 - share) + layer * share


# --- the relief and what is painted on it ---------------------------------------------------


def _smooth(values: Values, low: Values | float, high: Values | float) -> Values:
    share: Values = np.clip((values - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def _bump(u: Values, v: Values, at: tuple[float, float], wide: tuple[float, float]) -> Values:
    bump: Values = np.exp(-(((u - at[0]) / wide[0]) ** 2) - ((v - at[1]) / wide[1]) ** 2)
    return bump


@cache
def _relief(person: Person, mouth: float) -> _Relief:
    v, u = np.mgrid[-1.45 : 1.45 : _GRID * 1j, -1.08 : 1.08 : _GRID * 1j]
    below, above = np.clip(v, 0, 1.4), np.clip(-v, 0, 1.4)
    half = np.where(v > 0, 0.98 - person.jaw * below**2.2 / 1.6, 0.98 - 0.10 * above**2)
    radius = (u / half) ** 2 + (np.abs(v) / 1.42) ** 2.6
    depth = 0.85 * np.clip(1 - radius, 0, 1) ** 0.45 + _features(u, v, person)
    hair = _hair(u, v, half)
    depth += 0.05 * hair
    colours = _painted(u, v, person, mouth, hair)
    steep = np.gradient(depth, axis=1) / (u[0, 1] - u[0, 0])
    slope = np.gradient(depth, axis=0) / (v[1, 0] - v[0, 0])
    normals = np.stack([-steep, -slope, np.ones_like(depth)], axis=-1)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    face = radius < 1
    return _Relief(np.stack([u, v, depth - 0.2], axis=-1)[face], normals[face], colours[face])


def _features(u: Values, v: Values, person: Person) -> Values:
    """Nose, brows, sockets, cheeks, lips and chin, above the plain head."""
    wide = person.nose_wide
    depth = 0.30 * _bump(u, v, (0, 0.22), (wide, 0.16))
    depth += person.nose_long * _bump(u, v, (0, -0.02), (0.7 * wide, 0.22))
    for side in (-1, 1):
        eye = side * person.eyes_apart
        depth += 0.06 * _bump(u, v, (side * 1.2 * wide, 0.28), (0.08, 0.07))
        depth -= 0.14 * _bump(u, v, (eye, -0.12), (0.22, 0.13))
        depth += 0.10 * _bump(u, v, (eye, -0.36), (0.30, 0.09))
        depth += 0.07 * _bump(u, v, (eye, -0.12), (0.13, 0.09))
        depth += 0.06 * _bump(u, v, (side * 0.55, 0.25), (0.2, 0.2))
    depth += 0.10 * _bump(u, v, (0, 0.60), (0.26, 0.12))
    depth += 0.10 * _bump(u, v, (0, 1.0), (0.25, 0.14))
    lower: Values = depth - 0.05 * _bump(u, v, (0, 0.80), (0.3, 0.06))
    return lower


def _hair(u: Values, v: Values, half: Values) -> Values:
    line = -0.78 + 0.25 * (np.abs(u) / 0.9) ** 3
    top = 1 - _smooth(v, line - 0.03, line + 0.03)
    edge = 0.80 * half
    sides = _smooth(np.abs(u), edge - 0.02, edge + 0.02) * (1 - _smooth(v, -0.05, 0.15))
    hair: Values = np.clip(top + sides, 0, 1)
    return hair


class _Paint:
    """Colours of the skin; `mix` lays another over a part of it."""

    def __init__(self, u: Values, v: Values, person: Person) -> None:
        grain = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, u.shape), (0, 0), 2)
        self.grain = grain / grain.std()
        self.colours = np.ones((*u.shape, 3)) * person.skin * (1 + 0.025 * self.grain)[..., None]

    def mix(self, share: Values, colour: tuple[float, float, float]) -> None:
        part = share[..., None]
        self.colours = self.colours * (1 - part) + np.array(colour) * part


def _painted(u: Values, v: Values, person: Person, mouth: float, hair: Values) -> Values:
    paint = _Paint(u, v, person)
    for side in (-1, 1):
        paint.mix(0.25 * _bump(u, v, (side * 0.55, 0.28), (0.22, 0.2)), (110, 120, 215))
        _paint_eye(paint, (u - side * person.eyes_apart) * side, v, person)
        nostril = _bump(u, v, (side * 0.65 * person.nose_wide, 0.315), (0.045, 0.025))
        paint.mix(0.8 * nostril, (35, 40, 70))
        fold = np.exp(-(((u * side - 0.25 - 0.32 * (v - 0.28)) / 0.03) ** 2))
        paint.mix(
            0.22 * fold * _smooth(v, 0.28, 0.36) * (1 - _smooth(v, 0.5, 0.66)), (90, 115, 160)
        )
    _paint_mouth(paint, u, v, person, mouth)
    strands = 1 + 0.25 * np.sin(u * 90 + 3 * paint.grain)
    part = hair[..., None]
    painted: Values = paint.colours * (1 - part) + np.array(person.hair) * strands[..., None] * part
    return painted


def _paint_eye(paint: _Paint, x: Values, v: Values, person: Person) -> None:
    """x: from the eye's middle outwards."""
    wide, middle = person.eyes_wide, -0.135
    paint.mix(0.35 * _bump(x, v, (0, -0.16), (0.26, 0.13)), (70, 95, 140))
    arch = np.sqrt(np.clip(1 - (x / wide) ** 2, 0, 1))
    upper, lower = -0.12 - 0.085 * arch, -0.12 + 0.05 * arch
    white = _smooth(v, upper - 0.008, upper + 0.008) * (
        1 - _smooth(v, lower - 0.008, lower + 0.008)
    )
    white = white * (np.abs(x) < wide)
    paint.mix(white, (225, 228, 232))
    away = np.hypot(x, v - middle)
    paint.mix((1 - _smooth(away, 0.068, 0.08)) * white, (40, 55, 80))
    paint.mix((1 - _smooth(away, 0.028, 0.036)) * white, (12, 12, 14))
    paint.mix((1 - _smooth(np.hypot(x + 0.02, v + 0.16), 0.010, 0.018)) * white, (250, 250, 250))
    near = np.abs(x) < wide + 0.01
    paint.mix(0.9 * np.exp(-(((v - upper) / 0.016) ** 2)) * near, _LINE)
    paint.mix(0.45 * np.exp(-(((v - lower) / 0.014) ** 2)) * near, (60, 75, 110))
    paint.mix(0.35 * np.exp(-(((v - upper + 0.05) / 0.014) ** 2)) * near, (80, 100, 140))
    brow = -0.34 - 0.06 * np.sqrt(np.clip(1 - ((x - 0.02) / 0.3) ** 2, 0, 1))
    ends = _smooth(x, -0.26, -0.18) * (1 - _smooth(x, 0.2, 0.3))
    paint.mix(0.85 * np.exp(-(((v - brow) / person.brows) ** 2)) * ends, (35, 40, 50))


def _paint_mouth(paint: _Paint, u: Values, v: Values, person: Person, mouth: float) -> None:
    """A line, or wide open with the upper teeth."""
    line, wide = 0.60, person.lips * (1 - 0.2 * mouth)
    arch = np.clip(1 - (u / wide) ** 2, 0, 1)
    across = np.abs(u) < wide
    top, bottom = line - 0.10 * mouth * arch, line + 0.48 * mouth * arch
    upper, lower = top - 0.062 * arch, bottom + 0.085 * arch
    lips = _smooth(v, upper - 0.008, upper + 0.008) * (1 - _smooth(v, lower - 0.01, lower + 0.01))
    paint.mix(0.8 * lips * across, (105, 105, 185))
    if mouth > 0:
        inner = _smooth(v, top - 0.006, top + 0.006)
        inner = inner * (1 - _smooth(v, bottom - 0.006, bottom + 0.006)) * across
        paint.mix(0.95 * inner, (30, 25, 55))
        teeth = (1 - _smooth(v, top + 0.035, top + 0.045)) * inner
        paint.mix(0.8 * teeth, (215, 222, 228))
    else:
        paint.mix(0.85 * np.exp(-(((v - line) / 0.012) ** 2)) * across, (45, 45, 95))
    paint.mix(0.3 * _bump(u, v, (0, 0.74 + 0.42 * mouth), (0.2, 0.03)), (85, 105, 150))
