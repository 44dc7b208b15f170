"""One thing found, and what to write into which settings file for it. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    SERIAL = "serial_port"
    CARD_READER = "card_reader"
    CHIP_READER = "chip_card_reader"  # social-security cards, over PC/SC
    PRINTER = "ticket_printer"
    CAMERA = "camera"
    SOUND = "sound"


@dataclass(frozen=True, slots=True)
class Found:
    """name: as the device calls itself. address: as settings and commands take it. usable: whether
    this user may open it; None when that is not known. asked: whether it was asked who is there and
    nobody answered. file: the settings file that `lines` belong
    into, "" when nothing needs to be written."""

    kind: Kind
    name: str
    address: str
    usable: bool | None
    file: str = ""
    lines: tuple[str, ...] = ()
    hint: str = ""
    asked: bool = False

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "kind": self.kind.value, "lines": list(self.lines)}


KIOSK_FILE, WINDOW_FILE = "config/kiosk.toml", "config/devices/window-devices.toml"


def reader_lines(port: str, baud: int | None = None) -> tuple[str, ...]:
    speed = () if baud is None else (f"baud = {baud}",)
    return ("[reader]", f'port = "{port}"', *speed)


def printer_lines(url: str) -> tuple[str, ...]:
    return ("[printer]", f'url = "{url}"', 'profile = "generic-80mm"')


def bus_lines(port: str) -> tuple[str, ...]:
    """For a serial port of which nobody knows yet what hangs on it."""
    keypads = "# 键盘总线改写 [[keypad_bus]] / for keypads write [[keypad_bus]]"
    return (keypads, "[[sign_bus]]", 'name = "strips"', f'port = "{port}"')
