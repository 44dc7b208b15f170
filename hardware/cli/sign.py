"""`device sign …`: a text on an LED strip by hand."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from hardware.cli.command import WrongCommandLine, add_command
from hardware.errors import DeviceError, DeviceMissing, DeviceRefused, SettingsUnusable
from hardware.ports import DeviceStanding
from hardware.window_devices import build
from hardware.window_devices.settings import (
    DEFAULT_FILE,
    BusSettings,
    SignSettings,
    load_window_devices,
)
from hardware.window_sign.bus import SignBus, StripPlace
from hardware.window_sign.make import load_make
from hardware.window_sign.protocol import shown
from hardware.words import help_words

_LOOK_S = 0.05


def add(kinds: Any) -> None:
    actions = kinds.add_parser("sign", help=help_words("sign")).add_subparsers(
        required=True, metavar="show"
    )
    show = add_command(actions, "show", _show, "sign_show")
    show.add_argument("text")
    show.add_argument("--sign", metavar="NAME", help=help_words("sign_name"))
    show.add_argument("--config", type=Path, default=DEFAULT_FILE, metavar="FILE")
    show.add_argument("--port", help=help_words("sign_port"))
    show.add_argument("--make", default="51-54", help=help_words("sign_make"))
    show.add_argument("--address", type=int, default=1, help=help_words("sign_address"))


def _show(options: argparse.Namespace) -> dict[str, Any]:
    """Raises DeviceMissing when the bus is away, DeviceRefused when the strip does not answer."""
    bus, place, file = _place(options)
    trouble: list[DeviceStanding] = []
    driver = build.sign_bus(bus, file, {"sign": place}, trouble.append)
    try:
        driver.show("sign", options.text)
        sent = _wait(driver, trouble, options.timeout)
    finally:
        driver.close()
    if (trouble and trouble[-1].state != "ok") or not sent:
        raise _error(trouble)
    answered = bool(place.make.reply)
    return {
        "sent": options.text,
        "shown": shown(options.text, place.make),
        "make": place.make.name,
        "address": place.address,
        "confirmed": True if answered else None,
    }


def _wait(driver: SignBus, trouble: list[DeviceStanding], timeout_s: float) -> bool:
    """Whether all is sent; no longer than the first trouble, which is then told at once."""
    end = time.monotonic() + timeout_s
    while not (sent := driver.wait_until_sent(_LOOK_S)) and time.monotonic() < end:
        if trouble and trouble[-1].state != "ok":
            break
    return sent


def _error(trouble: list[DeviceStanding]) -> DeviceError:
    if not trouble:
        return DeviceMissing("bus_takes_nothing")
    kind = DeviceRefused if trouble[-1].state == "error" else DeviceMissing
    return kind(trouble[-1].detail)


def _place(options: argparse.Namespace) -> tuple[BusSettings, StripPlace, Path]:
    if options.port:
        place = StripPlace(load_make(options.make), options.address)
        return BusSettings("bus", options.port), place, options.config
    if not options.sign:
        raise WrongCommandLine("sign_unnamed")
    settings = load_window_devices(options.config)
    sign = _named(options.sign, settings.sign)
    bus = next(bus for bus in settings.sign_bus if bus.name == sign.bus)
    return bus, StripPlace(load_make(sign.make), sign.address), options.config


def _named(name: str, signs: tuple[SignSettings, ...]) -> SignSettings:
    for sign in signs:
        if sign.name == name:
            return sign
    known = ", ".join(sign.name for sign in signs) or "–"
    raise SettingsUnusable("strip_unknown", sign=name, known=known)
