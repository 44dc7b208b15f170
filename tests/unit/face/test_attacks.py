"""Attacks on the face check made from films of real heads; genuine films pass, attacks never do."""

import random
import threading
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hardware.face.actions import Action, draw
from hardware.face.check import FaceCheck, Wanted, as_json
from hardware.face.cues import CueName, Verdict, Weight
from hardware.face.deciding import Decision
from hardware.face.settings import FaceSettings, without_colour
from tests.support import attacks
from tests.support.heads import engine, needs_heads, pictures, rate

pytestmark = needs_heads

SETTINGS = without_colour(FaceSettings())
COUNT = 40
SIDE = 400  # at 320 some of them would be asked to come closer
LEFT, RIGHT, NOD, MOUTH, BLINK = (
    Action.TURN_LEFT,
    Action.TURN_RIGHT,
    Action.NOD,
    Action.OPEN_MOUTH,
    Action.BLINK,
)


@cache
def film(name, begin=0, step=3):
    """d20 stays as large as it is: its lips move by a few pixels."""
    shown = pictures(name)[begin::step]
    return list(shown) if name == "d20" else attacks.scaled(shown, SIDE)


def check(shown, *actions, fps=attacks.FPS, settings=SETTINGS):
    camera = attacks.FilmCamera(shown, fps)
    wanted = Wanted(actions=actions)
    made = FaceCheck(engine(), settings, wanted, random.Random(0)).run(
        camera, lambda _prompt, _picture: None, threading.Event()
    )
    assert not any(picture.any() for picture in camera.given)  # every frame was overwritten
    assert engine().scratch.clean
    return made


def cue(result, name):
    return next(c for c in result.cues if c.name is name)


@pytest.mark.parametrize(
    ("name", "begin", "actions"),
    [
        ("d3", 95, (LEFT, RIGHT)),
        ("d3", 95, (RIGHT, LEFT)),
        ("d12", 0, (RIGHT, MOUTH)),  # glasses, and never still
        ("d18", 0, (MOUTH,)),
        ("d19", 0, (BLINK,)),  # glasses
        ("d20", 0, (MOUTH,)),  # narrow eyes
    ],
)
def test_genuine_films_that_hold_the_movements_are_alive(name, begin, actions):
    step = 1 if name == "d20" else 2
    result = check(film(name, begin, step), *actions, fps=rate(name) / step)
    assert (result.alive, result.failed) == (Decision.PASS, ""), as_json(result, SETTINGS)
    assert all(c.value is not None or c.name is CueName.LOOP for c in result.cues)


PHOTO = {
    "still": lambda: attacks.still(film("d18")[0], COUNT),
    "moved": lambda: attacks.moved(film("d18")[0], COUNT),
    "zoomed": lambda: attacks.zoomed(film("d20")[0], COUNT),
    "rolled": lambda: attacks.rolled(film("d18")[0], COUNT),
    "tilted": lambda: attacks.tilted(film("d19")[0], COUNT),
    "tilted far, glasses": lambda: attacks.tilted(pictures("d19")[80], 60),
    "bent": lambda: attacks.bent(film("d3")[0], COUNT),
    "cut-out eyes": lambda: attacks.cut_out_eyes(film("d19")[0], film("d19"), (90, 110, 230, 160)),
}


@pytest.mark.parametrize("attack", PHOTO)
def test_no_photo_is_alive(attack):
    """Each draw contains a turn. Were a photo's taken for one, its relief would give it away."""
    result = check(PHOTO[attack](), LEFT, RIGHT)
    assert result.alive is Decision.REJECT, as_json(result, SETTINGS)
    value = cue(result, CueName.RELIEF).value
    assert value is None or value < SETTINGS.liveness.limits.relief


def test_a_film_of_another_movement_runs_out_of_time():
    result = check(film("d18"), LEFT, MOUTH)
    assert (result.alive, result.failed) == (Decision.REJECT, "ended")


def test_two_faces_end_the_check():
    shown = attacks.two_faces(film("d3", 95), film("d18"), since=20)
    result = check(shown, LEFT, RIGHT)
    assert result.alive is Decision.REJECT
    assert cue(result, CueName.CONTINUITY).detail == "two_faces"


def test_a_frozen_film_ends_in_a_refusal():
    result = check(attacks.frozen(film("d3", 95), 12, 8), LEFT, RIGHT)
    assert result.alive is Decision.REJECT
    assert cue(result, CueName.FROZEN).verdict is Verdict.BAD


def test_a_loop_is_noticed_by_its_second_turn():
    """Straight, left, straight: again and again, until both movements seem to be made."""
    shown = attacks.looped(film("d3", 95, 2), 15, 60, 200)
    result = check(shown, LEFT, RIGHT, fps=15.0)
    assert result.alive is Decision.REJECT
    assert cue(result, CueName.LOOP).verdict is Verdict.BAD


@pytest.mark.parametrize("gap", [0, 6])
def test_another_person_for_the_second_half_is_noticed(gap):
    """Without a gap the descriptors tell; with one the track is broken."""
    first, away = film("d18")[:21], [np.full((SIDE, SIDE, 3), 120, np.uint8)] * gap
    shown = [*attacks.noisy(first), *away, *attacks.noisy(film("d3", 95))]
    result = check(shown, LEFT, RIGHT)
    assert result.alive is Decision.REJECT
    broken = CueName.CONTINUITY if gap else CueName.SAME_PERSON
    assert cue(result, broken).verdict is Verdict.BAD


def test_a_turn_is_in_every_draw_and_no_order_can_be_foreseen():
    drawn = {draw(2, random.Random(n)) for n in range(300)}
    assert all({LEFT, RIGHT} & set(actions) for actions in drawn)
    assert len(drawn) == 10
    assert all(len(set(actions)) == 2 for actions in drawn)
    assert any(BLINK in draw(2, random.Random(n), blink=True) for n in range(50))


def test_switched_off_cues_are_left_out():
    weights = replace(
        SETTINGS.liveness.weights, loop=Weight.OFF, same_person=Weight.OFF, frozen=Weight.OFF
    )
    quiet = replace(SETTINGS, liveness=replace(SETTINGS.liveness, weights=weights))
    result = check(film("d18", 0, 2), MOUTH, fps=15.0, settings=quiet)
    assert {c.name for c in result.cues} == {CueName.ACTIONS, CueName.CONTINUITY}
