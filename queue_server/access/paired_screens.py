"""Which of the paired devices are call screens, by the names under which they send receipts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from queue_server.access.pairing import Device, Kind


@dataclass(frozen=True, slots=True)
class PairedScreen:
    """id: as its receipts call it; device: as administration knows it."""

    id: str
    name: str
    window: str | None
    device: str


def screen_id(path: str) -> str | None:
    """The name in the address of a screen's page."""
    return next(iter(parse_qs(urlsplit(path).query).get("name", ())), None)


def screens_of(devices: Iterable[Device]) -> tuple[PairedScreen, ...]:
    return tuple(
        PairedScreen(id, device.name, device.window, device.id)
        for device in devices
        if device.kind in (Kind.SCREEN, Kind.WINDOW_SCREEN) and (id := screen_id(device.path))
    )
