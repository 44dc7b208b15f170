"""One picture after the other as a descriptor or a reason, on several processors, in order.

Memory does not grow with the folder: a few pictures are at work at a time. A picture that ends its
process (a library's crash, no memory left) is tried once more alone, then it counts as one that
could not be taken.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hardware.errors import DeviceError
from hardware.face.dlib_engine import DlibEngine
from hardware.face.quality import GateLimits, judge, large_faces
from hardware.face.seeking import faces_in
from hardware.face.stills import read_picture
from tests.bench.wait.workers import pool

T = TypeVar("T")
_AHEAD = 4  # pictures given to each process before their turn
_WORTH_IT = 40  # pictures: fewer are done before another process has its models
CRASHED = "engine_failed"


@dataclass
class Look:
    """failed: why there is no descriptor, or empty. advice: what the gate would have said live, or
    `good`. wall_ms, processor_ms: by stage."""

    failed: str = ""
    advice: str = ""
    descriptor: NDArray[np.float64] | None = None
    wall_ms: dict[str, float] = field(default_factory=dict)
    processor_ms: dict[str, float] = field(default_factory=dict)

    def timed(self, stage: str, work: Callable[[], T]) -> T:
        began_s, before_s = time.perf_counter(), time.process_time()
        done = work()
        self.processor_ms[stage] = (time.process_time() - before_s) * 1000
        self.wall_ms[stage] = (time.perf_counter() - began_s) * 1000
        return done


@cache
def _engine() -> DlibEngine:
    """One for each process; its models are there before anything is timed."""
    engine = DlibEngine()
    engine.load()
    return engine


def look(file: Path) -> Look:
    """A picture with no face, or several, has none of a person's."""
    found, engine, limits = Look(), _engine(), GateLimits()
    try:
        picture = found.timed("read", lambda: read_picture(file))
    except DeviceError as error:
        found.failed = error.code
        return found
    faces = found.timed("find", lambda: faces_in(engine, picture))
    counted = large_faces(faces, limits)
    if len(counted) != 1:
        found.failed = "several_faces" if counted else "no_face"
        return found
    advice = judge(faces, (picture.shape[1], picture.shape[0]), limits).advice
    found.advice = advice.value if advice else "good"
    found.descriptor = found.timed("describe", lambda: engine.describe(picture, counted[0]))
    return found


def looks(files: Sequence[Path], jobs: int) -> Generator[Look, None, None]:
    """One for each file, in their order. Raises DeviceMissing without an engine."""
    _engine()  # the processes that are made from this one share its models
    if jobs == 1 or len(files) < _WORTH_IT:
        yield from map(look, files)
        return
    waiting = deque(files)
    while waiting:
        with pool(jobs) as workers:
            yield from _until_broken(workers, waiting, jobs)
        if waiting:  # of those at work one has ended its process; which, nobody can tell
            yield from (_alone(waiting.popleft()) for _ in range(min(jobs, len(waiting))))


def _until_broken(workers: ProcessPoolExecutor, waiting: deque[Path], jobs: int) -> Iterator[Look]:
    """`waiting` loses those that were looked at."""
    asked: deque[Future[Look]] = deque()
    try:
        while waiting:
            while len(asked) < min(jobs * _AHEAD, len(waiting)):
                asked.append(workers.submit(look, waiting[len(asked)]))
            found = asked.popleft().result()
            waiting.popleft()
            yield found
    except BrokenProcessPool:
        return
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


def _alone(file: Path) -> Look:
    with pool(1) as worker:
        try:
            return worker.submit(look, file).result()
        except BrokenProcessPool:
            return Look(failed=CRASHED)
