"""Bytes to and from the reader through pyserial; knows frames only as a parser to feed.

A port is a tty, a pty or `socket://host:port`. Time-outs grow with the time a reply needs on the
wire: 1295 bytes take 0.11 s at 115200 baud and 1.35 s at 9600. pyserial's errors end here.
"""

from __future__ import annotations

import termios
import time

import serial

from hardware.errors import DeviceMissing, DeviceProtocolError, DeviceTimeout
from hardware.id_card.protocol import NEED_DATA, Command, Damage, Frame, FrameParser, Reply

_BITS_PER_BYTE = 10  # 8N1
# An unplugged port raises either, depending on the system call that notices it first.
PORT_TROUBLE = (OSError, termios.error)
_MARGIN_S = 0.3  # USB-serial adapters and busy machines


def wire_time_s(byte_count: int, baud: int) -> float:
    return byte_count * _BITS_PER_BYTE / baud


class SamLink:
    """An open port. Used by one thread at a time."""

    def __init__(self, port: str, baud: int) -> None:
        """Raises DeviceMissing when there is no such port."""
        self._baud = baud
        self._parser = FrameParser()
        try:
            self._port = serial.serial_for_url(port, baud, timeout=0, write_timeout=2.0)
        except (*PORT_TROUBLE, ValueError) as error:
            raise DeviceMissing(f"cannot open {port}: {error}", port=port) from error

    def ask(self, command: Command, deadline: float | None = None) -> Reply:
        """Sends one command and waits for its reply, never beyond `deadline` (monotonic).

        Raises DeviceTimeout, DeviceMissing, or DeviceProtocolError when the reply was damaged."""
        allowed = command.usual_s + wire_time_s(command.reply_bytes, self._baud) + _MARGIN_S
        limit = time.monotonic() + allowed
        if deadline is not None:
            limit = min(limit, deadline)
        try:
            self._send(command)
            return Reply.from_frame(self._frame(command, limit))
        except PORT_TROUBLE as error:
            raise DeviceMissing(f"the reader is gone: {error}") from error

    def close(self) -> None:
        try:
            self._port.close()
        except PORT_TROUBLE as error:
            raise DeviceMissing(f"the reader was gone before closing: {error}") from error

    def _send(self, command: Command) -> None:
        """What came late from an earlier command must not pass for this one's reply."""
        self._parser.forget()
        self._port.reset_input_buffer()
        try:
            self._port.write(command.to_bytes())
        except serial.SerialTimeoutException as error:
            raise DeviceTimeout("the reader takes no data", command=command.name) from error

    def _frame(self, command: Command, limit: float) -> Frame:
        damage: Damage | None = None
        while True:
            event = self._parser.next_event()
            if isinstance(event, Frame):
                return event
            if isinstance(event, Damage):
                damage = event
            elif event is NEED_DATA and not self._read_more(limit):
                raise self._nothing(command, damage)

    def _read_more(self, limit: float) -> bool:
        """False once the limit has passed without a byte."""
        left = limit - time.monotonic()
        if left <= 0:
            return False
        self._port.timeout = left
        data: bytes = self._port.read(1)
        if data and (waiting := self._port.in_waiting):
            data += self._port.read(waiting)
        self._parser.receive(data)
        return bool(data)

    def _nothing(self, command: Command, damage: Damage | None) -> Exception:
        if damage is not None:
            return DeviceProtocolError(f"damaged reply: {damage.reason}", command=command.name)
        return DeviceTimeout("the reader does not answer", command=command.name)
