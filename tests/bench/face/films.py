"""Films of living heads, and attacks made from them: APCER by kind, BPCER, time to decision.

As ISO/IEC 30107-3 counts: an attack succeeds when it *passes*; one that a clerk must look at is
told apart. A film is asked for what its own movements answer: whoever moves otherwise has not
followed, and is no living person who was refused.
"""

from __future__ import annotations

import itertools
import random
import statistics
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import cv2

from hardware.camera.driver import CameraEnded
from hardware.face.actions import OTHERS, TURNS, Action
from hardware.face.check import CheckResult, FaceCheck, Wanted
from hardware.face.dlib_engine import DlibEngine
from hardware.face.engine import Descriptor, Face, Picture
from hardware.face.settings import FaceSettings, without_colour
from hardware.ports import Frame
from tests.support import attacks

SUFFIXES = (".mp4", ".avi", ".mov", ".mkv", ".webm")
_FPS = 12.5
_LONGEST_S = 40.0
_SIDE = 480
EYES = slice(36, 48)  # of the 68 landmarks
_ROUND_PX = 12

Film = Sequence[Picture]


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

    def __init__(self, film: Film, engine: Remembering) -> None:
        self._film, self._engine, self._next = film, engine, 0

    def read(self, timeout_s: float = 5.0) -> Frame:
        if self._next >= len(self._film):
            raise CameraEnded("the film is over")
        frame = attacks.FilmCamera([self._film[self._next]], _FPS).read()
        self._engine.number, self._next = self._next, self._next + 1
        return Frame(frame.taken_at, frame.picture, (self._next - 1) / _FPS)

    def close(self) -> None:
        self._next = len(self._film)


def films_in(folder: Path) -> list[Path]:
    return sorted(f for f in folder.rglob("*") if f.suffix.lower() in SUFFIXES)


def read_film(file: Path) -> Film:
    """At 12.5 pictures a second, square, 40 s at most."""
    capture = cv2.VideoCapture(str(file))
    rate = capture.get(cv2.CAP_PROP_FPS) or 25.0
    step, found = max(rate / _FPS, 1.0), []
    for number in itertools.count():
        good, picture = capture.read()
        if not good or len(found) >= _LONGEST_S * _FPS:
            break
        if number >= len(found) * step:
            height, width = picture.shape[:2]
            side = min(height, width)
            top, left = (height - side) // 2, (width - side) // 2
            found.append(cv2.resize(picture[top : top + side, left : left + side], (_SIDE, _SIDE)))
    capture.release()
    return found


def challenges() -> Iterator[tuple[Action, ...]]:
    """All that can be drawn: two different movements, a turn among them."""
    for pair in itertools.permutations((*TURNS, *OTHERS), 2):
        if set(pair) & set(TURNS):
            yield pair


def ask(
    engine: Remembering, film: Film, wanted: Iterable[tuple[Action, ...]], settings: FaceSettings
) -> list[CheckResult]:
    engine.forget()
    found = []
    for actions in wanted:
        check = FaceCheck(engine, settings, Wanted(actions=actions), random.Random(1))
        result = check.run(Showing(film, engine), lambda _p, _f: None, threading.Event())
        if result is not None:
            found.append(result)
    return found


def report(folder: Path, engine: DlibEngine) -> dict[str, object]:
    """Raises nothing: a film without a face counts as one that never moved. `replayed`: a living
    person's film shown to a camera whose screen plays the colours; no other attack has them on."""
    settings, seen = without_colour(FaceSettings()), Remembering(engine)
    named = {f.stem: read_film(f) for f in films_in(folder)}
    genuine = {name: _genuine(seen, film, settings) for name, film in named.items()}
    kinds: dict[str, list[CheckResult]] = {}
    films = list(named.values())
    for place, film in enumerate(films):
        other = films[(place + 1) % len(films)]
        made = {**_attacks(film, other), **_masked(film, engine)}
        for kind, attack in made.items():
            kinds.setdefault(kind, []).extend(ask(seen, attack, challenges(), settings))
        replayed = ask(seen, film, challenges(), FaceSettings())
        kinds.setdefault("replayed", []).extend(r for r in replayed if _complete(r))
    return {"films": len(named), **_living(genuine), **_attacked(kinds)}


def _attacks(film: Film, other: Film) -> Mapping[str, Film]:
    photo, half = film[0], len(film) // 2
    return {
        "still": attacks.still(photo, 60),
        "moved": attacks.moved(photo, 60),
        "tilted": attacks.tilted(photo, 60),
        "bent": attacks.bent(photo, 60),
        "zoomed": attacks.zoomed(photo, 60),
        "rolled": attacks.rolled(photo, 60),
        "loop": attacks.looped(film, 0, min(half, 40), 150),
        "frozen": attacks.frozen(film, min(half, 20), 8),
        "two_faces": attacks.two_faces(film, other, 15),
        "swapped": attacks.swapped(film, other, 15),
    }


def _masked(film: Film, engine: DlibEngine) -> Mapping[str, Film]:
    """A paper mask with holes for the eyes, and somebody behind it."""
    faces = engine.find(film[0])
    if not faces:
        return {}
    eyes = faces[0].points[EYES]
    (left, top), (right, bottom) = eyes.min(axis=0) - _ROUND_PX, eyes.max(axis=0) + _ROUND_PX
    where = (int(left), int(top), int(right), int(bottom))
    return {"cut_out_eyes": attacks.cut_out_eyes(film[0], film, where)}


def _genuine(
    engine: Remembering, film: Film, settings: FaceSettings
) -> tuple[int, list[CheckResult]]:
    """Challenges tried, and the results of those whose movements the film holds."""
    tried = list(challenges())
    results = ask(engine, film, tried, settings)
    return len(tried), [r for r in results if not r.failed and _complete(r)]


def _complete(result: CheckResult) -> bool:
    return any(c.name == "actions" and c.value == c.limit for c in result.cues)


def _living(genuine: Mapping[str, tuple[int, list[CheckResult]]]) -> dict[str, object]:
    results = [r for _, found in genuine.values() for r in found]
    lengths = [r.length_s for r in results]
    return {
        "challenges": sum(tried for tried, _ in genuine.values()),
        "challenges_followed": len(results),
        "followed_by_film": {name: len(found) for name, (_, found) in genuine.items()},
        "bpcer": _share(results, "reject"),
        "living_to_a_clerk": _share(results, "grey"),
        "reasons": dict(Counter(why for r in results for why in r.alive_reasons)),
        "time_to_decision_s": {
            "median": round(statistics.median(lengths), 2),
            "longest": round(max(lengths), 2),
        }
        if lengths
        else None,
    }


def _attacked(kinds: Mapping[str, Sequence[CheckResult]]) -> dict[str, object]:
    apcer = {kind: _share(results, "pass") for kind, results in kinds.items()}
    worst = max((v for v in apcer.values() if v is not None), default=None)
    return {
        "apcer": apcer,
        "apcer_worst": worst,
        "attacks_to_a_clerk": {kind: _share(results, "grey") for kind, results in kinds.items()},
        "attempts": {kind: len(results) for kind, results in kinds.items()},
    }


def _share(results: Sequence[CheckResult], verdict: str) -> float | None:
    if not results:
        return None
    return round(sum(r.alive.value == verdict for r in results) / len(results), 4)
