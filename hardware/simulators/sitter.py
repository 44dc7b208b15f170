"""Somebody who does not exist before the virtual camera: sits, sways a little, and moves as told.

The pictures are drawn by `head` and lie in assets/sitter; `python -m hardware.simulators.sitter`
draws them anew.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from hardware.simulators.head import ANOTHER, ONE, Picture, Pose, draw_head

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "sitter"
_REST = "rest"
_POSES: Mapping[str, Pose] = {
    _REST: Pose(),
    **{f"left-{n}": Pose(turn=10 * n) for n in (1, 2, 3)},
    **{f"right-{n}": Pose(turn=-10 * n) for n in (1, 2, 3)},
    **{f"nod-{n}": Pose(nod=9 * n) for n in (1, 2, 3)},
    **{f"mouth-{n}": Pose(mouth=n / 3) for n in (1, 2, 3)},
}


class Movement(StrEnum):
    """As the face check names them; left is the person's own."""

    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    OPEN_MOUTH = "open_mouth"


_STEMS = {
    Movement.TURN_LEFT: "left",
    Movement.TURN_RIGHT: "right",
    Movement.NOD: "nod",
    Movement.OPEN_MOUTH: "mouth",
}
_COURSE = (1, 2, 3, 3, 3, 2, 1)
_PAUSE = 8  # pictures of rest after a movement
_STRAIGHT = 3  # of them at least are seen before the next one


class Sitter:
    """Any thread. hold: pictures for each step of a movement; one at eight pictures a second."""

    def __init__(self, hold: int = 1) -> None:
        self._hold = hold
        self._lock = threading.Lock()
        self._planned: list[str] = []
        self._chance = np.random.default_rng(7)
        self._sway = np.zeros(3)

    def move(self, movement: Movement) -> None:
        """Once, unless the last one is still under way, or has only just ended."""
        with self._lock:
            if len(self._planned) <= (_PAUSE - _STRAIGHT) * self._hold:
                stem = _STEMS[movement]
                steps = [*(f"{stem}-{n}" for n in _COURSE), *[_REST] * _PAUSE]
                self._planned = [step for step in steps for _ in range(self._hold)]

    def picture(self) -> Picture:
        """The next one: no two are alike, as of a living person and a real camera."""
        with self._lock:
            name = self._planned.pop(0) if self._planned else _REST
            drawn = _drawn(name)
            noise = self._chance.integers(-2, 3, drawn.shape, dtype=np.int8)
            noisy = cv2.add(self._swayed(drawn), noise, dtype=cv2.CV_8U)
        return np.asarray(noisy, np.uint8)

    def jpeg(self) -> bytes:
        return bytes(cv2.imencode(".jpg", self.picture())[1])

    def _swayed(self, picture: Picture) -> Picture:
        self._sway = 0.97 * self._sway + self._chance.normal(0, (1.2, 1.2, 0.003))
        height, width = picture.shape[:2]
        scale = 1 + self._sway[2]
        left, top = (
            (1 - scale) * width / 2 + self._sway[0],
            (1 - scale) * height / 2 + self._sway[1],
        )
        matrix = np.array([[scale, 0, left], [0, scale, top]])
        moved = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)


@cache
def _drawn(name: str) -> Picture:
    picture = cv2.imread(str(FOLDER / f"{name}.jpg"))
    if picture is None:
        raise FileNotFoundError(FOLDER / f"{name}.jpg")
    return np.asarray(picture, np.uint8)


def draw_all(folder: Path) -> None:
    """The movements of one person, and another one's face."""
    people = {name: draw_head(pose, person=ONE) for name, pose in _POSES.items()}
    for name, picture in {**people, "another": draw_head(Pose(), person=ANOTHER)}.items():
        cv2.imwrite(str(folder / f"{name}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 90])


if __name__ == "__main__":
    draw_all(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
