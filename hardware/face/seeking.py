"""Faces in a still picture of any size: the whole first, then its parts one after the other.

Engines look for faces of a certain size of the whole picture, as large as a person's before a
kiosk's camera; in a telephone's photograph a head may be far smaller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hardware.face.engine import Face, FaceEngine, Picture
from hardware.face.geometry import Box

_PARTS_FROM_PX = 600  # of the longer side; smaller pictures show no more in parts
_NARROWEST = 12  # a strip so many times as long as wide shows no face
_SAME = 0.3  # two boxes that overlap so much are of one face
_AROUND = 3.0  # face widths, for a closer look


def faces_in(engine: FaceEngine, picture: Picture) -> tuple[Face, ...]:
    """As the engine's `find`, which is asked again where it sees nobody. Raises EngineFailed."""
    height, width = picture.shape[:2]
    if max(height, width) > _NARROWEST * min(height, width):
        return ()
    found = engine.find(picture)
    if found or max(height, width) < _PARTS_FROM_PX:
        return found
    seen: list[Face] = []
    for part in _parts(width, height):
        for face in _within(engine, picture, part):
            if all(face.box.overlap(other.box) < _SAME for other in seen):
                seen.append(_closer(engine, picture, face))
    return tuple(sorted(seen, key=lambda face: -face.box.area))


def _parts(width: int, height: int) -> Iterator[Box]:
    """Nine of half the width and height, which overlap by half."""
    for top in np.linspace(0, height - height // 2, 3).astype(int):
        for left in np.linspace(0, width - width // 2, 3).astype(int):
            yield Box(int(left), int(top), int(left) + width // 2, int(top) + height // 2)


def _closer(engine: FaceEngine, picture: Picture, face: Face) -> Face:
    """Seen again in the middle of what is around it: an edge may have cut it."""
    box, (height, width) = face.box, picture.shape[:2]
    reach = _AROUND / 2 * (box.right - box.left)
    middle_x, middle_y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    around = Box(
        max(round(middle_x - reach), 0),
        max(round(middle_y - reach), 0),
        min(round(middle_x + reach), width),
        min(round(middle_y + reach), height),
    )
    again = [f for f in _within(engine, picture, around) if f.box.overlap(box) >= _SAME]
    return again[0] if again else face


def _within(engine: FaceEngine, picture: Picture, part: Box) -> list[Face]:
    """In the whole picture's pixels."""
    left, top = int(part.left), int(part.top)
    cut = picture[top : int(part.bottom), left : int(part.right)]
    return [_moved(face, left, top) for face in engine.find(cut)]


def _moved(face: Face, right_px: int, down_px: int) -> Face:
    box = face.box
    own = Box(box.left + right_px, box.top + down_px, box.right + right_px, box.bottom + down_px)
    return replace(face, box=own, points=face.points + np.array([right_px, down_px]))
