"""The engine in its own process: same answers, time limits, back after a crash, clean buffers."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from hardware.face.engine import EngineFailed
from hardware.face.process import EngineProcess
from hardware.face.settings import EngineSettings
from tests.support.heads import engine, needs_heads, pictures


@pytest.fixture(scope="module")
def process():
    made = EngineProcess(EngineSettings())
    made.load()
    yield made
    made.close()


def test_an_empty_picture_has_no_face_in_either_process(process):
    assert process.model == engine().model
    assert process.find(np.full((120, 160, 3), 90, np.uint8)) == ()


@needs_heads
def test_both_processes_give_the_same_numbers(process):
    picture = pictures("d18")[0]
    mine, theirs = engine().find(picture)[0], process.find(picture)[0]
    assert np.array_equal(mine.points, theirs.points)
    assert mine.light == theirs.light
    assert np.allclose(engine().describe(picture, mine), process.describe(picture, theirs))
    process.wipe()


@needs_heads
def test_the_callers_threads_go_on_while_a_face_is_described(process):
    """The screen must draw 15 pictures a second meanwhile. dlib in this process would hold it up
    for as long as a descriptor takes."""
    picture = pictures("d18")[0]
    face = process.find(picture)[0]
    turns = {True: 0, False: 0}  # by whether a face is described beside

    def described() -> float:
        began_s = time.perf_counter()
        process.describe(picture, face)
        return time.perf_counter() - began_s

    def count(beside: bool, stop: threading.Event) -> None:
        while not stop.is_set():
            time.sleep(0.001)
            turns[beside] += 1

    took_s = 0.0
    for beside in (True, False):
        stop = threading.Event()
        thread = threading.Thread(target=count, args=(beside, stop))
        thread.start()
        if beside:
            took_s = sum(described() for _ in range(4))
        else:
            time.sleep(took_s)
        stop.set()
        thread.join()
    assert turns[True] > turns[False] / 10, "something held this process up"


def test_a_crash_is_an_error_and_the_next_use_starts_it_anew():
    made = EngineProcess(EngineSettings())
    made.load()
    assert made._child is not None
    os.kill(made._child.pid, signal.SIGKILL)
    made._child.wait()
    empty = np.zeros((60, 60, 3), np.uint8)
    made.wipe()  # nothing is left to wipe
    assert made.find(empty) == ()
    os.kill(made._child.pid, signal.SIGSTOP)
    child = made._child
    large = np.zeros((600, 600, 3), np.uint8)  # more than a pipe holds: nobody reads it
    with pytest.raises(EngineFailed):
        made._ask({"do": "find", "height": 600, "width": 600}, 0.3, large)
    made.close()
    assert child.poll() is not None
