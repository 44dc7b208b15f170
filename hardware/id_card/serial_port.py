"""Transport over pyserial: a tty, a pty or `socket://host:port`. pyserial's errors end here."""

from __future__ import annotations

import serial

from hardware.errors import DeviceMissing, DeviceTimeout
from hardware.os_trouble import PORT_TROUBLE, port_error, reason
from hardware.port_address import check_port

_WRITE_LIMIT_S = 2.0
_LARGEST_READ = 4096


class SerialTransport:
    """An open port."""

    def __init__(self, port: str, baud: int) -> None:
        """Raises DeviceMissing when there is no such port, SettingsUnusable when it can be none."""
        check_port(port)
        try:
            self._port = serial.serial_for_url(
                port, baud, timeout=0, write_timeout=_WRITE_LIMIT_S, exclusive=_exclusive(port)
            )
        except (*PORT_TROUBLE, ValueError) as error:
            raise port_error(port, error) from error

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise DeviceTimeout("reader_takes_nothing") from error
        except PORT_TROUBLE as error:
            raise _gone(error) from error

    def read(self, limit_s: float) -> bytes:
        try:
            self._port.timeout = limit_s
            data: bytes = self._port.read(1)
            if data:
                self._port.timeout = 0
                data += self._port.read(_LARGEST_READ)
        except PORT_TROUBLE as error:
            raise _gone(error) from error
        return data

    def discard(self) -> None:
        try:
            self._port.reset_input_buffer()
        except PORT_TROUBLE as error:
            raise _gone(error) from error

    def set_baud(self, baud: int) -> None:
        """Bytes that came at the old speed are dropped. A socket has no speed of its own."""
        try:
            self._port.baudrate = baud
            self._port.reset_input_buffer()
        except PORT_TROUBLE as error:
            raise _gone(error) from error

    def close(self) -> None:
        try:
            self._port.close()
        except PORT_TROUBLE as error:
            raise _gone(error) from error


def _exclusive(port: str) -> bool | None:
    """Two programs on one line would read each other's replies; a socket cannot be locked."""
    return None if "://" in port else True


def _gone(error: Exception) -> DeviceMissing:
    return DeviceMissing("reader_gone", reason=reason(error))
