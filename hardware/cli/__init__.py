"""`python -m hardware device|simulate|window-devices …`: tries devices out by hand, starts virtual
ones, and puts those at the windows to work.

Each device has a module here with `add(kinds)`. Exit codes: 0 done, 1 the device or its settings
failed, 2 the command line is wrong. With --json every failure is the one error shape on standard
output.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from collections.abc import Sequence
from typing import Any, NoReturn

from foundation.logs import configure_logs
from foundation.settings_file import SettingsError
from hardware.cli import (
    camera,
    card,
    keypad,
    listing,
    printer,
    sign,
    simulate,
    social_card,
    speaker,
    window_devices,
)
from hardware.cli.command import Command, WrongCommandLine
from hardware.errors import DeviceError, DeviceTimeout

_GRACE_S = 1.0  # what a driver's own bound may overrun before the command ends itself
_DEVICES = (card, social_card, printer, camera, sign, keypad, speaker, listing)


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing, so that --json has its error shape here too."""

    def error(self, message: str) -> NoReturn:
        raise WrongCommandLine(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    words = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in words
    try:
        options = _parser().parse_args(words)
        configure_logs("hardware", options.log_level)
        result = _bounded(options)
    except SettingsError as error:
        return _fail(as_json, error.code, str(error), {"key": error.key})
    except DeviceError as error:
        exit_code = 2 if isinstance(error, WrongCommandLine) else 1
        return _fail(as_json, error.code, error.detail, error.data, exit_code)
    if result:
        _print_result(result, as_json)
    return 0


def _bounded(options: argparse.Namespace) -> dict[str, Any]:
    """Nothing hangs longer than --timeout, not even a library that ignores its own: the command
    runs in a thread that the process does not wait for. Simulators run until they are ended."""
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
        raise DeviceTimeout(f"no answer within {options.timeout:g} s", timeout_s=options.timeout)
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def _print_result(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        text = json.dumps(result, ensure_ascii=False)
    else:
        width = max(map(len, result))
        text = "\n".join(f"{name:<{width}}  {_shown(value)}" for name, value in result.items())
    # A rare character can be half a surrogate pair; its escape is right in JSON and readable.
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)


def _fail(
    as_json: bool, code: str, message: str, detail: dict[str, Any], exit_code: int = 1
) -> int:
    if as_json:
        error = {"code": code, "message": message, "detail": detail}
        sys.stdout.write(json.dumps({"error": error}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"{message} ({code})\n")
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m hardware", description="Devices of the hall.")
    parser.add_argument("--log-level", default="warning", choices=("debug", "info", "warning"))
    rooms = parser.add_subparsers(required=True, metavar="device|simulate|window-devices")
    device = rooms.add_parser("device", help="try one device")
    kinds = device.add_subparsers(required=True, metavar="KIND")
    for each in _DEVICES:
        each.add(kinds)
    simulate.add(rooms)
    window_devices.add(rooms)
    return parser
