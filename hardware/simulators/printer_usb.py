"""The virtual printer on USB: a backend for pyusb that holds one printer and carries its transfers.

Real are pyusb above it and the driver; only libusb and the bus are not. Packets as on full speed.
"""

from __future__ import annotations

import array
import errno
import threading
from typing import Any

import usb.core
from usb.backend import IBackend

from hardware.simulators.printer import Connection, VirtualPrinter

VENDOR, PRODUCT = 0x0FE6, 0x811E  # of a common board
_OUT, _IN = 0x03, 0x84  # neither python-escpos's nor any other guess: to be found by descriptor
_PACKET_BYTES = 64
_BULK = 2


class _Descriptor:
    """Fields as pyusb reads them."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)
        self.extra_descriptors: list[int] = []


_DEVICE = {
    "bLength": 18, "bDescriptorType": 1, "bcdUSB": 0x0200, "bDeviceClass": 0, "bDeviceSubClass": 0,
    "bDeviceProtocol": 0, "bMaxPacketSize0": 64, "idVendor": VENDOR, "idProduct": PRODUCT,
    "bcdDevice": 0x0107, "iManufacturer": 0, "iProduct": 0, "iSerialNumber": 0,
    "bNumConfigurations": 1, "address": 5, "bus": 1, "port_number": 2, "port_numbers": (2,),
    "speed": 2,
}  # fmt: skip
_CONFIGURATION = {
    "bLength": 9, "bDescriptorType": 2, "wTotalLength": 55, "bNumInterfaces": 2,
    "bConfigurationValue": 1, "iConfiguration": 0, "bmAttributes": 0xC0, "bMaxPower": 50,
}  # fmt: skip
_INTERFACE = {
    "bLength": 9, "bDescriptorType": 4, "bAlternateSetting": 0, "bInterfaceSubClass": 1,
    "bInterfaceProtocol": 2, "iInterface": 0,
}  # fmt: skip
_ENDPOINT = {
    "bLength": 7, "bDescriptorType": 5, "bmAttributes": _BULK, "wMaxPacketSize": _PACKET_BYTES,
    "bInterval": 0, "bRefresh": 0, "bSynchAddress": 0,
}  # fmt: skip
# A keyboard-like interface first, as scanners and printers in one case have it; then the printer.
_INTERFACES = ((3, ()), (7, (_OUT, _IN)))


class VirtualUsbPrinter(IBackend):  # type: ignore[misc]
    """Pass it as `usb_backend`. The printer is gone while its fault is GONE; whoever holds it then
    gets ENODEV, and what it had not yet said is lost."""

    def __init__(self, printer: VirtualPrinter) -> None:
        self._printer = printer
        self._arrived = threading.Condition()
        self._replies = bytearray()
        self._connection: Connection | None = None
        self.claimed: list[int] = []
        self.resets = 0

    def enumerate_devices(self) -> Any:
        return iter([self] if self._printer.plugged_in else [])

    def get_device_descriptor(self, dev: Any) -> _Descriptor:
        return _Descriptor(**_DEVICE)

    def get_configuration_descriptor(self, dev: Any, config: int) -> _Descriptor:
        if config:
            raise IndexError(config)
        return _Descriptor(**_CONFIGURATION)

    def get_interface_descriptor(self, dev: Any, intf: int, alt: int, config: int) -> _Descriptor:
        if alt:
            raise IndexError(alt)
        kind, endpoints = _INTERFACES[intf]
        return _Descriptor(
            **_INTERFACE,
            bInterfaceNumber=intf,
            bInterfaceClass=kind,
            bNumEndpoints=len(endpoints),
        )

    def get_endpoint_descriptor(
        self, dev: Any, ep: int, intf: int, alt: int, config: int
    ) -> _Descriptor:
        return _Descriptor(**_ENDPOINT, bEndpointAddress=_INTERFACES[intf][1][ep])

    def open_device(self, dev: Any) -> VirtualUsbPrinter:
        self._need_plug()
        return self

    def close_device(self, dev_handle: Any) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get_configuration(self, dev_handle: Any) -> int:
        return 1

    def set_configuration(self, dev_handle: Any, config_value: int) -> None:
        self._need_plug()

    def is_kernel_driver_active(self, dev_handle: Any, intf: int) -> bool:
        return False

    def claim_interface(self, dev_handle: Any, intf: int) -> None:
        self._need_plug()
        self.claimed.append(intf)
        self._connection = self._printer.connect(self._reply)

    def release_interface(self, dev_handle: Any, intf: int) -> None:
        self.claimed.remove(intf)

    def reset_device(self, dev_handle: Any) -> None:
        self.resets += 1

    def bulk_write(self, dev_handle: Any, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._need_plug()
        if ep != _OUT or self._connection is None:
            raise usb.core.USBError("no such endpoint", errno=errno.ENOENT)
        self._connection.take(bytes(data))
        return len(data)

    def bulk_read(
        self, dev_handle: Any, ep: int, intf: int, buff: array.array[int], timeout: int
    ) -> int:
        if ep != _IN:
            raise usb.core.USBError("no such endpoint", errno=errno.ENOENT)
        with self._arrived:
            self._arrived.wait_for(
                lambda: self._replies or not self._printer.plugged_in, timeout / 1000
            )
            self._need_plug()
            if not self._replies:
                raise usb.core.USBTimeoutError("time-out", errno=errno.ETIMEDOUT)
            data = bytes(self._replies[: min(len(buff), _PACKET_BYTES)])
            del self._replies[: len(data)]
        buff[: len(data)] = array.array("B", data)
        return len(data)

    def _reply(self, data: bytes) -> None:
        with self._arrived:
            self._replies += data
            self._arrived.notify_all()

    def _need_plug(self) -> None:
        if not self._printer.plugged_in:
            with self._arrived:
                self._replies.clear()
            raise usb.core.USBError("no such device", errno=errno.ENODEV)
