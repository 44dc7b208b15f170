"""The entry script as a person meets it: from anywhere, through a link, with a bare environment."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from launcher import install
from launcher.cli import OWN_COMMANDS
from launcher.places import ROOT, VENV
from launcher.rooms import ROOM_COMMANDS

HALL = ROOT / "hall"
COPIED = ("hall", "setup.cfg", "pyproject.toml", "launcher", "foundation", "assets/i18n")


def run(*words: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the entry needs, at a path with spaces, with our environment linked in."""
    root = tmp_path / "大厅 one two"
    for name in COPIED:
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    (root / ".hall").mkdir()
    (root / ".hall" / "venv").symlink_to(VENV)
    for level in ("none", "core"):
        (root / ".hall" / f"ready-{level}").write_text(stamp_of(root))
    return root


def stamp_of(root: Path) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(install, "ROOT", root)
        return install.stamp()


def test_help_needs_no_set_up(tmp_path: Path) -> None:
    shutil.copy2(HALL, tmp_path / "hall")
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    for words in ((), ("help",), ("--help",)):
        shown = run(tmp_path / "hall", *words)
        assert shown.returncode == 0
        assert "./hall" in shown.stdout
    assert not (tmp_path / ".hall").exists()


def test_every_command_is_known_to_script_launcher_and_help() -> None:
    script, page = HALL.read_text(), run(HALL, "help").stdout
    for command in (*OWN_COMMANDS, *ROOM_COMMANDS):
        assert command in script
        assert f"\n  {command} " in page


def test_an_unknown_command_is_refused_at_once(tmp_path: Path) -> None:
    shutil.copy2(HALL, tmp_path / "hall")
    refused = run(tmp_path / "hall", "dance")
    assert refused.returncode == 2
    assert "dance" in refused.stderr
    assert not refused.stdout


def test_it_runs_from_anywhere_through_links_with_spaces(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "first").symlink_to("../second")
    (tmp_path / "second").symlink_to(checkout / "hall")
    listed = run(tmp_path / "bin" / "first", "bench", cwd="/")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert '"benchmarks"' in listed.stdout


@pytest.mark.parametrize("home", [None, "", "/proc/nowhere"])
def test_it_runs_without_a_usable_home(checkout: Path, home: str | None) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    if home is not None:
        environment["HOME"] = home
    assert run(checkout / "hall", "bench", env=environment).returncode == 0


def test_a_second_start_adds_less_than_a_tenth_of_a_second(checkout: Path) -> None:
    def fastest(*words: str | Path) -> float:
        times = []
        for _ in range(7):
            started = time.monotonic()
            assert run(*words).returncode == 0
            times.append(time.monotonic() - started)
        return min(times)

    direct = fastest(VENV / "bin" / "python", "-P", "-m", "launcher", "bench")
    assert fastest(checkout / "hall", "bench") - direct < 0.1


def test_changed_inputs_lead_to_a_new_set_up(checkout: Path) -> None:
    (checkout / "launcher" / "install.py").write_text("raise SystemExit('set-up was asked for')")
    again = run(checkout / "hall", "bench")
    assert again.returncode == 1
    assert "set-up was asked for" in again.stderr


def test_without_python_it_says_what_to_run(checkout: Path, tmp_path: Path) -> None:
    (checkout / ".hall" / "ready-core").unlink()
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "readlink", "cat", "sha256sum", "env"):
        (tools / name).symlink_to(shutil.which(name) or name)
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    (tools / "id").chmod(0o755)
    script = checkout / "hall"
    script.write_text(script.read_text().replace(" /usr/bin/python3;", ";"))
    stopped = run(script, "bench", env={"PATH": str(tools)})
    assert stopped.returncode == 1
    assert "sudo apt-get install -y --no-install-recommends python3 python3-venv" in stopped.stderr
