"""Finds devices in what the Linux kernel tells (/sys, /dev, /proc); opens none of them.

Every function takes the root folder, so that a machine can be laid out in a test.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hardware.discovery.found import (
    KIOSK_FILE,
    WINDOW_FILE,
    Found,
    Kind,
    bus_lines,
    printer_lines,
    reader_lines,
)

# USB interface classes (usb.org, "Defined Class Codes").
_PRINTER, _CHIP_CARD = "07", "0b"
_ID_CARD_READERS = frozenset({("0400", "c35a")})  # GA 450 readers with their own USB
_NO_UART = "0"  # of /sys/class/tty/*/type: a port that the kernel only reserves


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """vendor, product: four hexadecimal digits. interfaces: their class codes."""

    vendor: str
    product: str
    name: str
    interfaces: frozenset[str]


def everything(root: Path = Path("/")) -> list[Found]:
    return [*serial_ports(root), *usb_devices(root), *printer_nodes(root), *cameras(root),
            *sound_cards(root)]  # fmt: skip


def serial_ports(root: Path) -> Iterator[Found]:
    """Adapters and ports with a chip behind them, by the name that survives replugging."""
    stable = _stable_names(root)
    for folder in sorted((root / "sys/class/tty").glob("tty[SUA]*")):
        if not (folder / "device").exists() or _text(folder / "type") == _NO_UART:
            continue
        node = root / "dev" / folder.name
        address = stable.get(folder.name, f"/dev/{folder.name}")
        name = _usb_name_above(folder / "device") or folder.name
        yield Found(
            Kind.SERIAL, name, address, _usable(node), WINDOW_FILE, bus_lines(address),
        )  # fmt: skip


def usb_devices(root: Path) -> Iterator[Found]:
    """Readers and printers that have USB of their own."""
    for device in _usb(root):
        address = f"usb://{device.vendor}:{device.product}"
        if (device.vendor, device.product) in _ID_CARD_READERS:
            lines = reader_lines(address)
            yield Found(Kind.CARD_READER, device.name, address, None, KIOSK_FILE, lines)
        elif _PRINTER in device.interfaces:
            lines = printer_lines(address)
            yield Found(Kind.PRINTER, device.name, address, None, KIOSK_FILE, lines)
        elif _CHIP_CARD in device.interfaces:
            hint = "./hall device social-card read"
            yield Found(Kind.CHIP_READER, device.name, "pcsc:", None, hint=hint)


def printer_nodes(root: Path) -> Iterator[Found]:
    for node in sorted((root / "dev/usb").glob("lp*")):
        address = f"file:///dev/usb/{node.name}"
        lines = printer_lines(address)
        yield Found(Kind.PRINTER, node.name, address, _usable(node), KIOSK_FILE, lines)


def cameras(root: Path) -> Iterator[Found]:
    """A camera has several nodes; the first of each gives the pictures."""
    for folder in sorted((root / "sys/class/video4linux").glob("video*")):
        if _text(folder / "index") not in ("0", ""):
            continue
        node = root / "dev" / folder.name
        number = folder.name.removeprefix("video")
        name = _text(folder / "name") or folder.name
        hint = f"./hall device camera snapshot --camera {number} --out picture.png"
        yield Found(Kind.CAMERA, name, number, _usable(node), hint=hint)


def sound_cards(root: Path) -> Iterator[Found]:
    """Each line of /proc/asound/cards that names a card: ` 0 [PCH   ]: HDA-Intel - HDA Intel`."""
    for line in _text(root / "proc/asound/cards").splitlines():
        number, _, rest = line.strip().partition(" ")
        if number.isdecimal() and "]: " in rest:
            name = rest.split("]: ", 1)[1]
            lines = ("[speaker]", 'output = "alsa"', f'device = "plughw:{number}"')
            yield Found(Kind.SOUND, name, f"plughw:{number}", None, WINDOW_FILE, lines)


def _stable_names(root: Path) -> dict[str, str]:
    """Port → its name under /dev/serial/by-id: what is plugged in, not in which order."""
    links = sorted((root / "dev/serial/by-id").glob("*"))
    return {Path(os.readlink(link)).name: f"/dev/serial/by-id/{link.name}" for link in links}


def _usb(root: Path) -> Iterator[UsbDevice]:
    for folder in sorted((root / "sys/bus/usb/devices").glob("*")):
        if vendor := _text(folder / "idVendor"):
            classes = (_text(each) for each in folder.glob("*/bInterfaceClass"))
            product = _text(folder / "idProduct")
            name = _usb_name(folder) or f"{vendor}:{product}"
            yield UsbDevice(vendor, product, name, frozenset(classes))


def _usb_name_above(device: Path) -> str:
    """The name of the adapter that a port belongs to, "" for a port on the board."""
    folder = device.resolve()
    for each in (folder, *folder.parents):
        if (each / "idVendor").exists():
            return _usb_name(each)
    return ""


def _usb_name(folder: Path) -> str:
    return " ".join(filter(None, (_text(folder / "manufacturer"), _text(folder / "product"))))


def _usable(node: Path) -> bool:
    return os.access(node, os.R_OK | os.W_OK)


def _text(file: Path) -> str:
    """What the kernel says there; "" when it says nothing."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
