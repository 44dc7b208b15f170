"""The camera's worker: a film as camera, the answers it posts, and nothing left of the person."""

from __future__ import annotations

import queue
import random
import time

import numpy as np
import pytest

from hardware.errors import DeviceMissing
from hardware.face.settings import FaceSettings, without_colour
from hardware.face.stills import describe
from kiosk.faces import FaceWorker
from kiosk.flow import eligibility as el
from kiosk.gateway.pension import Reference
from tests.support import attacks
from tests.support.heads import engine, needs_heads, pictures

WAIT_S = 60.0


class Slow(attacks.FilmCamera):
    """Gives its pictures no faster than a camera does."""

    def read(self, timeout_s: float = 5.0):
        time.sleep(0.01)
        return super().read(timeout_s)


class Away:
    def read(self, timeout_s: float = 5.0):
        raise DeviceMissing("no camera there")

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def posted():
    return queue.SimpleQueue()


def worker(camera, posted, seed=0):
    made = FaceWorker(
        lambda: camera, engine(), without_colour(FaceSettings()), posted.put, random.Random(seed)
    )
    made.start()
    return made


def until_ended(posted):
    seen = []
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        event = posted.get(timeout=WAIT_S)
        seen.append(event)
        if isinstance(event, el.FaceEnded):
            return seen
    raise AssertionError("the check never ended")


def reference(picture):
    row = describe(engine(), picture).descriptor
    return Reference(engine().model, (tuple(row),), None)


@needs_heads
def test_a_check_uncalibrated_is_left_to_a_clerk_with_a_picture_and_then_forgotten(posted):
    film = attacks.scaled(pictures("d3")[95::2], 400)
    seed = next(n for n in range(200) if set(_drawn(n)) == {"turn_left", "turn_right"})
    camera = Slow(film, 15.0)
    faces = worker(camera, posted, seed)
    faces.start_check("r-1", reference(film[0]))
    events = until_ended(posted)
    assert events[-1] == el.FaceEnded("r-1", "grey")
    assert {e.stage for e in events[:-1]} >= {"still", "act", "centre"}
    told = faces.certificate()
    assert told["calibration"] is None
    assert told["reasons"][0] == "uncalibrated"
    assert told["score"] > told["threshold"]
    assert {c["name"] for c in told["liveness"]} >= {"actions", "relief", "loop"}
    assert faces.picture().startswith(b"\xff\xd8")
    assert faces.view.clean
    assert not any(picture.any() for picture in camera.given)
    faces.forget()
    assert (faces.certificate(), faces.picture()) == ({}, b"")
    faces.stop()
    faces.join(5)


def _drawn(seed):
    from hardware.face.actions import draw

    return [action.value for action in draw(2, random.Random(seed))]


def test_a_camera_that_is_away_is_said_and_closed(posted):
    camera = Away()
    faces = worker(camera, posted)
    faces.start_check("r-2", Reference(engine().model, ((0.0,) * 128,), None))
    assert until_ended(posted)[-1] == el.FaceEnded("r-2", "no_camera")
    assert camera.closed
    faces.again("r-3")
    assert until_ended(posted)[-1] == el.FaceEnded("r-3", "no_camera")
    faces.forget()
    faces.again("r-4")
    assert until_ended(posted)[-1] == el.FaceEnded("r-4", "no_engine")
    faces.stop()
    faces.join(5)


def test_a_person_who_left_hears_nothing_more(posted):
    nobody = [np.full((240, 320, 3), 90, np.uint8)] * 500
    faces = worker(Slow(nobody, 15.0), posted)
    faces.start_check("r-5", Reference(engine().model, ((0.0,) * 128,), None))
    assert posted.get(timeout=WAIT_S).advice == "no_face"
    faces.forget()
    faces.stop()
    faces.join(10)
    assert not faces.is_alive()
    assert posted.empty()
    assert faces.view.clean


def test_descriptors_of_another_engine_are_compared_with_nothing(posted):
    faces = worker(Away(), posted)
    faces.start_check("r-6", Reference("another", ((0.0,) * 128,), None))
    assert until_ended(posted)[-1] == el.FaceEnded("r-6", "no_engine")
    faces.stop()
    faces.join(5)


def test_a_check_of_somebody_who_left_before_it_was_begun_never_runs(posted):
    """The worker was still loading; the next one's check is the only one."""
    opened, camera = [], Away()

    def open_camera():
        opened.append(camera)
        return camera

    faces = FaceWorker(open_camera, engine(), without_colour(FaceSettings()), posted.put)
    nobodys = Reference(engine().model, ((0.0,) * 128,), None)
    faces.start_check("left", nobodys)
    faces.forget()
    faces.start_check("here", nobodys)
    faces.start()
    assert until_ended(posted) == [el.FaceEnded("here", "no_camera")]
    assert len(opened) == 1
    faces.stop()
    faces.join(5)
