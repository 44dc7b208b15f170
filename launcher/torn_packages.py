"""Finds packages whose installation was cut off half-way, by each package's own list of files.

Standard library only. Makes the installer see such a package as absent, so that it comes whole.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path


def forget_torn(venv: Path) -> tuple[str, ...]:
    """Removes the record of every package of `venv` that is not whole; returns their names."""
    torn = [
        record for record in venv.glob("lib/python*/site-packages/*.dist-info") if _torn(record)
    ]
    for record in torn:
        shutil.rmtree(record)
    return tuple(record.name.removesuffix(".dist-info") for record in torn)


def _torn(dist_info: Path) -> bool:
    try:
        with (dist_info / "RECORD").open(encoding="utf-8", newline="") as record:
            rows = [row for row in csv.reader(record) if len(row) == 3]
    except OSError:
        return True
    return not (dist_info / "METADATA").exists() or any(
        not _whole(dist_info.parent / name, size) for name, _hash, size in rows
    )


def _whole(path: Path, size: str) -> bool:
    # Compiled files come and go with the interpreter.
    if path.suffix == ".pyc":
        return True
    try:
        return not size or path.stat().st_size == int(size)
    except OSError:
        return False
