"""Sets up what a command needs: system packages, the virtual environment, the Python packages.

Standard library only, run by `hall` with the system's Python. Each step looks first and does only
what is missing, so an interrupted run is finished by the next. It starts no room.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from launcher import system_packages, torn_packages
from launcher.places import ROOT, STATE, VENV, VENV_PYTHON, cache_folder
from launcher.steps import CommandFailed, Steps
from launcher.words import words

LOCK_FILE = ROOT / "launcher" / "requirements.lock"
MODELS = "face_recognition_models"  # 100 MB of source archive: built once, kept as a wheel
_ROOM_NEEDED_BYTES = 1_600_000_000  # the environment, 550 MB, and as much again of downloads
_LEVEL_WITH_SYSTEM = system_packages.LEVELS[1:]
_NETWORK_SIGNS = re.compile(
    r"dns error|failed to lookup|name resolution|could not resolve|connection (refused|reset)"
    r"|timed? ?out|unreachable|error sending request|tunnel|could not connect|failed to fetch"
    r"|no matching distribution|unable to (fetch|locate)|connection error|proxy",
    re.IGNORECASE,
)


class SetupFailed(Exception):
    """Set-up cannot go on; the text says what happened and what to do."""


def stamp() -> str:
    """What the environment was made from. `hall` computes the same with sha256sum."""
    digest = hashlib.sha256(f"{ROOT}\n".encode())
    for name in ("setup.cfg", "launcher/requirements.lock", "launcher/install.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def is_ready(level: str) -> bool:
    """Whether everything for `level` stands, made from the present inputs."""
    try:
        return (STATE / f"ready-{level}").read_text() == stamp() and VENV_PYTHON.exists()
    except OSError:
        return False


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two set-ups of the same checkout wait for each other."""
    with (STATE / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(words("setup_waiting"), file=sys.stderr, flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Installer:
    """One set-up run. `level` is one of system_packages.LEVELS."""

    def __init__(self, level: str) -> None:
        self._level, self._cache = level, cache_folder()
        self._steps = Steps(total=6, log=STATE / "setup.log")

    def run(self) -> None:
        """All steps in order; raises SetupFailed."""
        started = time.monotonic()
        print(words("setup_begins", log=STATE / "setup.log"), file=sys.stderr, flush=True)
        with self._steps.step(words("setup_system")):
            self._system()
        self._enough_room()
        with self._steps.step(words("setup_venv")):
            self._venv()
        with self._steps.step(words("setup_uv")):
            self._uv()
        with self._steps.step(words("setup_models")):
            self._models()
        with self._steps.step(words("setup_packages", count=len(pinned()))):
            self._packages()
        with self._steps.step(words("setup_project")):
            self._project()
        self._mark_ready()
        print(words("setup_done", seconds=int(time.monotonic() - started)), file=sys.stderr)

    def _system(self) -> None:
        if os.environ.get("HALL_SYSTEM_PACKAGES") == "skip":
            return
        missing = system_packages.missing_for(self._level)
        if not missing:
            return
        packages = system_packages.packages_of(missing)
        if not system_packages.may_install():
            by_hand = "sudo apt-get install -y --no-install-recommends " + " ".join(packages)
            raise SetupFailed(words("setup_system_by_hand", command=by_hand))
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        self._steps.run(("apt-get", "update"), env=quiet)
        self._steps.run(system_packages.install_command(packages), env=quiet)
        if still := system_packages.missing_for(self._level):
            names = ", ".join(need.name for need in still)
            raise SetupFailed(words("setup_system_still_missing", names=names))

    def _enough_room(self) -> None:
        free = shutil.disk_usage(STATE).free
        if not VENV.exists() and free < _ROOM_NEEDED_BYTES:
            raise SetupFailed(
                words("setup_disk", need=_ROOM_NEEDED_BYTES // 10**6, free=free // 10**6)
            )

    def _venv(self) -> None:
        if not _runs(VENV_PYTHON, "-c", "import pip"):
            self._steps.run((sys.executable, "-m", "venv", "--clear", str(VENV)))
        torn_packages.forget_torn(VENV)

    def _uv(self) -> None:
        if not self._has_uv():
            # Without uv (no build for this machine, say) pip does the same work, only slower.
            try:
                self._pip("install", "--quiet", "--force-reinstall", "uv")
            except CommandFailed as error:
                if _NETWORK_SIGNS.search(error.output):
                    raise

    def _models(self) -> None:
        version = pinned()[MODELS.replace("_", "-")]
        if _installed(MODELS, version) or any(self._wheels().glob(f"{MODELS}-{version}-*.whl")):
            return
        with tempfile.TemporaryDirectory(dir=self._wheels()) as building:
            # In a build environment of its own: Debian's pip brings nothing to build wheels with.
            to = ("--no-deps", "--use-pep517", "--wheel-dir", building)
            self._pip("wheel", *to, f"{MODELS}=={version}")
            for wheel in Path(building).glob("*.whl"):
                wheel.replace(self._wheels() / wheel.name)

    def _packages(self) -> None:
        links = ("--find-links", str(self._wheels()))
        self._install("--no-deps", *links, "--requirement", str(LOCK_FILE))

    def _project(self) -> None:
        self._install("--no-deps", "--no-build-isolation", "--editable", str(ROOT))

    def _mark_ready(self) -> None:
        done = _LEVEL_WITH_SYSTEM[: system_packages.LEVELS.index(self._level)]
        for level in ("none", *done):
            path = STATE / f"ready-{level}"
            path.with_suffix(".new").write_text(stamp())
            path.with_suffix(".new").replace(path)

    def _wheels(self) -> Path:
        folder = self._cache / "wheels"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _install(self, *arguments: str) -> None:
        if self._has_uv():
            uv = (str(VENV / "bin" / "uv"), "pip", "install", "--python", str(VENV_PYTHON))
            self._steps.run((*uv, *arguments), env=self._environment())
        else:
            self._pip("install", *arguments)

    def _pip(self, *arguments: str) -> None:
        pip = (str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check")
        self._steps.run((*pip, *arguments), env=self._environment())

    def _has_uv(self) -> bool:
        return _runs(VENV / "bin" / "uv", "--version")

    def _environment(self) -> Mapping[str, str]:
        """Where HOME is of no use, the clients keep their caches here for the next try."""
        ours = {"PYTHONUTF8": "1"}
        if self._cache.is_relative_to(STATE):
            ours |= {"HOME": str(STATE), "UV_CACHE_DIR": str(self._cache / "uv")}
            ours |= {"PIP_CACHE_DIR": str(self._cache / "pip")}
        return ours


def pinned() -> Mapping[str, str]:
    """Package name → version, from the lock file (the first line wins where markers split one)."""
    lines = LOCK_FILE.read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for line in lines:
        if match := re.match(r"([a-z0-9-]+)==([^\s;]+)", line):
            found.setdefault(match[1], match[2])
    return found


def _installed(name: str, version: str) -> bool:
    return any(VENV.glob(f"lib/python*/site-packages/{name}-{version}.dist-info"))


def _runs(program: Path, *arguments: str) -> bool:
    try:
        done = subprocess.run((program, *arguments), capture_output=True, check=False, timeout=60)
    except OSError:
        return False
    return done.returncode == 0


def explain(error: CommandFailed | OSError) -> str:
    """Clear words for a failure: the disk, the network, or the last lines of what was said."""
    output = error.output if isinstance(error, CommandFailed) else str(error)
    if "No space left on device" in output or getattr(error, "errno", None) == 28:
        return words("setup_failed_disk")
    if _NETWORK_SIGNS.search(output):
        return words("setup_failed_network")
    tail = "\n".join(f"    {line}" for line in output.strip().splitlines()[-8:])
    return words("setup_failed_other", tail=tail)


def main() -> int:
    """Exit status 0 once everything for `--level` stands."""
    parser = argparse.ArgumentParser(prog="install.py")
    parser.add_argument("--level", choices=system_packages.LEVELS, default="none")
    level = parser.parse_args().level
    try:
        STATE.mkdir(exist_ok=True)
        with _one_at_a_time():
            if not is_ready(level):
                Installer(level).run()
    except SetupFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except (CommandFailed, OSError) as error:
        print(f"\n{explain(error)}\n{words('setup_log', log=STATE / 'setup.log')}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{words('setup_interrupted')}", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
