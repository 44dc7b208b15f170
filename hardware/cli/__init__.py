"""`python -m hardware device|simulate|window-devices …`: tries devices out by hand, starts virtual
ones, and puts those at the windows to work.

Each device has a module with `add(kinds)`, loaded only when it is named. Exit codes: 0 done, 1 the
device or its settings failed, 2 the command line is wrong. With --json every failure is the one
error shape on standard output.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from foundation.logs import configure_logs
from foundation.settings_file import SettingsError
from hardware.cli.command import Command, WrongCommandLine
from hardware.cli.usage_words import usage_words
from hardware.errors import DeviceError, DeviceTimeout
from hardware.words import Words, error_words, help_words

_GRACE_S = 1.0  # what a driver's own bound may overrun before the command ends itself
_DEVICES = (
    "card", "social-card", "printer", "camera", "face", "sign", "keypad", "speaker", "list",
)  # fmt: skip
_ROOMS = ("simulate", "window-devices")
_LEVELS = ("debug", "info", "warning", "error")
_MODULES = {"list": "listing"}  # where the module is called otherwise


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing, so that --json has its error shape here too."""

    def error(self, message: str) -> NoReturn:
        raise WrongCommandLine("usage", problem=usage_words(message), program=self.prog)


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in words
    try:
        options = _parser(words).parse_args(words)
        configure_logs("hardware", options.log_level or _level(words))
        options.prepare(options)
        result = _bounded(options)
    except SettingsError as error:
        problem = Words(error.words.zh, error.words.en)
        said = error_words("settings_file", {"where": error.where, "problem": problem})
        return _fail(as_json, error.code, said, {"key": error.key})
    except DeviceError as error:
        exit_code = 2 if isinstance(error, WrongCommandLine) else 1
        return _fail(as_json, error.code, error.words, error.data, exit_code)
    if result:
        _print_result(result, as_json)
    return 0


def _level(words: Sequence[str]) -> str:
    """A `device` command tells its trouble itself: a log line beside it would say it twice."""
    return "error" if "device" in words[:1] else "warning"


def _bounded(options: argparse.Namespace) -> dict[str, Any]:
    """Nothing hangs longer than --timeout, not even a library that ignores its own: the command
    runs in a thread that `leave` does not wait for. Simulators run until they are ended."""
    command: Command = options.command
    if options.timeout is None:
        return command(options)
    outcome: list[dict[str, Any] | BaseException] = []

    def run() -> None:
        try:
            outcome.append(command(options))
        except BaseException as error:  # carried to the main thread, which raises it
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(options.timeout + _GRACE_S)
    if not outcome:
        raise DeviceTimeout("command_timeout", timeout_s=f"{options.timeout:g}")
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _print_result(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        text = json.dumps(result, ensure_ascii=False)
    else:
        lines = list(_flat(result))
        width = max(len(name) for name, _ in lines)
        text = "\n".join(f"{name:<{width}}  {_shown(value)}" for name, value in lines)
    # A rare character can be half a surrogate pair; its escape is right in JSON and readable.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()


def _flat(result: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """For people there is no table within a table: `status.state`."""
    for name, value in result.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, list) and value and all("name" in _named(each) for each in value):
            yield from ((f"{before}{name}.{each['name']}", _named(each)) for each in value)
        else:
            yield before + name, value


def _named(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "是 / yes" if value else "否 / no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value)) or "–"
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_shown(v)}" for k, v in value.items() if k != "name" and v != "")
    return str(value)


def _fail(
    as_json: bool, code: str, words: Words, detail: dict[str, Any], exit_code: int = 1
) -> int:
    """For people each language has a line of its own."""
    if as_json:
        error = {"code": code, "message": str(words), "detail": detail}
        sys.stdout.write(json.dumps({"error": error}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{words.zh} ({code})\n{words.en}\n")
    return exit_code


def leave(exit_code: int) -> NoReturn:
    """Ends the process. A thread that is still in a library's hands is not asked: were it to come
    back while the interpreter goes down, it would take the process with it (SIGABRT)."""
    sys.stdout.flush()
    sys.stderr.flush()
    if threading.active_count() > 1:
        os._exit(exit_code)
    sys.exit(exit_code)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(prog="./hall", description=help_words("about"))
    parser.add_argument(
        "--log-level",
        default=None,
        choices=_LEVELS,
        help=help_words("log_level"),
    )
    rooms = parser.add_subparsers(required=True, metavar="device|simulate|window-devices")
    device = rooms.add_parser("device", help=help_words("device"))
    _add_named(device.add_subparsers(required=True, metavar="KIND"), _DEVICES, words)
    _add_named(rooms, _ROOMS, words)
    return parser


def _add_named(place: Any, offered: Sequence[str], words: Sequence[str]) -> None:
    """Those that the command line names, with all they need; of the others the name alone."""
    for name in offered:
        key = name.replace("-", "_")
        if name in words:
            importlib.import_module(f"hardware.cli.{_MODULES.get(name, key)}").add(place)
        else:
            place.add_parser(name, help=help_words(key))
