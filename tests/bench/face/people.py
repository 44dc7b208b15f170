"""Pictures of a folder as descriptors: who could not be taken, and what each stage cost."""

from __future__ import annotations

import statistics
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.bench.face.looks import Look, looks
from tests.bench.face.progress import Progress


def _stages() -> dict[str, list[float]]:
    return {"read": [], "find": [], "describe": []}


@dataclass
class Taken:
    """people, descriptors: one row for each picture. failed: pictures without a descriptor, by
    reason (failure to acquire). advised: those that the gate would not take live, by advice.
    stage_ms: as a clock counts; processor_ms: of all threads, whatever else the machine does.
    ended_early: somebody did not wait for the rest."""

    people: list[str] = field(default_factory=list)
    descriptors: list[NDArray[np.float64]] = field(default_factory=list)
    failed: dict[str, list[Path]] = field(default_factory=dict)
    advised: Counter[str] = field(default_factory=Counter)
    pictures: int = 0
    stage_ms: dict[str, list[float]] = field(default_factory=_stages)
    processor_ms: dict[str, list[float]] = field(default_factory=_stages)
    ended_early: bool = False

    @property
    def failures(self) -> int:
        return sum(len(files) for files in self.failed.values())

    def add(self, person: str, file: Path, look: Look) -> None:
        self.pictures += 1
        for stage, spent_ms in look.wall_ms.items():
            self.stage_ms[stage].append(spent_ms)
            self.processor_ms[stage].append(look.processor_ms[stage])
        if look.descriptor is None:
            self.failed.setdefault(look.failed, []).append(file)
            return
        self.advised[look.advice] += 1
        self.people.append(person)
        self.descriptors.append(look.descriptor)


def take(people: Sequence[tuple[str, list[Path]]], jobs: int, ended: threading.Event) -> Taken:
    """Every picture of every person; those with no face, or several, are failures to acquire."""
    whose = [(person, file) for person, files in people for file in files]
    taken, progress = Taken(), Progress("pictures", len(whose))
    found = looks([file for _, file in whose], jobs)
    for (person, file), look in zip(whose, found, strict=True):
        taken.add(person, file, look)
        progress.one_more()
        if ended.is_set() and taken.pictures < len(whose):
            taken.ended_early = True
            break
    found.close()
    return taken


def stage_times(stages: Mapping[str, Sequence[float]]) -> dict[str, dict[str, float]]:
    """Milliseconds."""
    return {
        stage: {
            "median": round(statistics.median(times), 1),
            "p95": round(float(np.percentile(times, 95)), 1),
        }
        for stage, times in stages.items()
        if times
    }
