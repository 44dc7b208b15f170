"""Hands each `./hall` command to whoever does it. Decides nothing itself.

Imports are made inside the branches: `./hall server` must not pay for what `./hall gallery` needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from launcher.places import ROOT, STATE

# The room that answers a command, and the words put before the caller's own.
ROOM_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "server": ("queue_server", "server"),
    "token": ("queue_server", "token"),
    "staff": ("queue_server", "staff"),
    "kiosk": ("kiosk",),
    "device": ("hardware", "device"),
    "simulate": ("hardware", "simulate"),
    "window-devices": ("hardware", "--log-level", "info", "window-devices"),
}


def room_environment() -> dict[str, str]:
    """The caller's environment, with Kivy kept out of the home folder and of our arguments.

    Where Python is told to write nothing beside the sources, it keeps what it compiles in our own
    folder: compiling the server anew takes as long as the rest of its start."""
    environment = dict(os.environ)
    if environment.pop("PYTHONDONTWRITEBYTECODE", None):
        environment.setdefault("PYTHONPYCACHEPREFIX", str(STATE / "pycache"))
    environment.setdefault("KIVY_HOME", str(STATE / "kivy"))
    environment["KIVY_NO_ARGS"] = "1"
    environment["PYTHONUTF8"] = "1"
    return environment


def run_room(command: str, arguments: Sequence[str]) -> NoReturn:
    """Becomes the room's process, so that signals and the exit status are its own."""
    words = ("-P", "-m", *ROOM_COMMANDS[command], *arguments)
    os.execve(sys.executable, (sys.executable, *words), room_environment())  # noqa: S606


def _demo(arguments: Sequence[str]) -> int:
    from launcher.demo import main

    return main(arguments)


def _test(arguments: Sequence[str]) -> int:
    from launcher.quality import test

    return test(arguments)


def _check(arguments: Sequence[str]) -> int:
    from launcher.quality import check

    return check(arguments)


def _bench(arguments: Sequence[str]) -> int:
    from launcher.bench import main

    return main(arguments)


def _doctor(arguments: Sequence[str]) -> int:
    from launcher.doctor import main

    return main(arguments)


def _gallery(arguments: Sequence[str]) -> int:
    from launcher.gallery import main

    return main(arguments)


def _install(arguments: Sequence[str]) -> int:
    from launcher.service_install import main

    return main(arguments)


def _help(_arguments: Sequence[str]) -> int:
    print((ROOT / "assets/i18n/launcher.help.txt").read_text(encoding="utf-8"), end="")
    return 0


OWN_COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "demo": _demo,
    "test": _test,
    "check": _check,
    "bench": _bench,
    "doctor": _doctor,
    "gallery": _gallery,
    "install": _install,
    "help": _help,
}


def main(arguments: Sequence[str]) -> int:
    """Runs one command; returns its exit status. `hall` has already refused unknown ones."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", ())
    if command in ROOM_COMMANDS:
        run_room(command, rest)
    return OWN_COMMANDS.get(command, _help)(rest)
