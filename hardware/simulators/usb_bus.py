"""A virtual USB bus: a pyusb backend whose devices are simulators, so that drivers use real pyusb.

It stands where libusb does: descriptors, configuration, claiming, bulk transfers with their
time-outs and errors. Knows no device; those are `BulkDevice`s.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import usb.core
import usb.util
from usb.backend import IBackend

_PACKET_BYTES = 64  # full speed


@dataclass(slots=True)
class BulkDevice:
    """One interface with two bulk endpoints. on_data takes what the host wrote and returns what
    the device says, each with the seconds it waits before. kernel_driver: the system holds it."""

    on_data: Callable[[bytes], list[tuple[float, bytes]]]
    vendor: int = 0x0400
    product: int = 0xC35A
    in_endpoint: int = 0x81
    out_endpoint: int = 0x02
    interface: int = 0
    kernel_driver: bool = False
    configured: bool = False
    claimed: bool = False
    plugged: bool = True
    _due: list[tuple[float, bytes]] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def write(self, data: bytes) -> None:
        for wait_s, answer in self.on_data(data):
            self.say(answer, wait_s)

    def say(self, data: bytes, wait_s: float = 0.0) -> None:
        """Sends, asked or unasked, behind what is still to be sent."""
        with self._changed:
            last = max(time.monotonic(), self._due[-1][0] if self._due else 0.0)
            self._due.append((last + wait_s, data))
            self._changed.notify_all()

    def read(self, size: int, timeout_s: float) -> bytes:
        """What is due by then, b"" when nothing is. Raises USBError when it is unplugged."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                _present(self)
                now = time.monotonic()
                if self._due and self._due[0][0] <= now:
                    return self._take(size)
                if now >= deadline:
                    return b""
                wake = min(deadline, self._due[0][0]) if self._due else deadline
                self._changed.wait(wake - now)

    def unplug(self) -> None:
        with self._changed:
            self.plugged = self.claimed = self.configured = False
            self._due.clear()
            self._changed.notify_all()

    def plug(self) -> None:
        with self._changed:
            self.plugged = True

    def _take(self, size: int) -> bytes:
        due, data = self._due.pop(0)
        if len(data) > size:
            self._due.insert(0, (due, data[size:]))
        return data[:size]


class VirtualUsbBus(IBackend):  # type: ignore[misc]  # pyusb ships no types
    """Pass it as pyusb's backend. Methods are named and typed by pyusb."""

    def __init__(self, *devices: BulkDevice) -> None:
        super().__init__()
        self._devices = devices

    def enumerate_devices(self) -> Iterator[BulkDevice]:
        return (device for device in self._devices if device.plugged)

    def get_device_descriptor(self, dev: BulkDevice) -> SimpleNamespace:
        return SimpleNamespace(
            bLength=18, bDescriptorType=usb.util.DESC_TYPE_DEVICE, bcdUSB=0x0110, bDeviceClass=0,
            bDeviceSubClass=0, bDeviceProtocol=0, bMaxPacketSize0=_PACKET_BYTES,
            idVendor=dev.vendor, idProduct=dev.product, bcdDevice=0x0100, iManufacturer=0,
            iProduct=0, iSerialNumber=0, bNumConfigurations=1, address=1, bus=1, port_number=1,
            port_numbers=(1,), speed=usb.util.SPEED_FULL,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: BulkDevice, config: int) -> SimpleNamespace:
        if config != 0:
            raise IndexError(f"no configuration {config}")
        return SimpleNamespace(
            bLength=9, bDescriptorType=usb.util.DESC_TYPE_CONFIG, wTotalLength=32,
            bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0, bmAttributes=0x80,
            bMaxPower=250, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(
        self, dev: BulkDevice, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        if intf != 0 or alt != 0:
            raise IndexError(f"no interface {intf}, setting {alt}")
        return SimpleNamespace(
            bLength=9, bDescriptorType=usb.util.DESC_TYPE_INTERFACE,
            bInterfaceNumber=dev.interface, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=0xFF, bInterfaceSubClass=0, bInterfaceProtocol=0, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(
        self, dev: BulkDevice, ep: int, intf: int, alt: int, config: int
    ) -> SimpleNamespace:
        address = (dev.in_endpoint, dev.out_endpoint)[ep]
        return SimpleNamespace(
            bLength=7, bDescriptorType=usb.util.DESC_TYPE_ENDPOINT, bEndpointAddress=address,
            bmAttributes=usb.util.ENDPOINT_TYPE_BULK, wMaxPacketSize=_PACKET_BYTES, bInterval=0,
            bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: BulkDevice) -> BulkDevice:
        _present(dev)
        return dev

    def close_device(self, dev_handle: BulkDevice) -> None:
        dev_handle.claimed = False

    def get_configuration(self, dev_handle: BulkDevice) -> int:
        _present(dev_handle)
        return int(dev_handle.configured)

    def set_configuration(self, dev_handle: BulkDevice, config_value: int) -> None:
        _present(dev_handle)
        dev_handle.configured = True

    def claim_interface(self, dev_handle: BulkDevice, intf: int) -> None:
        _present(dev_handle)
        if dev_handle.kernel_driver or dev_handle.claimed:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        dev_handle.claimed = True

    def release_interface(self, dev_handle: BulkDevice, intf: int) -> None:
        _present(dev_handle)
        dev_handle.claimed = False

    def is_kernel_driver_active(self, dev_handle: BulkDevice, intf: int) -> bool:
        _present(dev_handle)
        return dev_handle.kernel_driver

    def detach_kernel_driver(self, dev_handle: BulkDevice, intf: int) -> None:
        dev_handle.kernel_driver = False

    def bulk_write(
        self, dev_handle: BulkDevice, ep: int, intf: int, data: Any, timeout: int
    ) -> int:
        _usable(dev_handle, ep, dev_handle.out_endpoint)
        dev_handle.write(data.tobytes())
        return len(data)

    def bulk_read(self, dev_handle: BulkDevice, ep: int, intf: int, buff: Any, timeout: int) -> int:
        _usable(dev_handle, ep, dev_handle.in_endpoint)
        data = dev_handle.read(len(buff), timeout / 1000)
        if not data:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        buff[: len(data)] = type(buff)("B", data)
        return len(data)


def _present(device: BulkDevice) -> None:
    if not device.plugged:
        raise usb.core.USBError("No such device (it may have been disconnected)", -4, errno.ENODEV)


def _usable(device: BulkDevice, endpoint: int, expected: int) -> None:
    """The real one refuses a transfer on an interface that was not claimed, too."""
    _present(device)
    if not device.claimed or endpoint != expected:
        raise usb.core.USBError("Entity not found", -5, errno.ENOENT)
