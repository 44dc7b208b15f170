"""`./hall bench [NAME]`: runs tests/bench/bench_NAME.py and passes its JSON on.

Standard output carries JSON alone; whatever a person should see meanwhile goes to standard error.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from launcher.places import ROOT
from launcher.rooms import room_environment
from launcher.words import words

HELP = ("--help", "-h", "help")
FOLDER = ROOT / "tests" / "bench"
# A benchmark works in the project's folder; paths that somebody typed are meant from here.
CALLER_FOLDER = "HALL_CALLER_FOLDER"


def names(folder: Path = FOLDER) -> tuple[str, ...]:
    """The benchmarks there are."""
    return tuple(sorted(path.stem.removeprefix("bench_") for path in folder.glob("bench_*.py")))


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Lists the names when none is given; else runs one. 2 for an unknown name."""
    known = names(folder)
    if arguments and arguments[0] in HELP:
        print(words("bench_help", names=", ".join(known)))
        return 0
    if not arguments:
        print(json.dumps({"benchmarks": known}, ensure_ascii=False))
        return 0
    if arguments[0] not in known:
        listed = ", ".join(known) or "–"
        print(words("bench_unknown", name=arguments[0], names=listed), file=sys.stderr)
        return 2
    script = folder / f"bench_{arguments[0]}.py"
    if any(word in HELP[:2] for word in arguments[1:]):
        return _helped(script)
    return _run(script, arguments[1:])


def _environment() -> dict[str, str]:
    return {**room_environment(), CALLER_FOLDER: os.getcwd()}


def _helped(script: Path) -> int:
    """Its own words about its options, which are no JSON."""
    command = (sys.executable, str(script), "--help")
    return subprocess.run(command, cwd=ROOT, env=_environment(), check=False).returncode


def _run(script: Path, arguments: Sequence[str]) -> int:
    command = (sys.executable, str(script), *arguments)
    with (
        subprocess.Popen(
            command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, text=True
        ) as process,
        _ended_together(process),
    ):
        told, _ = process.communicate()
    try:
        json.loads(told or "null")
    except json.JSONDecodeError:
        sys.stderr.write(told)
        print(words("bench_not_json", name=script.name), file=sys.stderr)
        return process.returncode or 1
    sys.stdout.write(told)
    return process.returncode


@contextmanager
def _ended_together(process: subprocess.Popen[str]) -> Iterator[None]:
    """Whoever ends us means the benchmark, which may have half a report to give: we wait for it.
    Ctrl-C of a terminal reaches it without us."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGINT or not _at_a_terminal():
            process.send_signal(number)

    before = {n: signal.signal(n, pass_on) for n in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _at_a_terminal() -> bool:
    """Whether we are what a terminal's keys speak to."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
