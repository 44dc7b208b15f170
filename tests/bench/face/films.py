"""Films of living heads, and attacks: APCER by kind, BPCER, time to decision.

As ISO/IEC 30107-3 counts: an attack succeeds when it *passes*; one that a clerk must look at is
told apart. A film is asked for what its own movements answer: whoever moves otherwise has not
followed, and is no living person who was refused. Attacks are films that say so, and such as are
made from the films of living people. Two films are in memory at a time.
"""

from __future__ import annotations

import itertools
import random
import statistics
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hardware.face.actions import OTHERS, TURNS, Action
from hardware.face.check import CheckResult, FaceCheck, Wanted
from hardware.face.dlib_engine import DlibEngine
from hardware.face.settings import FaceSettings, without_colour
from tests.bench.face.film_file import LEAST_S, Footage, Pictures, Remembering, Showing, read_film
from tests.bench.face.folder import Film
from tests.bench.face.progress import Progress
from tests.bench.face.shares import interval, share
from tests.support import attacks

EYES = slice(36, 48)  # of the 68 landmarks
_ROUND_PX = 12


@dataclass
class Tried:
    """genuine: results of the challenges that a film follows, by its name; alone: of one movement
    by itself, of which a film may show no other. made, given: results of
    attacks by kind. unusable: films by reason."""

    progress: Progress
    challenges: int = 0
    genuine: dict[str, list[CheckResult]] = field(default_factory=dict)
    alone: dict[str, list[CheckResult]] = field(default_factory=dict)
    made: dict[str, list[CheckResult]] = field(default_factory=dict)
    given: dict[str, list[CheckResult]] = field(default_factory=dict)
    unusable: dict[str, list[str]] = field(default_factory=dict)
    made_from: int = 0
    given_films: int = 0


def challenges() -> Iterator[tuple[Action, ...]]:
    """All that can be drawn: two different movements, a turn among them."""
    for pair in itertools.permutations((*TURNS, *OTHERS), 2):
        if set(pair) & set(TURNS):
            yield pair


def movements() -> Iterator[tuple[Action, ...]]:
    """Each by itself: no kiosk asks so, but many a film shows one and no more."""
    yield from ((action,) for action in (*TURNS, *OTHERS, Action.BLINK))


def ask(
    engine: Remembering,
    film: Pictures,
    wanted: Iterable[tuple[Action, ...]],
    settings: FaceSettings,
    *,
    again: bool = False,
) -> list[CheckResult]:
    """again: the same film as before."""
    if not again:
        engine.forget()
    found = []
    for actions in wanted:
        check = FaceCheck(engine, settings, Wanted(actions=actions), random.Random(1))
        result = check.run(Showing(film, engine), lambda _p, _f: None, threading.Event())
        if result is not None:
            found.append(result)
    return found


def report(
    films: Sequence[Film], engine: DlibEngine, attacks_from: int, ended: threading.Event
) -> dict[str, object]:
    """Raises nothing: a film without a face counts as one that never moved. `replayed`: a living
    person's film shown to a camera whose screen plays the colours; no other attack has them on."""
    tried, seen = Tried(Progress("films", len(films))), Remembering(engine)
    settings = without_colour(FaceSettings())
    living = _next_other([f for f in films if f.kind is None], tried)
    for film, pictures, other in living:
        if ended.is_set():
            break
        results = ask(seen, pictures, challenges(), settings)
        tried.challenges += len(results)
        tried.genuine[film.name] = _followed(results)
        tried.alone[film.name] = _followed(ask(seen, pictures, movements(), settings, again=True))
        if tried.made_from < attacks_from:
            tried.made_from += 1
            _make_attacks(tried, seen, film.name, pictures, other, settings, ended)
        tried.progress.one_more()
    for film in (f for f in films if f.kind is not None):
        if ended.is_set():
            break
        if pictures := _usable(film, tried):
            results = ask(seen, pictures, challenges(), settings)
            tried.given_films += 1
            tried.given.setdefault(str(film.kind), []).extend(results)
            tried.progress.one_more()
    return _told(tried)


def _usable(film: Film, tried: Tried) -> Footage:
    pictures = read_film(film.file)
    if len(pictures) >= LEAST_S * pictures.fps:
        return pictures
    why = "shorter_than_2_s" if pictures else "unreadable"
    tried.unusable.setdefault(why, []).append(film.name)
    tried.progress.one_more()
    return Footage()


def _next_other(films: Sequence[Film], tried: Tried) -> Iterator[tuple[Film, Footage, Footage]]:
    """Each usable film, and another person's beside it: the one before; the first film's is the
    second. Empty where both are of one person (one folder), or there is no other."""
    before: tuple[Film, Footage] | None = None
    told = False
    for film in films:
        if not (pictures := _usable(film, tried)):
            continue
        if before is not None:
            strangers = _person(before[0]) != _person(film)
            if not told:
                yield before[0], before[1], pictures if strangers else Footage()
            told = True
            yield film, pictures, before[1] if strangers else Footage()
        before = film, pictures
    if before is not None and not told:
        yield before[0], before[1], Footage()


def _person(film: Film) -> str:
    """By the folder; films that lie in none are of a person each."""
    folder, _, _ = film.name.rpartition("/")
    return folder or film.name


def _make_attacks(
    tried: Tried,
    seen: Remembering,
    name: str,
    film: Footage,
    other: Footage,
    settings: FaceSettings,
    ended: threading.Event,
) -> None:
    for kind, make in _attacks(film.thinned(), other.thinned(), seen).items():
        if ended.is_set():
            return
        tried.progress.doing(f"{name}, {kind}")
        if attack := make():
            tried.made.setdefault(kind, []).extend(ask(seen, attack, challenges(), settings))
    replayed = ask(seen, film, challenges(), FaceSettings())
    tried.made.setdefault("replayed", []).extend(r for r in replayed if _complete(r))


def _attacks(
    film: Pictures, other: Pictures, seen: Remembering
) -> Mapping[str, Callable[[], Pictures]]:
    """Made one after the other: each is as large as a film."""
    photo, half = film[0], len(film) // 2
    return {
        "still": lambda: attacks.still(photo, 60),
        "moved": lambda: attacks.moved(photo, 60),
        "tilted": lambda: attacks.tilted(photo, 60),
        "bent": lambda: attacks.bent(photo, 60),
        "zoomed": lambda: attacks.zoomed(photo, 60),
        "rolled": lambda: attacks.rolled(photo, 60),
        "loop": lambda: attacks.looped(film, 0, min(half, 40), 150),
        "frozen": lambda: attacks.frozen(film, min(half, 20), 8),
        "two_faces": lambda: attacks.two_faces(film, other, 15) if other else (),
        "swapped": lambda: attacks.swapped(film, other, 15) if other else (),
        "cut_out_eyes": lambda: _masked(film, seen),
    }


def _masked(film: Pictures, seen: Remembering) -> Pictures:
    """A paper mask with holes for the eyes, and somebody behind it; of no face none."""
    seen.forget()
    faces = seen.find(film[0])
    if not faces:
        return ()
    eyes = np.clip(faces[0].points[EYES], 0, film[0].shape[0])
    (left, top), (right, bottom) = eyes.min(axis=0) - _ROUND_PX, eyes.max(axis=0) + _ROUND_PX
    where = (max(int(left), 0), max(int(top), 0), int(right), int(bottom))
    return attacks.cut_out_eyes(film[0], film, where)


def _followed(results: Iterable[CheckResult]) -> list[CheckResult]:
    return [r for r in results if not r.failed and _complete(r)]


def _complete(result: CheckResult) -> bool:
    return any(c.name == "actions" and c.value == c.limit for c in result.cues)


# --- what is told ---------------------------------------------------------------------------------


def _told(tried: Tried) -> dict[str, object]:
    results = [r for found in tried.genuine.values() for r in found]
    figures: dict[str, object] = {
        "films_of_living": len(tried.genuine),
        "films_of_attacks": tried.given_films,
        "films_unusable": tried.unusable,
        "challenges": tried.challenges,
        "challenges_followed": len(results),
        "followed_by_film": {name: len(found) for name, found in tried.genuine.items()},
        **_living(results),
        "one_movement": _alone(tried.alone),
        "made_attacks": {"from_films": tried.made_from, **_attacked(tried.made)},
    }
    if tried.given:
        figures["given_attacks"] = _attacked(tried.given)
    return figures


def _living(results: Sequence[CheckResult]) -> dict[str, object]:
    if not results:
        return {"bpcer": None, "why_no_bpcer": "no film makes two of the movements that are asked"}
    lengths = [r.length_s for r in results]
    return {
        "bpcer": _share(results, "reject"),
        "bpcer_interval_95": _interval(results, "reject"),
        "living_to_a_clerk": _share(results, "grey"),
        "reasons": dict(Counter(why for r in results for why in r.alive_reasons)),
        "time_to_decision_s": {
            "median": round(statistics.median(lengths), 2),
            "longest": round(max(lengths), 2),
        },
    }


def _alone(tried: Mapping[str, Sequence[CheckResult]]) -> dict[str, object]:
    results = [r for found in tried.values() for r in found]
    return {
        "followed": {
            name: [action.value for r in found for action in r.actions]
            for name, found in tried.items()
        },
        "bpcer": _share(results, "reject"),
        "living_to_a_clerk": _share(results, "grey"),
        "reasons": dict(Counter(why for r in results for why in r.alive_reasons)),
    }


def _attacked(kinds: Mapping[str, Sequence[CheckResult]]) -> dict[str, object]:
    apcer = {kind: _share(results, "pass") for kind, results in kinds.items()}
    worst = max((v for v in apcer.values() if v is not None), default=None)
    return {
        "apcer": apcer,
        "apcer_worst": worst,
        "apcer_interval_95": {kind: _interval(results, "pass") for kind, results in kinds.items()},
        "of_draws_followed": {kind: _lucky(results) for kind, results in kinds.items()},
        "to_a_clerk": {kind: _share(results, "grey") for kind, results in kinds.items()},
        "attempts": {kind: len(results) for kind, results in kinds.items()},
        "stopped_by": {kind: _reasons(results) for kind, results in kinds.items()},
    }


def _lucky(results: Sequence[CheckResult]) -> dict[str, object]:
    """Only attempts whose film makes the movements that were drawn: what the other cues are worth
    where an attacker was lucky with the draw, or knew it."""
    lucky = [r for r in results if _complete(r)]
    return {"attempts": len(lucky), "apcer": _share(lucky, "pass")}


def _reasons(results: Sequence[CheckResult]) -> dict[str, int]:
    """How often each cue spoke, so that one sees which of them carries the defence."""
    return dict(Counter(why for r in results for why in r.alive_reasons))


def _share(results: Sequence[CheckResult], verdict: str) -> float | None:
    return share(_count(results, verdict), len(results))


def _interval(results: Sequence[CheckResult], verdict: str) -> list[float] | None:
    return interval(_count(results, verdict), len(results))


def _count(results: Sequence[CheckResult], verdict: str) -> int:
    return sum(r.alive.value == verdict for r in results)
