"""A site's calibration as a file, and enrolled pictures in a folder as descriptors."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foundation.durable import settle_folder
from hardware.errors import DeviceError
from hardware.face.calibration import Calibration, CalibrationUnusable, from_json, to_json
from hardware.face.engine import Descriptor, FaceEngine
from hardware.face.stills import SUFFIXES, describe, read_picture


def load_calibration(file: Path) -> Calibration:
    """Raises CalibrationUnusable."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CalibrationUnusable("no_calibration", file=str(file), reason=str(error)) from error
    if not isinstance(data, dict):
        raise CalibrationUnusable("no_calibration", file=str(file), reason="JSON")
    return from_json(data)


def save_calibration(calibration: Calibration, file: Path) -> None:
    """Whole or not at all, and on disk when this returns. Raises OSError."""
    beside = file.with_name(file.name + ".new")
    with beside.open("w", encoding="utf-8") as out:
        out.write(json.dumps(to_json(calibration), indent=1) + "\n")
        out.flush()
        os.fsync(out.fileno())
    os.replace(beside, file)
    settle_folder(file.parent)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """unusable: file and code of each picture that could not be taken."""

    descriptors: NDArray[np.float64]
    unusable: tuple[tuple[str, str], ...]


def pictures_of(folder: Path) -> Iterator[tuple[str, list[Path]]]:
    """Person and pictures, in the order of names: one folder for each person, or one picture for
    each in `folder` itself."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            held = sorted(f for f in entry.iterdir() if f.suffix.lower() in SUFFIXES)
            if held:
                yield entry.name, held
        elif entry.suffix.lower() in SUFFIXES:
            yield entry.stem, [entry]


def enrolled_in(
    folder: Path, engine: FaceEngine, progress: Callable[[int], None] | None = None
) -> Enrolled:
    """The first usable picture of each person. Raises OSError where the folder cannot be read."""
    rows: list[Descriptor] = []
    unusable: list[tuple[str, str]] = []
    for number, (_, files) in enumerate(pictures_of(folder), start=1):
        row = _first_usable(files, engine, unusable)
        if row is not None:
            rows.append(row)
        if progress is not None:
            progress(number)
    return Enrolled(np.stack(rows) if rows else np.empty((0, 0)), tuple(unusable))


def _first_usable(
    files: list[Path], engine: FaceEngine, unusable: list[tuple[str, str]]
) -> Descriptor | None:
    for file in files:
        try:
            return describe(engine, read_picture(file)).descriptor
        except DeviceError as error:
            unusable.append((str(file), error.code))
    return None
