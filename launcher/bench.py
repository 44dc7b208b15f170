"""`./hall bench [NAME]`: runs tests/bench/bench_NAME.py and passes its JSON on.

Standard output carries JSON alone; whatever a person should see meanwhile goes to standard error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from launcher.places import ROOT
from launcher.rooms import room_environment
from launcher.words import words

HELP = ("--help", "-h", "help")
FOLDER = ROOT / "tests" / "bench"


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


def _helped(script: Path) -> int:
    """Its own words about its options, which are no JSON."""
    command = (sys.executable, str(script), "--help")
    return subprocess.run(command, cwd=ROOT, env=room_environment(), check=False).returncode


def _run(script: Path, arguments: Sequence[str]) -> int:
    command = (sys.executable, str(script), *arguments)
    done = subprocess.run(
        command, cwd=ROOT, env=room_environment(), stdout=subprocess.PIPE, text=True, check=False
    )
    try:
        json.loads(done.stdout or "null")
    except json.JSONDecodeError:
        sys.stderr.write(done.stdout)
        print(words("bench_not_json", name=script.name), file=sys.stderr)
        return done.returncode or 1
    sys.stdout.write(done.stdout)
    return done.returncode
