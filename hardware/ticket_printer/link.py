"""Bytes to and from a printer, by URL (see url.py); knows no ESC/POS.

Times are `time.monotonic()` deadlines, so that no wait adds up. Libraries' errors end here.
"""

from __future__ import annotations

import os
import select
import socket
import stat
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol
from urllib.parse import SplitResult

import serial
import structlog

from hardware.errors import DeviceMissing, DeviceRefused, DeviceTimeout, SettingsUnusable
from hardware.os_trouble import PORT_TROUBLE, port_error, reason
from hardware.ticket_printer.deadline import left
from hardware.ticket_printer.url import FLOWS, baud, flow, parse_url

if TYPE_CHECKING:
    from usb.backend import IBackend

_log = structlog.get_logger()
_CHUNK_BYTES = 2_048
_DRAIN_LOOK_S = 0.01
_LOCK_LOOK_S = 0.05
_MOST_UNREAD_READS = 64  # a printer that never stops talking is not listened to for ever


class PrinterLink(Protocol):
    @property
    def two_way(self) -> bool:
        """False when nothing can ever come back: then nobody need wait for an answer."""

    @property
    def fresh(self) -> bool:
        """True when no answer to an earlier errand can come on this link."""

    def write(self, data: bytes, deadline: float) -> None:
        """Hands all of `data` over. Raises DeviceTimeout when the printer takes no more in time,
        DeviceMissing when it is gone; both carry `sent`, the bytes handed over before."""

    def read(self, deadline: float) -> bytes:
        """What has come, waiting for a first byte until `deadline`; b"" when nothing came.
        Raises DeviceMissing when the printer is gone."""

    def close(self) -> None: ...


class DescriptorLink:
    """A non-blocking file descriptor: a TCP socket, a device node, a plain file."""

    def __init__(
        self, fd: int, close: Callable[[], None], *, two_way: bool, fresh: bool = False
    ) -> None:
        self._fd, self._close = fd, close
        self.two_way, self.fresh = two_way, fresh

    def write(self, data: bytes, deadline: float) -> None:
        sent = 0
        while sent < len(data):
            _, ready, _ = select.select([], [self._fd], [], left(deadline))
            if not ready:
                raise DeviceTimeout("printer_takes_nothing", sent=sent)
            try:
                sent += os.write(self._fd, data[sent : sent + _CHUNK_BYTES])
            except BlockingIOError:
                continue
            except OSError as error:
                raise DeviceMissing("printer_gone", reason=reason(error), sent=sent) from error

    def read(self, deadline: float) -> bytes:
        if not self.two_way:
            return b""
        ready, _, _ = select.select([self._fd], [], [], left(deadline))
        if not ready:
            return b""
        try:
            data = os.read(self._fd, 256)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise DeviceMissing("printer_gone", reason=reason(error)) from error
        if not data:
            raise DeviceMissing("printer_closed")
        return data

    def close(self) -> None:
        self._close()


class SerialLink:
    """pyserial. flow: "none" for a three-wire cable, which has no line to wait for; "xonxoff",
    "rtscts" or "dsrdtr" as the printer is set, for one whose buffer is smaller than a ticket."""

    two_way = True
    fresh = False

    def __init__(self, port: str, baud: int, flow: str = "none") -> None:
        self._stuck = False  # a write did not get through to its end
        flows = {name: name == flow for name in FLOWS}
        try:
            self._port = serial.Serial(
                port, baud, timeout=0, write_timeout=0, exclusive=True, **flows
            )
        except (*PORT_TROUBLE, ValueError) as error:
            raise port_error(port, error) from error

    def write(self, data: bytes, deadline: float) -> None:
        self._stuck = True
        self._write(data, deadline)
        self._stuck = False

    def _write(self, data: bytes, deadline: float) -> None:
        sent = 0
        while sent < len(data):
            try:
                self._port.write_timeout = max(0.001, left(deadline))
                sent += self._port.write(data[sent : sent + _CHUNK_BYTES]) or 0
            except serial.SerialTimeoutException as error:
                raise DeviceTimeout("printer_takes_nothing", sent=sent) from error
            except PORT_TROUBLE as error:
                raise DeviceMissing("printer_gone", reason=reason(error), sent=sent) from error
        self._wait_until_sent(sent, deadline)

    def _wait_until_sent(self, sent: int, deadline: float) -> None:
        """What only waits in the kernel is not sent: closing would drop it."""
        try:
            while waiting := self._port.out_waiting:
                if left(deadline) <= 0:
                    raise DeviceTimeout("printer_takes_nothing", sent=sent - waiting)
                time.sleep(min(_DRAIN_LOOK_S, left(deadline)))
        except PORT_TROUBLE as error:
            raise DeviceMissing("printer_gone", reason=reason(error), sent=sent) from error

    def read(self, deadline: float) -> bytes:
        try:
            self._port.timeout = left(deadline)
            first: bytes = self._port.read(1)
            rest: bytes = self._port.read(self._port.in_waiting) if first else b""
            return first + rest
        except PORT_TROUBLE as error:
            raise DeviceMissing("printer_gone", reason=reason(error)) from error

    def close(self) -> None:
        """Drops what a dead line would not take: the kernel would wait half a minute for it."""
        try:
            if self._stuck:
                self._port.reset_output_buffer()
        except PORT_TROUBLE as error:
            _log.debug("printer_gone_at_close", reason=str(error))
        self._port.close()


def open_link(url: str, deadline: float, usb_backend: IBackend | None = None) -> PrinterLink:
    """Opens the printer at `url`; usb_backend: pyusb's, None for libusb. Raises SettingsUnusable
    for a malformed URL or one of a spooler, DeviceMissing when nothing is there."""
    parts = parse_url(url)
    if parts.scheme == "usb":
        from hardware.ticket_printer.usb_link import UsbLink, usb_address  # late: seldom needed

        return UsbLink(usb_address(parts), usb_backend)
    if parts.scheme not in _OPENERS:
        raise SettingsUnusable("spooler_no_printer", url=url)
    return _OPENERS[parts.scheme](parts, deadline)


def _open_tcp(parts: SplitResult, deadline: float) -> PrinterLink:
    try:
        address = (parts.hostname or "", parts.port or 0)
        connection = socket.create_connection(address, timeout=max(0.001, left(deadline)))
    except OSError as error:
        raise DeviceMissing("address_silent", port=parts.geturl(), reason=reason(error)) from error
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return DescriptorLink(
        connection.fileno(), lambda: _close_tcp(connection), two_way=True, fresh=True
    )


def _close_tcp(connection: socket.socket) -> None:
    """Takes what is unread first: closing over it would reset the connection, and a printer may
    then lose what it has not yet read of a ticket."""
    try:
        connection.shutdown(socket.SHUT_WR)
        for _ in range(_MOST_UNREAD_READS):
            if not connection.recv(4096):
                break
    except OSError as error:
        _log.debug("printer_closed", reason=error.strerror)
    finally:
        connection.close()


def _open_serial(parts: SplitResult, deadline: float) -> PrinterLink:
    """Another program may have the printer for an errand of its own: that is waited for."""
    while True:
        try:
            return SerialLink(parts.path, baud(parts), flow(parts))
        except DeviceRefused:
            if left(deadline) <= _LOCK_LOOK_S:
                raise
            time.sleep(_LOCK_LOOK_S)


def _open_file(parts: SplitResult, _deadline: float) -> PrinterLink:
    """A device node such as /dev/usb/lp0 is two-way if it lets itself be opened so; a plain file
    is appended to."""
    path = parts.path
    try:
        node = os.path.exists(path) and stat.S_ISCHR(os.stat(path).st_mode)
        flags = os.O_RDWR if node else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        fd = os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise port_error(path, error) from error
    return DescriptorLink(fd, lambda: os.close(fd), two_way=node)


_OPENERS: dict[str, Callable[[SplitResult, float], PrinterLink]] = {
    "tcp": _open_tcp,
    "serial": _open_serial,
    "file": _open_file,
}
