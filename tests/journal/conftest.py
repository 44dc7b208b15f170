"""A database with two real days in it, made once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.stored import present_database


@pytest.fixture(scope="session")
def sound_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Not to be changed: `database` is a copy."""
    return present_database(tmp_path_factory.mktemp("sound") / "hall.db")


@pytest.fixture
def database(sound_database: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sound_database, tmp_path / "hall.db"))
