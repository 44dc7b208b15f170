"""What the commands of every device share: how one is added, and files named on the line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hardware.errors import DeviceError

_DEFAULT_TIMEOUT_S = 10.0

# What a command answers is shown as lines or as one JSON object; an empty answer shows nothing.
Command = Callable[[argparse.Namespace], dict[str, Any]]


class WrongCommandLine(DeviceError):
    """The words after the program's name cannot be understood."""

    code = "usage"


class FileTrouble(DeviceError):
    """A file given on the command line cannot be read or written."""

    code = "file"


def read_file(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileTrouble(f"cannot read {file}: {error.strerror}", file=str(file)) from error


def save(file: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise FileTrouble(f"cannot write {file}: {error.strerror}", file=str(file)) from error


def nothing(_options: argparse.Namespace) -> None:
    """Of a command that needs no preparation."""


def add_command(
    place: Any,
    name: str,
    command: Command,
    help_text: str,
    prepare: Callable[[argparse.Namespace], None] = nothing,
) -> argparse.ArgumentParser:
    """prepare: what is done before the time of --timeout runs, such as loading a large library."""
    parser: argparse.ArgumentParser = place.add_parser(name, help=help_text)
    parser.add_argument("--timeout", type=_positive, default=_DEFAULT_TIMEOUT_S, metavar="SECONDS")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.set_defaults(command=command, prepare=prepare)
    return parser


def _positive(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 3600:
        raise ValueError
    return seconds
