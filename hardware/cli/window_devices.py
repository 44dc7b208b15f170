"""`window-devices`: keypads, strips and loudspeaker at work, until the process is ended."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from hardware.cli.command import nothing
from hardware.errors import SettingsUnusable
from hardware.window_devices.settings import (
    DEFAULT_FILE,
    PLACEHOLDER_TOKEN,
    load_window_devices,
)
from hardware.words import help_words


def add(rooms: Any) -> None:
    parser = rooms.add_parser("window-devices", help=help_words("window_devices"))
    parser.add_argument(
        "--config",
        type=Path,
        default=DEFAULT_FILE,
        metavar="FILE",
        help=help_words("settings_file"),
    )
    parser.set_defaults(command=_run, timeout=None, prepare=nothing)


def _run(options: argparse.Namespace) -> dict[str, Any]:
    """Runs until SIGTERM or SIGINT; says `ready` once it follows the hall or tries to."""
    from hardware.window_devices.bridge import WindowDevices
    from hardware.window_devices.last_resort import LastResort

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    settings = load_window_devices(options.config)
    if settings.server.token == PLACEHOLDER_TOKEN:
        hall, file = settings.server.hall, str(options.config)
        raise SettingsUnusable("token_placeholder", file=file, hall=hall)
    last_resort = LastResort(ended)
    last_resort.watch()
    devices = WindowDevices(settings, options.config)
    sys.stdout.write(json.dumps({"ready": True, "url": settings.server.url}) + "\n")
    sys.stdout.flush()
    devices.run(ended)
    last_resort.tell()
    return {}
