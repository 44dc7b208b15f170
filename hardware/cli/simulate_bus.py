"""`simulate signs`, `simulate keypads`: the virtual devices of a window-devices settings file.

Both stand on ptys behind symlinks, take commands on standard input, one a line, and answer JSON.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from hardware.cli.command import WrongCommandLine, member, nothing
from hardware.keypad.make import PadMake, load_pad
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
    _known(options.bus, [each.name for each in settings.sign_bus])
    places = build.sign_places(settings)[options.bus]
    bus = VirtualSignBus(options.link, places)
    bus.start()
    try:
        _serve(bus.port, lambda words: _sign_command(bus, places, words))
    finally:
        bus.stop()
    return {}


def _sign_command(bus: VirtualSignBus, places: Collection[str], words: list[str]) -> dict[str, Any]:
    match words:
        case ["shown"]:
            return {"shown": bus.shown()}
        case ["off", name]:
            bus.switch_off(_known(name, places))
        case ["on", name]:
            bus.switch_on(_known(name, places))
        case ["fault", fault]:
            bus.set_fault(member(LineFault, fault))
        case _:
            known = "shown, off NAME, on NAME, fault NAME"
            raise WrongCommandLine("simulator_command", words=" ".join(words), known=known)
    return {"ok": True}


def _pads(options: argparse.Namespace) -> dict[str, Any]:
    settings = load_window_devices(options.config)
    _known(options.bus, [each.name for each in settings.keypad_bus])
    makes = _makes(settings, options.bus)
    pads = VirtualKeypads(options.link, makes)
    pads.start()
    try:
        _serve(pads.port, lambda words: _pad_command(pads, makes, words))
    finally:
        pads.stop()
    return {}


def _makes(settings: WindowDevicesSettings, bus: str) -> dict[int, PadMake]:
    return {pad.address: load_pad(pad.make) for pad in settings.keypad if pad.bus == bus}


def _pad_command(
    pads: VirtualKeypads, makes: Mapping[int, PadMake], words: list[str]
) -> dict[str, Any]:
    match words:
        case ["press", address, key]:
            pad = _address(address, makes)
            return {"acknowledged": pads.press(pad, PadKey(_known(key, _keys(makes[pad]))))}
        case ["rate", address, level]:
            pad = _address(address, makes)
            return {"acknowledged": pads.rate(pad, int(_known(level, _levels(makes[pad]))))}
        case ["display", address]:
            pad = _address(address, makes)
            return {"display": pads.display(pad), "invites": pads.invites(pad)}
        case ["fault", fault]:
            pads.set_fault(member(LineFault, fault))
            return {"ok": True}
    known = "press ADDRESS KEY, rate ADDRESS LEVEL, display ADDRESS, fault NAME"
    raise WrongCommandLine("simulator_command", words=" ".join(words), known=known)


def _keys(make: PadMake) -> list[str]:
    return sorted(set(make.keys.values()))


def _levels(make: PadMake) -> list[str]:
    return sorted({str(level) for level in make.ratings.values()})


def _address(text: str, makes: Mapping[int, PadMake]) -> int:
    return int(_known(text, [str(address) for address in makes]))


def _known(name: str, names: Collection[str]) -> str:
    """Itself. Raises WrongCommandLine."""
    if name not in names:
        known = ", ".join(names) or "–"
        raise WrongCommandLine("simulator_command", words=name, known=known)
    return name


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
            except WrongCommandLine as error:
                _say({"error": {"code": error.code, "message": error.detail, "detail": {}}})
    signal.pause()


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()
