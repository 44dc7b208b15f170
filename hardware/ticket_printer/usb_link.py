"""A USB printer through pyusb: finds its printer interface and the endpoints by descriptor.

python-escpos's own USB class resets the device each time it opens it, and a reset in the middle of
a ticket loses the rest; this one takes the interface and leaves the device alone.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult

import usb.core
import usb.util
from usb.backend import IBackend

from hardware.errors import DeviceMissing, DeviceTimeout
from hardware.os_trouble import reason
from hardware.ticket_printer.deadline import left
from hardware.ticket_printer.url import USB_NUMBERS, options

_PRINTER_CLASS = 7
_VENDOR_CLASS = 255  # many cheap boards call themselves so
_CHUNK_BYTES = 2_048
_READ_BYTES = 4_096  # a multiple of every packet size, as bulk reads want it


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """serial: of one among several of a make, "" any. interface, out_endpoint, in_endpoint: None
    are found by their descriptors."""

    vendor: int
    product: int
    serial: str = ""
    interface: int | None = None
    out_endpoint: int | None = None
    in_endpoint: int | None = None


def usb_address(parts: SplitResult) -> UsbAddress:
    """`usb://vid:pid?serial=…&interface=…&out=0x01&in=0x82`, as `parse_url` lets it pass."""
    vendor, _, product = parts.netloc.partition(":")
    named = options(parts)
    numbers = {name: int(named[name], 0) for name in USB_NUMBERS if name in named}
    return UsbAddress(
        int(vendor, 16),
        int(product, 16),
        named.get("serial", ""),
        numbers.get("interface"),
        numbers.get("out"),
        numbers.get("in"),
    )


class UsbLink:
    """backend: pyusb's, None for libusb. Raises DeviceMissing when no such printer is there, or it
    may not be opened."""

    fresh = False

    def __init__(self, address: UsbAddress, backend: IBackend | None = None) -> None:
        self._address = address
        self._name = f"{address.vendor:04x}:{address.product:04x}"
        self._device: Any = None
        try:
            self._device = self._find(backend)
            self._out, self._in = self._claim()
        except DeviceMissing:
            self.close()
            raise
        except usb.core.NoBackendError as error:
            raise DeviceMissing("libusb_absent") from error
        except (OSError, ValueError) as error:
            self.close()
            raise DeviceMissing("usb_unusable", device=self._name, reason=reason(error)) from error

    @property
    def two_way(self) -> bool:
        """One-way printers have no endpoint in."""
        return self._in is not None

    def _find(self, backend: IBackend | None) -> Any:
        wanted = self._address
        found = usb.core.find(
            find_all=True, backend=backend, idVendor=wanted.vendor, idProduct=wanted.product
        )
        for device in found:
            if not wanted.serial or wanted.serial == device.serial_number:
                return device
        raise DeviceMissing("usb_absent", device=self._name)

    def _claim(self) -> tuple[int, int | None]:
        """The addresses of the endpoints out and in. A kernel driver (usblp) that holds the
        interface is asked to let go."""
        for interface in self._interfaces():
            out, back = _bulk_endpoints(interface)
            out = self._address.out_endpoint or out
            if out is not None:
                number = int(interface.bInterfaceNumber)
                self._take_from_kernel(number)
                usb.util.claim_interface(self._device, number)
                return out, self._address.in_endpoint or back
        raise DeviceMissing("printer_not_usb", device=self._name)

    def _interfaces(self) -> list[Any]:
        """The one that the address names; else the printer class first, then the makers' own."""
        every = list(self._configuration())
        if (wanted := self._address.interface) is not None:
            return [each for each in every if each.bInterfaceNumber == wanted]
        return [
            each
            for kind in (_PRINTER_CLASS, _VENDOR_CLASS)
            for each in every
            if each.bInterfaceClass == kind
        ]

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
        if self._device is not None:
            usb.util.dispose_resources(self._device)


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
        return DeviceTimeout("printer_takes_nothing", sent=sent)
    return DeviceMissing("printer_gone", reason=reason(error), sent=sent)
