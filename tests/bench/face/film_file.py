"""A film as pictures, and an engine and a camera that show it many times and look at it once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import cv2

from hardware.camera.driver import CameraEnded
from hardware.face.dlib_engine import DlibEngine
from hardware.face.engine import Descriptor, Face, Picture
from hardware.ports import Frame
from tests.support import attacks

FPS = 25.0  # of films; a kiosk's engine looks at 15 to 20 a second, and faster where it can
MADE_FPS = 12.5  # of attacks that are made from them
LEAST_S = 2.0  # nobody moves in less
_LONGEST_S = 30.0  # 520 MB
_SIDE = 480
_RATES = (1.0, 240.0)  # pictures a second that a film may honestly name

Pictures = Sequence[Picture]


class Footage(list[Picture]):
    """The pictures of one film. fps: at which they were taken; FPS, unless the film is slower."""

    def __init__(self, pictures: Sequence[Picture] = (), fps: float = FPS) -> None:
        super().__init__(pictures)
        self.fps = fps

    def thinned(self) -> Footage:
        """About MADE_FPS pictures a second."""
        step = max(round(self.fps / MADE_FPS), 1)
        return Footage(self[::step], self.fps / step)


class Remembering:
    """A FaceEngine that looks at each picture once, however often a film is shown."""

    def __init__(self, engine: DlibEngine) -> None:
        self._engine = engine
        self._seen: dict[int, tuple[Face, ...]] = {}
        self._described: dict[int, Descriptor] = {}
        self.number = 0  # of the picture that is shown

    @property
    def model(self) -> str:
        return self._engine.model

    def forget(self) -> None:
        self._seen.clear()
        self._described.clear()

    def find(self, picture: Picture) -> tuple[Face, ...]:
        if self.number not in self._seen:
            self._seen[self.number] = self._engine.find(picture)
        return self._seen[self.number]

    def describe(self, picture: Picture, face: Face) -> Descriptor:
        """The box tells which picture it was: no two of a film have the very same landmarks."""
        key = hash(face.points.tobytes())
        if key not in self._described:
            self._described[key] = self._engine.describe(picture, face)
        return self._described[key].copy()

    def wipe(self) -> None:
        self._engine.wipe()

    def close(self) -> None:
        self._engine.close()


class Showing:
    """Implements Camera."""

    def __init__(self, film: Pictures, engine: Remembering) -> None:
        self._film, self._engine, self._next = film, engine, 0
        self._fps = film.fps if isinstance(film, Footage) else MADE_FPS

    def read(self, timeout_s: float = 5.0) -> Frame:
        if self._next >= len(self._film):
            raise CameraEnded("the film is over")
        frame = attacks.FilmCamera([self._film[self._next]], self._fps).read()
        self._engine.number, self._next = self._next, self._next + 1
        return Frame(frame.taken_at, frame.picture, (self._next - 1) / self._fps)

    def close(self) -> None:
        self._next = len(self._film)


def read_film(file: Path) -> Footage:
    """At 25 pictures a second or as many as it has, square, 30 s at most; empty where it cannot be
    opened."""
    capture = cv2.VideoCapture(str(file))
    rate = capture.get(cv2.CAP_PROP_FPS)
    rate = rate if _RATES[0] <= rate <= _RATES[1] else 25.0
    step, found = max(rate / FPS, 1.0), Footage(fps=min(rate, FPS))
    for number in itertools.count():
        good, picture = capture.read()
        if not good or len(found) >= _LONGEST_S * found.fps:
            break
        if number >= len(found) * step:
            found.append(_square(picture))
    capture.release()
    return found


def _square(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return cv2.resize(picture[top : top + side, left : left + side], (_SIDE, _SIDE))
