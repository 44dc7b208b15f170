"""`simulate signs`, `simulate keypads`: the virtual devices of a window-devices settings file.

Both stand on ptys behind symlinks, take commands on standard input, one a line, and answer JSON.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hardware.cli.command import WrongCommandLine, nothing
from hardware.keypad.make import load_pad
from hardware.ports import PadKey
from hardware.simulators.keypad import VirtualKeypads
from hardware.simulators.serial_line import LineFault
from hardware.simulators.sign_bus import VirtualSignBus
from hardware.window_devices import build
from hardware.window_devices.settings import (
    DEFAULT_FILE,
    WindowDevicesSettings,
    load_window_devices,
)
from hardware.words import help_words


def add(actions: Any) -> None:
    signs = actions.add_parser("signs", help=help_words("simulate_signs"))
    signs.set_defaults(command=_signs, timeout=None, prepare=nothing)
    pads = actions.add_parser("keypads", help=help_words("simulate_keypads"))
    pads.set_defaults(command=_pads, timeout=None, prepare=nothing)
    for parser in (signs, pads):
        parser.add_argument("--config", type=Path, default=DEFAULT_FILE, metavar="FILE")
        parser.add_argument("--bus", required=True, help=help_words("simulate_bus"))
        parser.add_argument("--link", type=Path, required=True, help=help_words("simulate_link"))


def _signs(options: argparse.Namespace) -> dict[str, Any]:
    settings = load_window_devices(options.config)
    bus = VirtualSignBus(options.link, build.sign_places(settings)[options.bus])
    bus.start()
    try:
        _serve(bus.port, lambda words: _sign_command(bus, words))
    finally:
        bus.stop()
    return {}


def _sign_command(bus: VirtualSignBus, words: list[str]) -> dict[str, Any]:
    match words:
        case ["shown"]:
            return {"shown": bus.shown()}
        case ["off", name]:
            bus.switch_off(name)
        case ["on", name]:
            bus.switch_on(name)
        case ["fault", fault]:
            bus.set_fault(_fault(fault))
        case _:
            known = "shown, off NAME, on NAME, fault NAME"
            raise WrongCommandLine("simulator_command", words=" ".join(words), known=known)
    return {"ok": True}


def _pads(options: argparse.Namespace) -> dict[str, Any]:
    settings = load_window_devices(options.config)
    pads = VirtualKeypads(options.link, _makes(settings, options.bus))
    pads.start()
    try:
        _serve(pads.port, lambda words: _pad_command(pads, words))
    finally:
        pads.stop()
    return {}


def _makes(settings: WindowDevicesSettings, bus: str) -> dict[int, Any]:
    return {pad.address: load_pad(pad.make) for pad in settings.keypad if pad.bus == bus}


def _pad_command(pads: VirtualKeypads, words: list[str]) -> dict[str, Any]:
    match words:
        case ["press", address, key]:
            return {"acknowledged": pads.press(int(address), PadKey(key))}
        case ["rate", address, level]:
            return {"acknowledged": pads.rate(int(address), int(level))}
        case ["display", address]:
            return {"display": pads.display(int(address)), "invites": pads.invites(int(address))}
        case ["fault", fault]:
            pads.set_fault(_fault(fault))
            return {"ok": True}
    known = "press ADDRESS KEY, rate ADDRESS LEVEL, display ADDRESS, fault NAME"
    raise WrongCommandLine("simulator_command", words=" ".join(words), known=known)


def _fault(name: str) -> LineFault:
    try:
        return LineFault(name)
    except ValueError as error:
        known = ", ".join(LineFault)
        raise WrongCommandLine("simulator_command", words=name, known=known) from error


def _serve(port: str, command: Callable[[list[str]], dict[str, Any]]) -> None:
    """Answers each line of standard input; then, and without any, stands until SIGTERM or SIGINT.
    A mistake in a line ends nothing."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: sys.exit(0))
    _say({"ready": True, "port": port})
    for line in sys.stdin:
        if words := line.split():
            try:
                _say(command(words))
            except (WrongCommandLine, ValueError, KeyError) as error:
                _say({"error": {"code": "usage", "message": str(error), "detail": {}}})
    signal.pause()


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
