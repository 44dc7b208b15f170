"""APDUs of ISO 7816-4: bytes in, values out; one question with all its follow-ups is an Exchange.

Pure: no reader, no socket, no log. Builds SELECT, READ RECORD and GET RESPONSE and nothing else: no
PIN is ever sent to a card.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardware.errors import DeviceProtocolError
from hardware.words import state_words

GOOD = 0x9000
_SELECT, _READ_RECORD, _GET_RESPONSE = 0xA4, 0xB2, 0xC0
_BY_NAME = 0x04  # P1 of SELECT: by the application's name
_THIS_RECORD = 0x04  # low bits of P2 of READ RECORD: P1 is a record's number
_MORE_FOLLOWS, _OTHER_LENGTH = 0x61, 0x6C
_MOST_ROUNDS = 16  # of one question; a card that goes on for ever is broken


@dataclass(frozen=True, slots=True)
class Apdu:
    """A command. le: how many bytes are expected, 0 for 256, None for none."""

    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    def to_bytes(self) -> bytes:
        body = bytes((len(self.data),)) + self.data if self.data else b""
        tail = b"" if self.le is None else bytes((self.le,))
        return bytes((0x00, self.ins, self.p1, self.p2)) + body + tail

    @classmethod
    def from_bytes(cls, data: bytes) -> Apdu:
        """The card's side. Raises DeviceProtocolError for what is no short APDU of class 00."""
        if len(data) < 4 or data[0] != 0x00:
            raise _impossible("trouble_no_apdu")
        ins, p1, p2, body = data[1], data[2], data[3], data[4:]
        if len(body) <= 1:
            return cls(ins, p1, p2, le=body[0] if body else None)
        size, rest = body[0], body[1:]
        if size == 0 or len(rest) not in (size, size + 1):
            raise _impossible("trouble_length")
        return cls(ins, p1, p2, rest[:size], rest[size] if len(rest) > size else None)


def select(name: bytes) -> Apdu:
    return Apdu(_SELECT, _BY_NAME, 0x00, name)


def read_record(file_id: int, record: int, length: int) -> Apdu:
    """file_id: the short identifier (SFI, 1–30). length: header included."""
    return Apdu(_READ_RECORD, record, file_id << 3 | _THIS_RECORD, le=length)


@dataclass(frozen=True, slots=True)
class Answer:
    """sw: both status bytes as one number. data is somebody's and never shown."""

    sw: int
    data: bytes = b""

    @classmethod
    def from_bytes(cls, data: bytes) -> Answer:
        """Raises DeviceProtocolError for less than a status."""
        if len(data) < 2:
            raise _impossible("trouble_no_status")
        return cls(int.from_bytes(data[-2:], "big"), data[:-2])

    def to_bytes(self) -> bytes:
        return self.data + self.sw.to_bytes(2, "big")

    @property
    def good(self) -> bool:
        return self.sw == GOOD

    def __repr__(self) -> str:
        return f"Answer({self.sw:04X}, {len(self.data)} bytes)"


def _impossible(trouble: str) -> DeviceProtocolError:
    return DeviceProtocolError("social_reply_impossible", trouble=state_words(trouble))


class Exchange:
    """Send `to_send`, hand what came to `receive`, until it returns an Answer: "61 xx" fetches the
    rest, "6C xx" asks again with the card's own length."""

    def __init__(self, command: Apdu) -> None:
        self._command = command
        self._next: Apdu = command
        self._data = b""
        self._rounds = 0

    @property
    def to_send(self) -> bytes:
        return self._next.to_bytes()

    def receive(self, data: bytes) -> Answer | None:
        """None when there is more `to_send`. Raises DeviceProtocolError for an answer without
        status, and for a card that never comes to an end."""
        answer = Answer.from_bytes(data)
        self._data += answer.data
        self._rounds += 1
        if self._rounds > _MOST_ROUNDS:
            raise _impossible("trouble_endless")
        kind, low = answer.sw >> 8, answer.sw & 0xFF
        if kind == _MORE_FOLLOWS:
            self._next = Apdu(_GET_RESPONSE, 0, 0, le=low)
            return None
        if kind == _OTHER_LENGTH:
            self._data = b""
            last = self._next
            self._next = Apdu(last.ins, last.p1, last.p2, last.data, low)
            return None
        return Answer(answer.sw, self._data)
