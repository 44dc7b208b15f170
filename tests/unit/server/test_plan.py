"""What a process serves: one file, several, a list; mistakes in them told with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.settings_file import SettingsError
from queue_server.databases import absolute, without_password
from queue_server.journal.port import UnusableDatabase
from queue_server.plan import load_plan
from tests.support.server import DEMO_CONFIG, ROOT

ONE = (ROOT / "config" / "hall.toml").read_text(encoding="utf-8")


def hall_file(folder: Path, name: str, hall: str | None = None) -> Path:
    file = folder / f"{name}.toml"
    file.write_text(ONE.replace('"my-hall"', f'"{hall or name}"'), encoding="utf-8")
    return file


def listed(folder: Path, text: str) -> Path:
    file = folder / "city.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_one_file_is_one_hall() -> None:
    plan = load_plan([DEMO_CONFIG])
    assert list(plan.files) == ["demo"]
    assert plan.default_hall == "demo"
    assert plan.server.demonstration
    assert {member.login for member in plan.demo_staff} >= {"clerk1"}


def test_several_files_are_served_as_the_first_says(tmp_path: Path) -> None:
    files = [hall_file(tmp_path, name) for name in ("east", "west")]
    plan = load_plan(files)
    assert list(plan.files) == ["east", "west"]
    assert plan.settings_of("west").hall.id == "west"
    assert list(plan.demo_staff) == []


def test_the_same_hall_twice_is_refused(tmp_path: Path) -> None:
    files = [hall_file(tmp_path, "east"), hall_file(tmp_path, "west", "east")]
    with pytest.raises(SettingsError, match="'east' is there twice"):
        load_plan(files)


def test_a_list_reads_its_halls_when_they_are_needed(tmp_path: Path) -> None:
    (tmp_path / "halls").mkdir()
    for name in ("b", "a"):
        hall_file(tmp_path / "halls", name)
    hall_file(tmp_path / "halls", "torn", "another")
    text = 'halls = ["halls/*.toml"]\n[server]\nlisten = "127.0.0.1:9"\n'
    plan = load_plan([listed(tmp_path, text)])
    assert list(plan.files) == ["a", "b", "torn"]
    assert not plan.read
    assert plan.server.listen == "127.0.0.1:9"
    assert plan.settings_of("a").hall.id == "a"
    with pytest.raises(SettingsError, match=r"'another'.*'torn'"):
        plan.settings_of("torn")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("halls = []", "names no hall"),
        ('halls = ["none/*.toml"]', "no file is called"),
        ('halls = ["halls/a.toml"]\n[server]\ndemonstration = true', "one hall's file"),
        ('halls = ["halls/a.toml"]\nhall = 3', "hall"),
    ],
)
def test_mistakes_in_a_list_are_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "halls").mkdir()
    hall_file(tmp_path / "halls", "a")
    with pytest.raises(SettingsError, match=said):
        load_plan([listed(tmp_path, text)])


def test_the_example_list_is_right() -> None:
    with pytest.raises(SettingsError, match="no file is called 'halls/"):
        load_plan([ROOT / "config" / "city.toml"])  # all else in it was understood


def test_addresses(tmp_path: Path) -> None:
    assert absolute("sqlite:///a.db", tmp_path) == f"sqlite:///{tmp_path}/a.db"
    url = "postgresql://hall:secret@db:5432/hall?sslmode=require"
    assert absolute(url, tmp_path) == url
    assert without_password(url) == "postgresql://hall@db:5432/hall"
    with pytest.raises(UnusableDatabase, match="postgresql://"):
        absolute("mysql://x", tmp_path)
