"""All simulated devices in one process: builds them from a settings file, stops them in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hardware.errors import DeviceMissing, SettingsUnusable
from hardware.os_trouble import reason
from hardware.simulators.camera import VirtualCamera
from hardware.simulators.card_reader import VirtualCardReader
from hardware.simulators.page import Desk, SimulatorPage
from hardware.simulators.people import load_people
from hardware.simulators.printer import VirtualPrinter


@dataclass(frozen=True, slots=True)
class VirtualPrinterSettings:
    """link: a symlink that stands for a serial port, on which it answers as well; None for none.
    line_bytes_per_s: how fast its lines take bytes, 960 for 9600 baud; 0 as fast as they come."""

    listen: str = "127.0.0.1:8703"
    paper_width_dots: int = 576
    print_speed_mm_s: float = 200.0
    link: Path | None = None
    line_bytes_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class VirtualReaderSettings:
    """link: the symlink that stands for the port. read_s: how long a read takes."""

    link: Path
    read_s: float = 0.8


@dataclass(frozen=True, slots=True)
class VirtualCameraSettings:
    listen: str = "127.0.0.1:8704"
    width: int = 640
    height: int = 480
    frames_per_s: float = 10.0


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    people: Path
    reader: VirtualReaderSettings
    page: str = "127.0.0.1:8702"
    printer: VirtualPrinterSettings = field(default_factory=VirtualPrinterSettings)
    camera: VirtualCameraSettings = field(default_factory=VirtualCameraSettings)


@dataclass(frozen=True, slots=True)
class Addresses:
    page: str
    printer: str
    camera: str
    reader: str


def split_address(address: str) -> tuple[str, int]:
    """`host:port`. Raises SettingsUnusable."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise SettingsUnusable("address_wrong", address=address)
    return host, int(port)


class SimulatedDevices:
    """`start`, then `stop`; afterwards no thread, port or symlink is left."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self._settings = settings
        self._people = load_people(settings.people)
        printer, camera = settings.printer, settings.camera
        self.reader = VirtualCardReader(settings.reader.link, settings.reader.read_s)
        self.printer = VirtualPrinter(
            printer.paper_width_dots, printer.print_speed_mm_s, printer.line_bytes_per_s or None
        )
        self.camera = VirtualCamera(camera.width, camera.height, camera.frames_per_s)
        self._page: SimulatorPage | None = None

    def start(self) -> Addresses:
        """Raises DeviceMissing when an address is taken, SettingsUnusable when it is none."""
        try:
            return self._start()
        except OSError as error:
            self.stop()
            settings = self._settings
            places = ", ".join((settings.page, settings.printer.listen, settings.camera.listen))
            raise DeviceMissing("simulator_place", place=places, reason=reason(error)) from error

    def _start(self) -> Addresses:
        settings = self._settings
        host, port = self.printer.start(*split_address(settings.printer.listen))
        if settings.printer.link is not None:
            self.printer.start_pty(settings.printer.link)
        camera = self.camera.start(*split_address(settings.camera.listen))
        self.reader.start()
        self._page = SimulatorPage(
            Desk(self._people, self.reader, self.printer, self.camera, camera)
        )
        page = self._page.start(*split_address(settings.page))
        return Addresses(page, f"tcp://{host}:{port}", camera, self.reader.port)

    def stop(self) -> None:
        if self._page is not None:
            self._page.stop()
        self.reader.stop()
        self.camera.stop()
        self.printer.stop()
