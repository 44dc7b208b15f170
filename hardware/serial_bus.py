"""A serial bus through pyserial: a tty, a pty or `socket://host:port`; knows no frames.

Shared by strips and keypads. RS-485 adapters turn the line round by themselves. pyserial's errors
end here.
"""

from __future__ import annotations

import time

import serial

from hardware.errors import DeviceMissing, DeviceTimeout
from hardware.os_trouble import PORT_TROUBLE, port_error, reason
from hardware.port_address import check_port

_BITS_PER_BYTE = 10  # 8N1
_WRITE_WITHIN_S = 2.0


class BusLink:
    """An open port. One thread at a time."""

    def __init__(self, port: str, baud: int) -> None:
        """Raises DeviceMissing when there is no such port, DeviceRefused when another program has
        it, SettingsUnusable when it can be none."""
        check_port(port)
        self._baud = baud
        try:
            self._port = serial.serial_for_url(
                port, baud, timeout=0, write_timeout=_WRITE_WITHIN_S, exclusive=_exclusive(port)
            )
        except (*PORT_TROUBLE, ValueError) as error:
            raise port_error(port, error) from error

    def write(self, data: bytes) -> None:
        """Returns when the last byte has left, as far as can be told: what adapters hold is
        reckoned from the line's speed. Raises DeviceMissing, DeviceTimeout."""
        began = time.monotonic()
        try:
            self._port.write(data)
            self._port.flush()
        except serial.SerialTimeoutException as error:
            raise DeviceTimeout("bus_takes_nothing") from error
        except PORT_TROUBLE as error:
            raise DeviceMissing("bus_gone", reason=reason(error)) from error
        left_s = len(data) * _BITS_PER_BYTE / self._baud - (time.monotonic() - began)
        time.sleep(max(0.0, left_s))

    def read(self, within_s: float) -> bytes:
        """What has come, waiting for a first byte; b"" when none came. Raises DeviceMissing."""
        try:
            self._port.timeout = within_s
            first: bytes = self._port.read(1)
            waiting = self._port.in_waiting if first else 0
            return first + (self._port.read(waiting) if waiting else b"")
        except PORT_TROUBLE as error:
            raise DeviceMissing("bus_gone", reason=reason(error)) from error

    def close(self) -> None:
        """Never fails: a port that is gone is closed too."""
        try:
            self._port.reset_output_buffer()  # a dead line would be waited for, half a minute
            self._port.close()
        except PORT_TROUBLE:
            self._port.is_open = False


def _exclusive(port: str) -> bool | None:
    """Two programs on one bus spoil each other's frames; only a tty can be locked."""
    return None if "://" in port else True
