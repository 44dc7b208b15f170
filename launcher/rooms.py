"""How a room is run as a process of its own: the command that answers, and its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from launcher.places import STATE

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
