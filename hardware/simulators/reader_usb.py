"""A virtual ID-card reader on the virtual USB bus, with the same core and faults as the others."""

from __future__ import annotations

import threading

from hardware.simulators.reader_core import ReaderCore
from hardware.simulators.usb_bus import BulkDevice, VirtualUsbBus


class UsbCardReader:
    """`bus` is what the driver takes for pyusb's backend; `core` lays cards and sets faults."""

    def __init__(self, core: ReaderCore | None = None) -> None:
        self.core = core or ReaderCore()
        self.device = BulkDevice(self._answer)
        self.bus = VirtualUsbBus(self.device)

    @property
    def port(self) -> str:
        return f"usb://{self.device.vendor:04x}:{self.device.product:04x}"

    def _answer(self, data: bytes) -> list[tuple[float, bytes]]:
        pieces = self.core.take(data)
        if any(piece.unplug for piece in pieces):
            # Not from inside a transfer: the cable goes once the bytes have gone.
            threading.Timer(0.05, self.device.unplug).start()
        return [(piece.wait_s, piece.data) for piece in pieces]
