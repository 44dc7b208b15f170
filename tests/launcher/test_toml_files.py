"""Settings and texts that cannot be read are named by the check."""

from __future__ import annotations

from pathlib import Path

from launcher.places import ROOT
from launcher.toml_files import FOLDERS, main, unreadable


def test_a_key_that_stands_twice_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text("a = 1")
    (tmp_path / "bad.toml").write_text("a = 1\na = 2")
    (line,) = unreadable(tmp_path)
    assert "bad.toml" in line


def test_the_projects_own_files_can_be_read() -> None:
    assert main() == 0
    assert sum(1 for name in FOLDERS for _ in (ROOT / name).rglob("*.toml")) > 20
