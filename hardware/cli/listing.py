"""`device list`: what hangs on this machine, and the lines to write into the settings for it."""

from __future__ import annotations

import argparse
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from hardware.cli.command import add_command
from hardware.discovery import system
from hardware.discovery.found import WINDOW_FILE, Found, Kind, bus_lines
from hardware.discovery.probe import all_probed
from hardware.errors import DeviceMissing
from hardware.words import help_words

_WORDS = Path(__file__).resolve().parents[2] / "assets" / "i18n" / "devices.toml"


def add(kinds: Any) -> None:
    parser = add_command(kinds, "list", _list, "list")
    parser.add_argument("--probe", action="store_true", help=help_words("list_probe"))
    parser.add_argument("--port", action="append", default=[], help=help_words("list_port"))


def _list(options: argparse.Namespace) -> dict[str, Any]:
    found = [*system.everything(), *(_named(port) for port in options.port)]
    if options.probe:
        deadline = time.monotonic() + options.timeout
        found = all_probed(found, deadline)
    if options.json:
        return {"found": [each.to_json() for each in found]}
    sys.stdout.write(_told(found) + "\n")
    return {}


def _named(port: str) -> Found:
    """Raises DeviceMissing for a port that is not there."""
    if not Path(port).exists():
        raise DeviceMissing("port_absent", port=port)
    port = str(Path(port).absolute())
    return Found(Kind.SERIAL, port, port, None, WINDOW_FILE, bus_lines(port))


def _told(found: list[Found]) -> str:
    words: dict[str, str] = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    if not found:
        return words["nothing"]
    return "\n\n".join("\n".join(_one(each, words)) for each in found)


def _one(each: Found, words: dict[str, str]) -> list[str]:
    lines = [f"{words[each.kind]}: {each.name}", f"    {each.address}"]
    if each.usable is False:
        lines.append("    " + words["not_usable"])
    if each.hint:
        lines.append("    " + words["try"].format(command=each.hint))
    if each.kind is Kind.SERIAL:
        lines.append("    " + words["serial_silent" if each.asked else "serial_hint"])
    if each.lines:
        lines.append("    " + words["write_into"].format(file=each.file))
        lines += [f"        {line}" for line in each.lines]
    return lines
