"""A USB printer through pyusb: finds its printer interface and the endpoints by descriptor.

python-escpos's own USB class resets the device each time it opens it, and a reset in the middle of
a ticket loses the rest; this one takes the interface and leaves the device alone.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from typing import Any

import usb.core
import usb.util

from hardware.errors import DeviceMissing, DeviceTimeout
from hardware.ticket_printer.link import left

_PRINTER_CLASS = 7
_VENDOR_CLASS = 255  # many cheap boards call themselves so
_CHUNK_BYTES = 2_048
_READ_BYTES = 64


class UsbLink:
    """Raises DeviceMissing when no such printer is there, or it may not be opened."""

    two_way = True
    fresh = False

    def __init__(self, vendor: int, product: int, serial: str) -> None:
        self._name = f"{vendor:04x}:{product:04x}"
        try:
            self._device = self._find(vendor, product, serial)
            self._interface, self._out, self._in = self._claim()
        except (usb.core.NoBackendError, OSError, ValueError, NotImplementedError) as error:
            raise DeviceMissing(f"cannot open USB printer {self._name}: {error}") from error
        self.two_way = self._in is not None

    def _find(self, vendor: int, product: int, serial: str) -> Any:
        for device in usb.core.find(find_all=True, idVendor=vendor, idProduct=product):
            if not serial or serial == device.serial_number:
                return device
        raise DeviceMissing(f"no USB printer {self._name}", serial=serial or None)

    def _claim(self) -> tuple[int, int, int | None]:
        """Interface number, and the addresses of its bulk endpoints; one-way printers have no way
        in. A kernel driver (usblp) that holds the interface is asked to let go."""
        configuration = self._configuration()
        for interface in _printer_interfaces(configuration):
            out, back = _bulk_endpoints(interface)
            if out is not None:
                number = int(interface.bInterfaceNumber)
                self._take_from_kernel(number)
                usb.util.claim_interface(self._device, number)
                return number, out, back
        raise DeviceMissing(f"USB device {self._name} is no printer")

    def _configuration(self) -> Any:
        try:
            return self._device.get_active_configuration()
        except usb.core.USBError:  # it has none yet
            self._device.set_configuration()
            return self._device.get_active_configuration()

    def _take_from_kernel(self, interface: int) -> None:
        try:
            if self._device.is_kernel_driver_active(interface):
                self._device.detach_kernel_driver(interface)
        except NotImplementedError:
            return  # no kernel driver on this system

    def write(self, data: bytes, deadline: float) -> None:
        sent = 0
        while sent < len(data):
            chunk = data[sent : sent + _CHUNK_BYTES]
            try:
                sent += int(self._device.write(self._out, chunk, _milliseconds(deadline)))
            except OSError as error:
                raise _translated(error, sent) from error

    def read(self, deadline: float) -> bytes:
        if self._in is None:
            return b""
        try:
            return bytes(self._device.read(self._in, _READ_BYTES, _milliseconds(deadline)))
        except OSError as error:
            translated = _translated(error, 0)
            if isinstance(translated, DeviceTimeout):
                return b""
            raise translated from error

    def close(self) -> None:
        usb.util.dispose_resources(self._device)


def _printer_interfaces(configuration: Any) -> Iterator[Any]:
    """The printer class first, then the makers' own."""
    interfaces = list(configuration)
    for kind in (_PRINTER_CLASS, _VENDOR_CLASS):
        yield from (each for each in interfaces if each.bInterfaceClass == kind)


def _bulk_endpoints(interface: Any) -> tuple[int | None, int | None]:
    out: int | None = None
    back: int | None = None
    for endpoint in interface:
        if usb.util.endpoint_type(endpoint.bmAttributes) != usb.util.ENDPOINT_TYPE_BULK:
            continue
        address = int(endpoint.bEndpointAddress)
        if usb.util.endpoint_direction(address) == usb.util.ENDPOINT_IN:
            back = address if back is None else back
        else:
            out = address if out is None else out
    return out, back


def _milliseconds(deadline: float) -> int:
    return max(1, int(left(deadline) * 1000))  # 0 would mean no limit


def _translated(error: OSError, sent: int) -> DeviceTimeout | DeviceMissing:
    """pyusb's time-out is an OSError with ETIMEDOUT."""
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        return DeviceTimeout("the printer takes no more data", sent=sent)
    return DeviceMissing(f"the printer is gone: {error}", sent=sent)
