"""Ways to a card: what the driver asks of a reader, and a reader on the network.

The network reader speaks the wire of vpcd, the virtual reader of vsmartcard: two bytes of length,
then an APDU, or one byte of control; so the same simulator also stands behind a real pcscd.
"""

from __future__ import annotations

import errno
import socket
import struct
import time
from typing import Protocol

from hardware.errors import CardNotReadable, DeviceMissing, DeviceTimeout, NoCard, SettingsUnusable
from hardware.os_trouble import reason

POWER_OFF, POWER_ON, RESET, GET_ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_ANSWER_LIMIT_S = 5.0  # longer than any read; cards that compute ask for more time themselves
_LEAST_S = 0.001
_LENGTH = struct.Struct(">H")
_FIRST_OF_ATR = (0x3B, 0x3F)  # ISO 7816-3: direct or inverse convention; anything else is noise


class Card(Protocol):
    """A card with power. deadline: monotonic; None leaves each answer its own limit. Methods raise
    NoCard when it was taken away, DeviceMissing when the reader is gone, DeviceTimeout."""

    atr: bytes

    def transmit(self, command: bytes, deadline: float | None = None) -> bytes: ...

    def present(self) -> bool: ...

    def close(self) -> None: ...


class Reader(Protocol):
    def connect(self, deadline: float | None = None) -> Card:
        """Powers the card on. Raises NoCard, CardNotReadable, DeviceMissing, DeviceTimeout."""

    def close(self) -> None: ...


class NetReader:
    """`tcp://host:port`; connects at the first use and again after trouble."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    @classmethod
    def from_url(cls, url: str) -> NetReader:
        """Raises SettingsUnusable."""
        host, _, port = url.removeprefix("tcp://").rpartition(":")
        if not url.startswith("tcp://") or not host or not port.isdecimal():
            raise SettingsUnusable("social_reader_address", reader=url)
        return cls(host, int(port))

    def connect(self, deadline: float | None = None) -> Card:
        self.tell(POWER_ON, deadline)
        atr = self.ask(GET_ATR, deadline)
        if not atr:
            raise NoCard("no_social_card")
        if atr[0] not in _FIRST_OF_ATR:
            raise CardNotReadable("social_card_mute")
        return _NetCard(self, atr)

    def close(self) -> None:
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()

    def ask(self, message: bytes, deadline: float | None = None) -> bytes:
        self.tell(message, deadline)
        limit = time.monotonic() + _within_s(deadline)
        try:
            (size,) = _LENGTH.unpack(self._exactly(_LENGTH.size, limit))
            return self._exactly(size, limit)
        except TimeoutError as error:
            self.close()
            raise DeviceTimeout("social_reader_silent") from error
        except OSError as error:
            raise self._gone(error) from error

    def tell(self, message: bytes, deadline: float | None = None) -> None:
        within_s = _within_s(deadline)
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._address, within_s)
            self._socket.settimeout(within_s)
            self._socket.sendall(_LENGTH.pack(len(message)) + message)
        except OSError as error:
            raise self._gone(error) from error

    def _exactly(self, size: int, deadline: float) -> bytes:
        """Raises TimeoutError at `deadline` (monotonic), however slowly bytes drip in."""
        data = b""
        while len(data) < size:
            if self._socket is None:
                raise ConnectionResetError(errno.ECONNRESET, "closed here")
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            piece = self._socket.recv(size - len(data))
            if not piece:
                raise ConnectionResetError(errno.ECONNRESET, "closed")
            data += piece
        return data

    def _gone(self, error: OSError) -> DeviceMissing:
        self.close()
        host, port = self._address
        return DeviceMissing("address_silent", port=f"tcp://{host}:{port}", reason=reason(error))


def _within_s(deadline: float | None) -> float:
    """For one answer; a socket takes 0 for "do not wait at all", so a little is left."""
    if deadline is None:
        return _ANSWER_LIMIT_S
    return min(_ANSWER_LIMIT_S, max(_LEAST_S, deadline - time.monotonic()))


class _NetCard:
    def __init__(self, reader: NetReader, atr: bytes) -> None:
        self._reader, self.atr = reader, atr

    def transmit(self, command: bytes, deadline: float | None = None) -> bytes:
        """An empty answer is a card that was taken away."""
        answer = self._reader.ask(command, deadline)
        if not answer:
            raise NoCard("social_card_taken_away")
        return answer

    def present(self) -> bool:
        return bool(self._reader.ask(GET_ATR))

    def close(self) -> None:
        self._reader.tell(POWER_OFF)
