"""Builds the drivers from their settings; the one module that a kiosk imports to get them.

Opens nothing: devices are opened at their first use, so a device that is away delays no start. Each
driver is imported when it is first made, so that nobody waits for the libraries of the others.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from hardware.errors import SettingsUnusable
from hardware.ports import Camera, PhotoDecoder, SocialCardReader

if TYPE_CHECKING:
    from usb.backend import IBackend

    from hardware.camera.source import CameraSource
    from hardware.id_card.decoder import PhotoDecoderSettings
    from hardware.id_card.driver import SamCardReader
    from hardware.social_card.link import Reader
    from hardware.ticket_printer.driver import EscPosTicketPrinter
    from hardware.ticket_printer.spool import CupsTicketPrinter


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """url: tcp://host:port, serial:///dev/ttyS0?baud=9600, usb://vid:pid, file:///path or
    cups://host/queue. profile: name of one in config/printers, or a file. layout: one of
    config/tickets, or a file. roll_file: where the paper forecast is kept; None: nowhere."""

    url: str
    profile: str | Path = "generic-80mm"
    layout: str | Path = "standard"
    roll_file: Path | None = None


@dataclass(frozen=True, slots=True)
class CardReaderSettings:
    """port: a tty, a pty, socket://host:port, or usb://vendor:product?in=…&out=…&interface=….
    baud: as the reader is set; 0 finds it out. fingerprint: whether fingerprints are read too."""

    port: str
    baud: int = 115200
    fingerprint: bool = False


@dataclass(frozen=True, slots=True)
class SocialCardSettings:
    """reader: `pcsc:NAME` (the beginning of a reader's name; none: the first) or `tcp://host:port`.
    map: where on the card each item stands; None: as the standard has it."""

    reader: str = "pcsc:"
    map: Path | None = None


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """source: a device index or /dev/video…, a file, numbered pictures (`frame%03d.jpg`) or a
    stream URL. width, height: wished of a device. rotate: degrees clockwise. loop: a recording
    begins again at its end."""

    source: str
    width: int = 0
    height: int = 0
    rotate: Literal[0, 90, 180, 270] = 0
    loop: bool = True


def make_printer(
    settings: PrinterSettings,
    usb_backend: IBackend | None = None,
    *,
    to_print: bool = True,
    beside: EscPosTicketPrinter | CupsTicketPrinter | None = None,
) -> EscPosTicketPrinter | CupsTicketPrinter:
    """usb_backend: pyusb's, None for libusb. to_print: False for one that is only asked how it is;
    what draws tickets is then not loaded, which takes a second. beside: a driver of the same
    machine with another layout; both note paper and errors in one place.

    Raises SettingsUnusable for a malformed URL or a missing profile, SettingsError for a file
    that cannot be used."""
    from hardware.ticket_printer.driver import EscPosTicketPrinter
    from hardware.ticket_printer.layout import load_layout
    from hardware.ticket_printer.link import open_link
    from hardware.ticket_printer.profile import load_profile
    from hardware.ticket_printer.roll_file import RollFile
    from hardware.ticket_printer.url import parse_url

    parts = parse_url(settings.url)
    profile, layout = load_profile(settings.profile), load_layout(settings.layout)
    roll_file, notes = RollFile(settings.roll_file), beside.notes if beside else None
    if to_print:
        importlib.import_module("hardware.ticket_printer.compose")
    if parts.scheme == "cups":
        from hardware.ticket_printer.spool import CupsQueue, CupsTicketPrinter

        return CupsTicketPrinter(CupsQueue.from_url(parts), profile, layout, roll_file, notes)
    return EscPosTicketPrinter(
        lambda deadline: open_link(settings.url, deadline, usb_backend),
        profile,
        layout,
        roll_file,
        notes,
    )


def make_card_reader(
    settings: CardReaderSettings, usb_backend: IBackend | None = None
) -> SamCardReader:
    """usb_backend: pyusb's, None for libusb.

    Raises SettingsUnusable for a baud rate that no SAM module has."""
    from hardware.id_card.driver import SamCardReader
    from hardware.id_card.opening import AUTO_BAUD, open_module
    from hardware.id_card.protocol import SET_BAUD

    if settings.baud not in (AUTO_BAUD, *SET_BAUD):
        known = ", ".join(map(str, sorted(SET_BAUD)))
        raise SettingsUnusable("speed_unknown", baud=settings.baud, known=known)
    return SamCardReader(
        lambda deadline: open_module(settings.port, settings.baud, usb_backend, deadline),
        fingerprint=settings.fingerprint,
    )


def make_photo_decoder(settings: PhotoDecoderSettings) -> PhotoDecoder | None:
    """None when the settings name no decoder, which is usual."""
    from hardware.id_card.decoder import ConfinedDecoder

    return ConfinedDecoder(settings) if settings.named else None


def make_social_card_reader(settings: SocialCardSettings) -> SocialCardReader:
    """Raises SettingsUnusable for an address that is none, SettingsError for a map."""
    from hardware.social_card.driver import SocialCardDriver
    from hardware.social_card.link import NetReader
    from hardware.social_card.pcsc import PcscReader
    from hardware.social_card.record_map import STANDARD_MAP, load_map

    reader: Reader
    if settings.reader.startswith("pcsc:"):
        reader = PcscReader(settings.reader.removeprefix("pcsc:"))
    else:
        reader = NetReader.from_url(settings.reader)
    return SocialCardDriver(reader, load_map(settings.map or STANDARD_MAP))


def camera_source(settings: CameraSettings) -> CameraSource:
    """Raises SettingsUnusable for a source that cannot be one."""
    from hardware.camera.source import CameraSource

    return CameraSource(
        settings.source, settings.width, settings.height, settings.rotate, settings.loop
    )


def make_camera(settings: CameraSettings) -> Camera:
    """Raises SettingsUnusable for a source that cannot be one."""
    source = camera_source(settings)
    from hardware.camera.driver import OpenCvCamera  # late: OpenCV takes a third of a second

    return OpenCvCamera(source)
