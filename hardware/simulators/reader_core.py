"""A virtual card reader without a wire: bytes in, timed pieces of bytes out, faults on demand.

Opens nothing, sleeps never. Every method may be called from any thread.
"""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass
from enum import StrEnum

from hardware.id_card import protocol
from hardware.id_card.protocol import PREAMBLE, Command, Damage, Frame, FrameParser, NeedData, Sw3
from hardware.id_card.timing import reply_limit_s
from hardware.simulators.sam import Card, Quirks, VirtualSam

SAM_ID = "05.03-20990101-0000000001-0000000001"
_NOISE = bytes.fromhex("AA00FFAAAA96AA13")
_BYTE_PAUSE_S = 0.0002
_SLOW_S = 0.6
_JUST_S = 0.15  # how far under or over the driver's limit the slow replies are
_USUAL_BAUD = 115200
_LONG = frozenset({protocol.READ_BASE, protocol.READ_WITH_FINGERPRINT})


class ReaderFault(StrEnum):
    NONE = "none"
    SILENCE = "silence"
    BYTE_AT_A_TIME = "byte_at_a_time"
    NOISE = "noise"
    BAD_CHECKSUM = "bad_checksum"
    LENGTH_TOO_LONG = "length_too_long"
    LENGTH_TOO_SHORT = "length_too_short"
    LOST_BYTE = "lost_byte"
    DOUBLED_BYTE = "doubled_byte"
    HALF_REPLY = "half_reply"
    HALF_THEN_UNPLUG = "half_then_unplug"
    SLOW = "slow"
    SLOW_JUST_UNDER = "slow_just_under"
    SLOW_JUST_OVER = "slow_just_over"
    PREVIOUS_REPLY = "previous_reply"
    PREVIOUS_FIRST = "previous_first"
    UNREADABLE = "unreadable"
    PULLED = "pulled"


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to send after a wait, at the speed that the module had. unplug: the cable goes then."""

    data: bytes
    wait_s: float = 0.0
    baud: int | None = None
    unplug: bool = False


class ReaderCore:
    """read_s: how long a base read takes. baud: of the module's line; None for one without."""

    def __init__(
        self, read_s: float = 0.0, baud: int | None = None, quirks: Quirks | None = None
    ) -> None:
        self._read_s = read_s
        self._lock = threading.Lock()
        self._parser = FrameParser()
        self._sam = VirtualSam(SAM_ID, quirks)
        self._sam.baud = baud
        self._fault = ReaderFault.NONE
        self._replies_left: int | None = None
        self._only: Command | None = None
        self._previous = b""

    @property
    def baud(self) -> int | None:
        return self._sam.baud

    @property
    def fault(self) -> ReaderFault:
        return self._fault

    def lay(self, card: Card) -> None:
        with self._lock:
            self._sam.lay(card)

    def lift(self) -> None:
        with self._lock:
            self._sam.lift()

    def set_fault(
        self, fault: ReaderFault, replies: int | None = None, only: Command | None = None
    ) -> None:
        """replies: how many are spoiled before all is well again. only: replies to this command."""
        with self._lock:
            self._fault, self._replies_left, self._only = fault, replies, only

    def take(self, data: bytes) -> list[Piece]:
        """What the module sends upon `data`, in order."""
        self._parser.receive(data)
        pieces = []
        while not isinstance(event := self._parser.next_event(), NeedData):
            with self._lock:
                pieces += self._answer(event)
        return pieces

    def _answer(self, event: Frame | Damage) -> list[Piece]:
        if isinstance(event, Damage):
            return [Piece(self._sam.status(Sw3.CHECKSUM_ERROR).to_bytes(), 0.0, self.baud)]
        command = protocol.command_from(event)
        fault, old_baud = self._fault_for(command), self.baud
        if fault is ReaderFault.PULLED:
            self._sam.lift()
        self._sam.unreadable = fault is ReaderFault.UNREADABLE
        reply = self._sam.answer(event).to_bytes()
        previous, self._previous = self._previous, reply
        baud = self.baud if self._sam.quirks.baud_reply_late else old_baud
        wait_s = self._read_s if command in _LONG else 0.0
        limit_s = reply_limit_s(command or protocol.RESET, baud or _USUAL_BAUD)
        return _spoilt(fault, Piece(reply, wait_s, baud), previous, limit_s)

    def _fault_for(self, command: Command | None) -> ReaderFault:
        """The fault due for this reply; PULLED waits for a read, as a hand does."""
        at_reads = self._fault in (ReaderFault.PULLED, ReaderFault.UNREADABLE)
        if self._only not in (None, command) or (at_reads and command not in _LONG):
            return ReaderFault.NONE
        fault = self._fault
        if self._replies_left is not None:
            self._replies_left -= 1
            if self._replies_left <= 0:
                self._fault, self._replies_left = ReaderFault.NONE, None
        return fault


def _spoilt(fault: ReaderFault, good: Piece, previous: bytes, limit_s: float) -> list[Piece]:
    reply, middle = good.data, len(good.data) // 2

    def piece(data: bytes, wait_s: float = good.wait_s) -> list[Piece]:
        return [Piece(data, wait_s, good.baud)]

    match fault:
        case ReaderFault.SILENCE:
            return []
        case ReaderFault.BYTE_AT_A_TIME:
            return [Piece(bytes((byte,)), _BYTE_PAUSE_S, good.baud) for byte in reply]
        case ReaderFault.NOISE:
            return piece(_NOISE + reply + _NOISE)
        case ReaderFault.BAD_CHECKSUM:
            return piece(reply[:-1] + bytes((reply[-1] ^ 0x55,)))
        case ReaderFault.LENGTH_TOO_LONG:
            return piece(_with_length(reply, +7))
        case ReaderFault.LENGTH_TOO_SHORT:
            return piece(_with_length(reply, -1))
        case ReaderFault.LOST_BYTE:
            return piece(reply[:middle] + reply[middle + 1 :])
        case ReaderFault.DOUBLED_BYTE:
            return piece(reply[: middle + 1] + reply[middle:])
        case ReaderFault.HALF_REPLY:
            return piece(reply[:middle])
        case ReaderFault.HALF_THEN_UNPLUG:
            return [Piece(reply[:middle], good.wait_s, good.baud, unplug=True)]
        case ReaderFault.SLOW:
            return piece(reply, _SLOW_S)
        case ReaderFault.SLOW_JUST_UNDER:
            return piece(reply, limit_s - _JUST_S)
        case ReaderFault.SLOW_JUST_OVER:
            return piece(reply, limit_s + _JUST_S)
        case ReaderFault.PREVIOUS_REPLY:
            return piece(previous)
        case ReaderFault.PREVIOUS_FIRST:
            return piece(previous + reply)
    return [good]


def _with_length(reply: bytes, change: int) -> bytes:
    (length,) = struct.unpack_from(">H", reply, len(PREAMBLE))
    counted = struct.pack(">H", length + change) + reply[len(PREAMBLE) + 2 : -1]
    return PREAMBLE + counted + bytes((protocol.checksum(counted),))
