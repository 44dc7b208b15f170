"""The invented head of the demonstration does what it is asked and is taken for living; a photo of
it is not. These need no film of real people."""

import json
import random
import threading
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from hardware.face.actions import Action
from hardware.face.check import FaceCheck, Wanted, as_json
from hardware.face.cues import CueName
from hardware.face.deciding import Decision
from hardware.face.settings import FaceSettings, without_colour
from hardware.face.stills import describe, read_picture
from hardware.ports import Frame
from hardware.simulators.head import Pose, draw_head
from hardware.simulators.sitter import FOLDER, Movement, Sitter
from tests.support import attacks
from tests.support.heads import engine

SETTINGS = without_colour(FaceSettings())
LEFT, RIGHT, NOD, MOUTH = Action.TURN_LEFT, Action.TURN_RIGHT, Action.NOD, Action.OPEN_MOUTH


class SitterCamera:
    """Implements Camera: eight pictures a second, of one who follows what `hear` was told."""

    def __init__(self):
        self._sitter, self._asked, self._count = Sitter(), None, 0

    def hear(self, prompt, _picture):
        self._asked = prompt.action

    def read(self, timeout_s=5.0):
        if self._asked:
            self._sitter.move(Movement(self._asked.value))
        self._count += 1
        return Frame(datetime.now(UTC), self._sitter.picture(), self._count / 8)

    def close(self):
        """Nothing is open."""


def check(camera, *actions, hear=lambda _prompt, _picture: None):
    made = FaceCheck(engine(), SETTINGS, Wanted(actions=actions), random.Random(0))
    return made.run(camera, hear, threading.Event())


@pytest.mark.parametrize("actions", [(LEFT, MOUTH), (NOD, RIGHT)])
def test_it_does_what_it_is_asked_and_is_taken_for_living(actions):
    camera = SitterCamera()
    result = check(camera, *actions, hear=camera.hear)
    assert (result.alive, result.failed) == (Decision.PASS, ""), as_json(result, SETTINGS)


@pytest.mark.parametrize("attack", [attacks.tilted, attacks.bent])
def test_a_photo_of_it_is_not(attack):
    photo = read_picture(FOLDER / "rest.jpg")[:, 80:560]
    result = check(attacks.FilmCamera(attack(photo, 40)), LEFT, RIGHT)
    assert result.alive is Decision.REJECT
    relief = next(c for c in result.cues if c.name is CueName.RELIEF)
    assert relief.value is None or relief.value < SETTINGS.liveness.limits.relief


def test_the_pictures_are_what_the_program_draws_and_the_engine_says():
    shipped = read_picture(FOLDER / "left-3.jpg")
    drawn = draw_head(Pose(turn=30))
    assert np.abs(shipped.astype(int) - cv2.GaussianBlur(drawn, (3, 3), 0)).mean() < 3
    told = json.loads((FOLDER / "face.json").read_text("utf-8"))
    said = describe(engine(), read_picture(FOLDER / "rest.jpg")).descriptor
    assert told["model"] == engine().model
    assert np.linalg.norm(np.array(told["descriptor"]) - said) < 0.02
