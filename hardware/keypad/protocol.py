"""Frames of window keypads: bytes in, frames out, and back.

    FF 68 | L L | 68 | address function data… | check | 16

L counts address, function and data, and stands twice; the check is their sum modulo 256. Pure:
opens no port, sleeps never, logs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

START = b"\xff\x68"
_SECOND_START, _END = 0x68, 0x16
_HEAD_BYTES = 5  # FF 68 L L 68
MIN_COUNTED = 2  # address and function
MAX_COUNTED = 255
MAX_DATA = MAX_COUNTED - MIN_COUNTED


@dataclass(frozen=True, slots=True)
class PadFrame:
    """One frame, of either direction. address, function: 0–255."""

    address: int
    function: int
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """Raises ValueError for more data than a frame holds."""
        if len(self.data) > MAX_DATA:
            raise ValueError(f"{len(self.data)} bytes of data; a frame holds {MAX_DATA}")
        counted = bytes((self.address, self.function)) + self.data
        length = len(counted)
        head = START + bytes((length, length, _SECOND_START))
        return head + counted + bytes((sum(counted) % 256, _END))


@dataclass(frozen=True, slots=True)
class Damage:
    """Something began like a frame and was none; reading goes on behind its first byte."""

    reason: str


class NeedData(Enum):
    NEED_DATA = "need_data"


NEED_DATA = NeedData.NEED_DATA


class PadParser:
    """Finds frames in a stream of any quality. Holds at most one longest frame; never raises."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def receive(self, data: bytes) -> None:
        self._buffer += data

    @property
    def buffered(self) -> int:
        return len(self._buffer)

    def forget(self) -> None:
        """Drops a frame begun: its rest did not come in time."""
        self._buffer.clear()

    def next_event(self) -> PadFrame | Damage | NeedData:
        self._drop_noise()
        buffer = self._buffer
        if len(buffer) < _HEAD_BYTES:
            return NEED_DATA
        length = buffer[2]
        if buffer[3] != length or buffer[4] != _SECOND_START or length < MIN_COUNTED:
            return self._damaged("wrong head")
        end = _HEAD_BYTES + length + 2
        if len(buffer) < end:
            return NEED_DATA
        counted = bytes(buffer[_HEAD_BYTES : end - 2])
        if buffer[end - 1] != _END or buffer[end - 2] != sum(counted) % 256:
            return self._damaged("wrong check or end")
        del buffer[:end]
        return PadFrame(counted[0], counted[1], counted[2:])

    def _drop_noise(self) -> None:
        """Everything before a start goes, but for a last byte that may begin one."""
        at = self._buffer.find(START)
        if at < 0:
            at = len(self._buffer) - self._buffer.endswith(START[:1])
        del self._buffer[:at]

    def _damaged(self, reason: str) -> Damage:
        del self._buffer[:1]  # a real frame may begin inside the broken one
        return Damage(reason)
