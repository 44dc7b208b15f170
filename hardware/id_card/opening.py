"""From the address of a reader to its module: which transport, and at which speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hardware.errors import DeviceError
from hardware.id_card.link import SamLink, Transport
from hardware.id_card.module import SamModule, find_speed
from hardware.id_card.serial_port import SerialTransport

if TYPE_CHECKING:
    from usb.backend import IBackend

AUTO_BAUD = 0  # the speed is found out at each opening
_USUAL_BAUD = 115200
_SLOWEST_BAUD = 9600  # of a line that nobody tells the speed of: the longest time-outs


def open_module(
    port: str, baud: int, usb_backend: IBackend | None = None, deadline: float | None = None
) -> SamModule:
    """port: a tty, a pty, `socket://host:port` or `usb://vendor:product…`. deadline: monotonic, for
    finding the speed; None: as long as all five take.

    Raises DeviceMissing; DeviceTimeout when no speed finds an answer; SettingsUnusable."""
    if port.startswith("usb://"):
        return SamModule(SamLink(_usb(port, usb_backend), _USUAL_BAUD))
    if baud != AUTO_BAUD:
        return SamModule(SamLink(SerialTransport(port, baud), baud))
    if "://" in port:
        return SamModule(SamLink(SerialTransport(port, _SLOWEST_BAUD), _SLOWEST_BAUD))
    link = SamLink(SerialTransport(port, _USUAL_BAUD), _USUAL_BAUD)
    try:
        find_speed(link, deadline=deadline)
    except DeviceError:
        link.close()
        raise
    return SamModule(link)


def _usb(port: str, backend: IBackend | None) -> Transport:
    from hardware.id_card.usb_port import UsbTransport, parse_usb  # late: pyusb is seldom needed

    return UsbTransport(parse_usb(port), backend)
