"""`simulate …`: virtual devices until they are ended, or a virtual day of visitors."""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from foundation.settings_file import load_settings
from hardware.cli import simulate_bus, simulate_cards, simulate_visitors
from hardware.cli.command import nothing
from hardware.words import help_words

_DEFAULT_SIMULATORS = Path(__file__).resolve().parents[2] / "config" / "demo" / "simulators.toml"


def add(rooms: Any) -> None:
    actions = rooms.add_parser("simulate", help=help_words("simulate")).add_subparsers(
        required=True, metavar="devices|card-reader|social-card-reader|signs|keypads|visitors"
    )
    simulate_bus.add(actions)
    simulate_cards.add(actions)
    simulate_visitors.add(actions)
    devices = actions.add_parser("devices", help=help_words("simulate_devices"))
    devices.add_argument("--config", type=Path, default=_DEFAULT_SIMULATORS)
    for name in ("page", "printer", "camera"):
        devices.add_argument(f"--{name}", metavar="HOST:PORT")
    devices.add_argument("--reader-link", type=Path, metavar="PATH")
    devices.add_argument("--printer-link", type=Path, metavar="PATH")
    devices.set_defaults(command=_devices, timeout=None, prepare=nothing)


def _devices(options: argparse.Namespace) -> dict[str, Any]:
    """Runs until SIGTERM or SIGINT; says `ready` once all stand."""
    from hardware.simulators.devices import SimulatedDevices, SimulatorSettings

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    settings = load_settings(options.config, SimulatorSettings)
    devices = SimulatedDevices(_overridden(settings, options))
    addresses = devices.start()
    try:
        sys.stdout.write(json.dumps({"ready": True, **dataclasses.asdict(addresses)}) + "\n")
        sys.stdout.flush()
        ended.wait()
    finally:
        devices.stop()
    return {}


def _overridden(settings: Any, options: argparse.Namespace) -> Any:
    """The settings with what the command line says instead."""
    changed = dataclasses.replace
    if options.page:
        settings = changed(settings, page=options.page)
    if options.printer:
        settings = changed(settings, printer=changed(settings.printer, listen=options.printer))
    if options.printer_link:
        link = options.printer_link.absolute()
        settings = changed(settings, printer=changed(settings.printer, link=link))
    if options.camera:
        settings = changed(settings, camera=changed(settings.camera, listen=options.camera))
    if options.reader_link:
        link = options.reader_link.absolute()
        settings = changed(settings, reader=changed(settings.reader, link=link))
    return settings
