"""Set-up's own decisions: what counts as ready, what is torn, which words for which failure."""

from __future__ import annotations

import configparser
import errno
import fcntl
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from launcher import install, places, system_packages, torn_packages, words
from launcher.places import ROOT
from launcher.steps import CommandFailed, Steps
from launcher.system_packages import SystemNeed


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "launcher").mkdir()
    for name in ("setup.cfg", "launcher/requirements.lock", "launcher/install.py"):
        (tmp_path / name).write_text(name)
    state = tmp_path / ".hall"
    (state / "venv" / "bin").mkdir(parents=True)
    (state / "venv" / "bin" / "python").touch()
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "STATE", state)
    monkeypatch.setattr(install, "VENV_PYTHON", state / "venv" / "bin" / "python")
    return tmp_path


def test_ready_until_an_input_changes(root: Path) -> None:
    (root / ".hall" / "ready-core").write_text(install.stamp())
    assert install.is_ready("core")
    assert not install.is_ready("screen")
    for name in ("setup.cfg", "launcher/requirements.lock", "launcher/install.py"):
        before = (root / name).read_text()
        (root / name).write_text(before + "changed")
        assert not install.is_ready("core")
        (root / name).write_text(before)
    assert install.is_ready("core")


def test_not_ready_when_the_environment_is_gone(root: Path) -> None:
    (root / ".hall" / "ready-core").write_text(install.stamp())
    (root / ".hall" / "venv" / "bin" / "python").unlink()
    assert not install.is_ready("core")


def test_the_script_and_the_installer_reckon_the_same_stamp(root: Path) -> None:
    script = (ROOT / "hall").read_text()
    line = re.search(r"(?m)^stamp=\$\((.*)\)$", script)
    assert line
    shell = f'root="{root}"; {line[1]}'
    printed = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
    assert printed.stdout.split()[0] == install.stamp()


def test_two_set_ups_wait_for_each_other(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order = []
    with (root / ".hall" / "setup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        def second() -> None:
            with install._one_at_a_time():
                order.append("second")

        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.3)
        order.append("first ends")
        fcntl.flock(held, fcntl.LOCK_UN)
        waiting.join()
    assert order == ["first ends", "second"]
    assert words.words("setup_waiting") in capsys.readouterr().err


def test_every_dependency_is_in_the_lock_file() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    wanted = {
        re.split(r"[\[<>=;! ]", line)[0].lower().replace("_", "-")
        for name, extra in parser["options.extras_require"].items()
        if name != "social-card"  # installed by hand, where such cards are read
        for line in extra.strip().splitlines()
    }
    assert wanted - {""} <= set(install.pinned())
    assert "dlib" not in install.pinned()


def package(site: Path, name: str) -> Path:
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (site / f"{name}.py").write_text("x = 1\n")
    (info / "METADATA").write_text("Name: x\n")
    (info / "RECORD").write_text(f"{name}.py,,6\n{info.name}/METADATA,,8\n{info.name}/RECORD,,\n")
    return info


def test_a_package_cut_off_half_way_is_forgotten(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    whole, short, bare = (package(site, name) for name in ("whole", "short", "bare"))
    (site / "short.py").write_text("x")
    (bare / "RECORD").unlink()
    assert set(torn_packages.forget_torn(tmp_path)) == {"short-1.0", "bare-1.0"}
    assert whole.exists()
    assert not short.exists()
    assert not bare.exists()


@pytest.mark.parametrize(
    ("failure", "key"),
    [
        (CommandFailed(["uv"], 2, "error: No space left on device (os error 28)"), "disk"),
        (CommandFailed(["uv"], 2, "  dns error: failed to lookup address"), "network"),
        (CommandFailed(["apt-get"], 100, "Temporary failure in name resolution"), "network"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
    ],
)
def test_a_failure_is_told_in_clear_words(failure: CommandFailed | OSError, key: str) -> None:
    assert install.explain(failure) == words.words(f"setup_failed_{key}")


def test_another_failure_shows_what_was_said() -> None:
    assert "it went wrong" in install.explain(CommandFailed(["uv"], 1, "a\nit went wrong\n"))


def test_missing_system_packages_are_named_for_who_may_not_install(
    monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    need = SystemNeed("gl", "screen", ("libgl1",), lambda: False)
    monkeypatch.setattr(system_packages, "missing_for", lambda _level: (need,))
    monkeypatch.setattr(system_packages, "may_install", lambda: False)
    with pytest.raises(install.SetupFailed, match=r"sudo apt-get install .* libgl1"):
        install.Installer("screen")._system()


def test_levels_include_those_before_them() -> None:
    needs = [SystemNeed(level, level, (), lambda: False) for level in system_packages.LEVELS[1:]]
    assert [n.name for n in system_packages.missing_for("none", needs)] == []
    assert [n.name for n in system_packages.missing_for("screen", needs)] == ["core", "screen"]


@pytest.mark.parametrize("home", ["", "/proc/nowhere"])
def test_without_a_home_the_cache_stays_in_the_checkout(
    home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", home)
    assert places.cache_folder() == places.STATE / "cache"


def test_a_step_says_its_number_its_work_and_its_time(tmp_path: Path) -> None:
    with (tmp_path / "shown").open("w+") as shown:
        steps = Steps(total=2, log=tmp_path / "log", out=shown)
        with steps.step("counting"):
            said = steps.run((sys.executable, "-c", "print(42)"))
        shown.seek(0)
        lines = shown.read()
    assert said == "42\n"
    assert re.search(r"\[1/2\] counting ✓ \d+\.\d s", lines)
    assert "42" in (tmp_path / "log").read_text()


def test_a_failing_program_is_an_error_that_carries_its_words(tmp_path: Path) -> None:
    with (tmp_path / "shown").open("w") as shown:
        steps = Steps(total=1, log=tmp_path / "log", out=shown)
        with pytest.raises(CommandFailed) as failed, steps.step("failing"):
            steps.run((sys.executable, "-c", "print('alas'); raise SystemExit(3)"))
    assert (failed.value.status, failed.value.output) == (3, "alas\n")
