"""Pictures of a folder as descriptors: who could not be taken, and what each stage cost."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hardware.errors import DeviceError
from hardware.face.dlib_engine import DlibEngine
from hardware.face.quality import GateLimits, judge, large_faces
from hardware.face.stills import read_picture
from tests.bench.face.progress import Progress

T = TypeVar("T")


def _stages() -> dict[str, list[float]]:
    return {"find": [], "describe": []}


@dataclass
class Taken:
    """people, descriptors: one row for each picture. failed: pictures without a descriptor, by
    reason (failure to acquire). advised: those that the gate would not take live, by advice.
    stage_ms: as a clock counts; processor_ms: of all threads, whatever else the machine does."""

    people: list[str] = field(default_factory=list)
    descriptors: list[NDArray[np.float64]] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    advised: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    stage_ms: dict[str, list[float]] = field(default_factory=_stages)
    processor_ms: dict[str, list[float]] = field(default_factory=_stages)

    def timed(self, stage: str, work: Callable[[], T]) -> T:
        began_s, before_s = time.perf_counter(), time.process_time()
        done = work()
        self.processor_ms[stage].append((time.process_time() - before_s) * 1000)
        self.stage_ms[stage].append((time.perf_counter() - began_s) * 1000)
        return done


def take(people: Sequence[tuple[str, list[Path]]], engine: DlibEngine) -> Taken:
    """Every picture of every person; those with no face, or several, are failures to acquire.
    One picture is in memory at a time."""
    taken, limits = Taken(), GateLimits()
    engine.load()
    progress = Progress("pictures", sum(len(files) for _, files in people))
    for person, files in people:
        for file in files:
            taken.pictures += 1
            _one(taken, engine, limits, person, file)
            progress.one_more()
    return taken


def _one(taken: Taken, engine: DlibEngine, limits: GateLimits, person: str, file: Path) -> None:
    try:
        picture = read_picture(file)
    except DeviceError as error:
        taken.failed[error.code] += 1
        return
    faces = taken.timed("find", lambda: engine.find(picture))
    counted = large_faces(faces, limits)
    if len(counted) != 1:
        taken.failed["several_faces" if counted else "no_face"] += 1
        return
    advice = judge(faces, (picture.shape[1], picture.shape[0]), limits).advice
    taken.advised[advice.value if advice else "good"] += 1
    taken.people.append(person)
    taken.descriptors.append(taken.timed("describe", lambda: engine.describe(picture, counted[0])))


def stage_times(stages: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    """Milliseconds; the first of each stage, which loads the models, is left out."""
    return {
        stage: {
            "median": round(statistics.median(times[1:] or times), 1),
            "p95": round(float(np.percentile(times[1:] or times, 95)), 1),
        }
        for stage, times in stages.items()
        if times
    }
