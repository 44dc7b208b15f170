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

FOLDER_UNREADABLE = "folder_unreadable"


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


def pictures_of(
    folder: Path, unreadable: list[str] | None = None
) -> Iterator[tuple[str, list[Path]]]:
    """Person and pictures, in the order of names: one folder for each person, whatever lies deeper
    in it being theirs too, or one picture for each in `folder` itself. A folder that holds nothing
    but one folder of folders is gone through. `unreadable` takes the folders that cannot be listed.
    Raises OSError for `folder` itself."""
    lost = unreadable if unreadable is not None else []
    entries = _entries(folder)
    while len(entries) == 1 and entries[0].is_dir() and _only_folders(entries[0]):
        entries = _entries(entries[0])
    for entry in entries:
        if entry.is_dir():
            held = [f for f in files_below(entry, lost) if f.suffix.lower() in SUFFIXES]
            if held:
                yield entry.name, held
        elif entry.suffix.lower() in SUFFIXES:
            yield entry.stem, [entry]


def _entries(folder: Path) -> list[Path]:
    """Without what a system hides beside pictures (`._a.jpg` and the like)."""
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _only_folders(folder: Path) -> bool:
    held = _entries(folder) if os.access(folder, os.R_OK | os.X_OK) else []
    return bool(held) and all(entry.is_dir() for entry in held)


def files_below(folder: Path, unreadable: list[str]) -> list[Path]:
    """All files at any depth, in the order of names; a folder that cannot be listed is noted. Links
    are followed, but no folder is entered twice: a link may lead back up."""
    found: list[Path] = []
    seen: set[str] = set()
    for place, folders, files in os.walk(
        folder, onerror=lambda e: unreadable.append(e.filename), followlinks=True
    ):
        if (real := os.path.realpath(place)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place, name) for name in sorted(files) if not name.startswith(".")]
    return found


def enrolled_in(
    folder: Path, engine: FaceEngine, progress: Callable[[int], None] | None = None
) -> Enrolled:
    """The first usable picture of each person. Raises OSError where the folder cannot be read."""
    rows: list[Descriptor] = []
    unusable: list[tuple[str, str]] = []
    lost: list[str] = []
    for number, (_, files) in enumerate(pictures_of(folder, lost), start=1):
        row = _first_usable(files, engine, unusable)
        if row is not None:
            rows.append(row)
        if progress is not None:
            progress(number)
    unusable += [(place, FOLDER_UNREADABLE) for place in lost]
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
