"""`./hall test` and `./hall check`: the same for a person and for continuous integration.

Starts the tools; judges nothing itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from launcher.places import ROOT, VENV
from launcher.rooms import room_environment
from launcher.words import words

_BIN = VENV / "bin"
_CHECKS = (
    ("ruff check", ("ruff", "check", ".")),
    ("ruff format", ("ruff", "format", "--check", ".")),
    ("mypy", ("mypy",)),
    ("settings and texts", ("python", "-P", "-m", "launcher.toml_files")),
    ("import contracts", ("lint-imports", "--config", "setup.cfg")),
)


_WORKERS_AT_MOST = 5  # more of them would disturb the tests that measure time


def test(arguments: Sequence[str]) -> int:
    """pytest with the caller's arguments, from the top folder. Without any: all tests, side by
    side, a file's tests in one process because they share servers and browsers."""
    # one more than there are processors: tests often wait for a process, a browser or a clock
    workers = min(_WORKERS_AT_MOST, len(os.sched_getaffinity(0)) + 1)
    side_by_side = ("-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder")
    chosen = arguments or side_by_side
    command = (sys.executable, "-m", "pytest", *chosen)
    print(words("test_begins", command="pytest " + " ".join(chosen)), flush=True)
    return subprocess.run(command, cwd=ROOT, env=room_environment(), check=False).returncode


def check(_arguments: Sequence[str]) -> int:
    """Runs every check, then says which failed: 0 when none did, else 1."""
    failed = [name for name, command in _CHECKS if not _passes(name, command)]
    if failed:
        print(words("check_failed", names=", ".join(failed)), flush=True)
        return 1
    print(words("check_passed"), flush=True)
    return 0


def _passes(name: str, command: Sequence[str]) -> bool:
    print(f"— {name}", flush=True)
    started = time.monotonic()
    done = subprocess.run((_BIN / command[0], *command[1:]), cwd=ROOT, check=False)
    mark = "✗" if done.returncode else "✓"
    print(f"  {mark} {time.monotonic() - started:.1f} s", flush=True)
    return done.returncode == 0
