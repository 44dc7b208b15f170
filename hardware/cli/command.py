"""What the commands of every device share: how one is added, and files named on the line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from hardware.errors import DeviceError
from hardware.os_trouble import reason
from hardware.words import help_words, state_words

_DEFAULT_TIMEOUT_S = 10.0
_LONGEST_S = 3600.0
_Named = TypeVar("_Named", bound=StrEnum)

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
        raise FileTrouble("file_unreadable", file=str(file), reason=reason(error)) from error


def save(file: Path, write: Callable[[], object]) -> None:
    try:
        write()
    except OSError as error:
        raise FileTrouble("file_unwritable", file=str(file), reason=reason(error)) from error


def must_be_writable(file: Path) -> None:
    """Raises FileTrouble for a file in a folder that is not there: before somebody laid a card."""
    if not file.absolute().parent.is_dir():
        raise FileTrouble("file_unwritable", file=str(file), reason=state_words("ENOENT"))


def member(kind: type[_Named], name: str) -> _Named:
    """Of an enumeration by the name that somebody typed. Raises WrongCommandLine."""
    try:
        return kind(name)
    except ValueError as error:
        raise WrongCommandLine("simulator_command", words=name, known=", ".join(kind)) from error


def nothing(_options: argparse.Namespace) -> None:
    """Of a command that needs no preparation."""


def add_command(
    place: Any,
    name: str,
    command: Command,
    help_key: str,
    prepare: Callable[[argparse.Namespace], None] = nothing,
) -> argparse.ArgumentParser:
    """prepare: what is done before the time of --timeout runs, such as loading a large library."""
    words = help_words(help_key)
    parser: argparse.ArgumentParser = place.add_parser(name, help=words, description=words)
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=_DEFAULT_TIMEOUT_S,
        metavar="SECONDS",
        help=help_words("timeout"),
    )
    parser.add_argument("--json", action="store_true", help=help_words("json"))
    parser.set_defaults(command=command, prepare=prepare)
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _LONGEST_S:
        raise argparse.ArgumentTypeError(f"{text!r}: 0 – {_LONGEST_S:g} s")
    return seconds
