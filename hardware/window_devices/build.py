"""Builds the parts of the window devices from their settings; opens no port."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from hardware.errors import SettingsUnusable
from hardware.keypad.driver import PadBus
from hardware.keypad.make import PadMake, load_pad
from hardware.ports import DeviceStanding
from hardware.serial_bus import BusLink
from hardware.speaker.compose import Composer
from hardware.speaker.driver import QueueSpeaker
from hardware.speaker.output import make_output
from hardware.window_devices.settings import BusSettings, WindowDevicesSettings, port_of
from hardware.window_sign.bus import SignBus, StripPlace
from hardware.window_sign.make import load_make

TellNamed = Callable[[str], Callable[[DeviceStanding], None]]
SignPlaces = Mapping[str, dict[str, StripPlace]]
PadMakes = Mapping[str, dict[int, PadMake]]


def sign_places(settings: WindowDevicesSettings) -> SignPlaces:
    """Bus → name of the strip → its make and address."""
    places: SignPlaces = defaultdict(dict)
    for sign in settings.sign:
        places[sign.bus][sign.name] = StripPlace(load_make(sign.make), sign.address)
    return places


def pad_makes(settings: WindowDevicesSettings) -> PadMakes:
    """Bus → address → make."""
    makes: PadMakes = defaultdict(dict)
    for pad in settings.keypad:
        makes[pad.bus][pad.address] = load_pad(pad.make)
    return makes


def has_digits(make: PadMake) -> bool:
    return any(key.startswith("digit_") for key in make.keys.values())


def sign_bus(
    bus: BusSettings,
    file: Path,
    places: Mapping[str, StripPlace],
    tell: Callable[[DeviceStanding], None] = lambda _: None,
) -> SignBus:
    baud = _baud(bus, {place.make.baud for place in places.values()})
    return SignBus(partial(BusLink, port_of(bus, file), baud), places, tell)


def sign_buses(
    settings: WindowDevicesSettings, file: Path, places: SignPlaces, tell: TellNamed
) -> dict[str, SignBus]:
    """All or none: what was begun before one that cannot be is ended again."""
    used = [bus for bus in settings.sign_bus if places.get(bus.name)]
    with ExitStack() as begun:
        buses = {}
        for bus in used:
            buses[bus.name] = sign_bus(bus, file, places[bus.name], tell(bus.name))
            begun.callback(buses[bus.name].close)
        begun.pop_all()
    return buses


def pad_buses(
    settings: WindowDevicesSettings, file: Path, makes: PadMakes
) -> dict[str, PadBus]:  # fmt: skip
    buses = {}
    for bus in settings.keypad_bus:
        if on_it := makes.get(bus.name):
            baud = _baud(bus, {make.baud for make in on_it.values()})
            buses[bus.name] = PadBus(partial(BusLink, port_of(bus, file), baud), on_it)
    return buses


def _baud(bus: BusSettings, of_makes: set[int]) -> int:
    """Raises SettingsUnusable when the makes on one bus want different speeds."""
    if bus.baud:
        return bus.baud
    if len(of_makes) > 1:
        speeds = ", ".join(map(str, sorted(of_makes)))
        raise SettingsUnusable("bus_speeds_differ", bus=bus.name, speeds=speeds)
    return of_makes.pop()


def composer(settings: WindowDevicesSettings) -> Composer | None:
    return None if settings.speaker is None else Composer(settings.speaker)


def speaker(
    settings: WindowDevicesSettings, composer: Composer | None, tell: TellNamed
) -> QueueSpeaker | None:
    if settings.speaker is None or composer is None:
        return None
    output = make_output(settings.speaker)
    return QueueSpeaker(settings.speaker, composer, output, on_standing=tell("speaker"))
