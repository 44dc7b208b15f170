"""Transport over USB bulk endpoints through pyusb. Its errors end here.

Readers name vendor 0400, product C35A; endpoints and interface differ between makers, so they stand
in the address: `usb://0400:c35a?interface=0&out=0x02&in=0x81`. What is left out is looked up: the
first bulk endpoint of each direction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import usb.core
import usb.util
from usb.backend import IBackend

from hardware.errors import DeviceMissing, DeviceTimeout, SettingsUnusable
from hardware.os_trouble import reason
from hardware.words import state_words

_ADDRESS = re.compile(
    r"usb://(?P<vendor>[0-9a-fA-F]{4}):(?P<product>[0-9a-fA-F]{4})(\?(?P<more>.*))?"
)
_READ_SIZE = 4096  # a multiple of every packet size, as bulk reads want it
_WRITE_LIMIT_MS = 2000
_SHORTEST_MS = 1  # 0 would mean: without end
_MOST_STALE_READS = 32  # a device that never stops talking is not listened to for ever


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """in_endpoint, out_endpoint: None for the first bulk one."""

    vendor: int
    product: int
    interface: int = 0
    in_endpoint: int | None = None
    out_endpoint: int | None = None

    @property
    def name(self) -> str:
        return f"{self.vendor:04x}:{self.product:04x}"


def parse_usb(address: str) -> UsbAddress:
    """Raises SettingsUnusable."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise SettingsUnusable("usb_address_wrong", port=address, reason=state_words("url_usb"))
    try:
        more = {name: int(value, 0) for name, value in parse_qsl(match["more"] or "")}
    except ValueError as error:
        wrong = state_words("url_number", name="interface, in, out", value=match["more"])
        raise SettingsUnusable("usb_address_wrong", port=address, reason=wrong) from error
    unknown = sorted(set(more) - {"interface", "in", "out"})
    if unknown:
        wrong = state_words("url_option", name=", ".join(unknown), known="interface, in, out")
        raise SettingsUnusable("usb_address_wrong", port=address, reason=wrong)
    return UsbAddress(
        int(match["vendor"], 16),
        int(match["product"], 16),
        more.get("interface", 0),
        more.get("in"),
        more.get("out"),
    )


class UsbTransport:
    """A claimed interface. backend: pyusb's; None for libusb."""

    def __init__(self, address: UsbAddress, backend: IBackend | None = None) -> None:
        """Raises DeviceMissing when there is no such device, or it may not be used."""
        self._address = address
        self._device = _found(address, backend)
        try:
            self._claim()
        except usb.core.USBError as error:
            usb.util.dispose_resources(self._device)
            raise DeviceMissing(
                "usb_unusable", device=address.name, reason=reason(error)
            ) from error
        except DeviceMissing:
            usb.util.dispose_resources(self._device)
            raise

    def write(self, data: bytes) -> None:
        try:
            self._out.write(data, _WRITE_LIMIT_MS)
        except usb.core.USBTimeoutError as error:
            raise DeviceTimeout("reader_takes_nothing") from error
        except usb.core.USBError as error:
            raise _gone(error) from error

    def read(self, limit_s: float) -> bytes:
        try:
            return bytes(self._in.read(_READ_SIZE, max(_SHORTEST_MS, int(limit_s * 1000))))
        except usb.core.USBTimeoutError:
            return b""
        except usb.core.USBError as error:
            raise _gone(error) from error

    def discard(self) -> None:
        for _ in range(_MOST_STALE_READS):
            if not self.read(0):
                return

    def set_baud(self, baud: int) -> None:
        """USB has no speed to set."""

    def close(self) -> None:
        try:
            usb.util.release_interface(self._device, self._address.interface)
        except usb.core.USBError as error:
            raise _gone(error) from error
        finally:
            usb.util.dispose_resources(self._device)

    def _claim(self) -> None:
        number = self._address.interface
        if _kernel_holds(self._device, number):
            self._device.detach_kernel_driver(number)
        configuration = _configuration(self._device)
        usb.util.claim_interface(self._device, number)
        interface = usb.util.find_descriptor(configuration, bInterfaceNumber=number)
        if interface is None:
            raise DeviceMissing("usb_interface_absent", interface=number)
        self._in = _endpoint(interface, usb.util.ENDPOINT_IN, self._address.in_endpoint)
        self._out = _endpoint(interface, usb.util.ENDPOINT_OUT, self._address.out_endpoint)


def _found(address: UsbAddress, backend: IBackend | None) -> Any:
    try:
        device = usb.core.find(idVendor=address.vendor, idProduct=address.product, backend=backend)
    except usb.core.NoBackendError as error:
        raise DeviceMissing("libusb_absent") from error
    except usb.core.USBError as error:
        raise DeviceMissing("usb_search_failed", reason=reason(error)) from error
    if device is None:
        raise DeviceMissing("usb_absent", device=address.name)
    return device


def _kernel_holds(device: Any, number: int) -> bool:
    try:
        return bool(device.is_kernel_driver_active(number))
    except NotImplementedError:  # not every system has kernel drivers to detach
        return False


def _configuration(device: Any) -> Any:
    """The active one; a device that has none yet gets its first."""
    try:
        return device.get_active_configuration()
    except usb.core.USBError:
        device.set_configuration()
        return device.get_active_configuration()


def _endpoint(interface: Any, direction: int, number: int | None) -> Any:
    """Raises DeviceMissing when the interface has no such endpoint."""

    def fits(endpoint: Any) -> bool:
        address = endpoint.bEndpointAddress
        bulk = usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        wanted = bulk if number is None else address == number
        return bool(wanted and usb.util.endpoint_direction(address) == direction)

    found = usb.util.find_descriptor(interface, custom_match=fits)
    if found is None:
        way = "in" if direction == usb.util.ENDPOINT_IN else "out"
        raise DeviceMissing("usb_endpoint_absent", way=way, endpoint=number)
    return found


def _gone(error: Exception) -> DeviceMissing:
    return DeviceMissing("reader_gone", reason=reason(error))
