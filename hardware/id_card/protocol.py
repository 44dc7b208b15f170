"""The SAM module's frames (GA 450, GA 467): bytes in, frames out; commands and replies as values.

Pure: opens no port, sleeps never, logs nothing. Frames both ways are
`AA AA AA 96 69 | length (2) | body | check`: length counts body and check, check is the XOR of
length and body.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

from hardware.errors import DeviceProtocolError, DeviceRefused
from hardware.words import Words, state_words

PREAMBLE = bytes.fromhex("AAAAAA9669")
TEXT_BYTES = 256
PHOTO_BYTES = 1024
# The longest reply: SW, three lengths, text, photo and two fingerprints, check.
MAX_LENGTH = 3 + 6 + TEXT_BYTES + PHOTO_BYTES + 1024 + 1
MIN_LENGTH = 3  # CMD PARA CHK
_OVERHEAD = len(PREAMBLE) + 2


class Sw3(IntEnum):
    """The third status byte, the only one to decide on: the first two vary between makers."""

    GOOD = 0x90
    FOUND = 0x9F
    CHECKSUM_ERROR = 0x10
    LENGTH_ERROR = 0x11
    UNKNOWN_COMMAND = 0x21
    UNKNOWN_COMMAND_2 = 0x24
    NO_PRIVILEGE = 0x23
    CARD_REJECTS_SAM = 0x31
    SAM_REJECTS_CARD = 0x32
    INFORMATION_CHECK_FAILED = 0x33
    WRONG_CARD = 0x40
    READ_FAILED = 0x41
    RANDOM_NUMBER_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    NOT_AUTHORISED = 0x66
    FIND_FAILED = 0x80
    SELECT_FAILED = 0x81
    ITEM_EMPTY = 0x91


class CardFault(DeviceRefused):
    """The SAM refused and the card (or how it lies) is the reason."""

    code = "card_fault"


# Refusals that lifting the card and laying it down again can mend.
CARD_FAULTS = frozenset(
    {
        Sw3.CARD_REJECTS_SAM,
        Sw3.SAM_REJECTS_CARD,
        Sw3.INFORMATION_CHECK_FAILED,
        Sw3.WRONG_CARD,
        Sw3.READ_FAILED,
        Sw3.RANDOM_NUMBER_FAILED,
        Sw3.FIND_FAILED,
        Sw3.SELECT_FAILED,
    }
)


def checksum(data: bytes | bytearray) -> int:
    """The XOR of all bytes: halves of one large number folded upon each other, which takes eleven
    steps for the longest frame where a loop over its bytes takes 2317."""
    folded = int.from_bytes(data, "big")
    bits = 8 << max(0, (len(data) - 1).bit_length())
    while bits > 8:
        bits //= 2
        folded = (folded >> bits) ^ (folded & ((1 << bits) - 1))
    return folded


def to_wire(body: bytes) -> bytes:
    """A whole frame around `body`."""
    counted = struct.pack(">H", len(body) + 1) + body
    return PREAMBLE + counted + bytes((checksum(counted),))


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame with a good check. body: without length and check."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Damage:
    """Something looked like a frame and was none; reading goes on behind its preamble. reason: a
    key of the table of states."""

    reason: str


class NeedData(Enum):
    NEED_DATA = "need_data"


NEED_DATA = NeedData.NEED_DATA


class FrameParser:
    """Finds frames in a stream of any quality. Holds at most one longest frame; never raises."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def receive(self, data: bytes) -> None:
        self._buffer += data

    def next_event(self) -> Frame | Damage | NeedData:
        self._drop_noise()
        if len(self._buffer) < _OVERHEAD:
            return NEED_DATA
        (length,) = struct.unpack_from(">H", self._buffer, len(PREAMBLE))
        if not MIN_LENGTH <= length <= MAX_LENGTH:
            return self._damaged("trouble_length")
        end = _OVERHEAD + length
        if len(self._buffer) < end:
            return NEED_DATA
        if checksum(self._buffer[len(PREAMBLE) : end]) != 0:
            return self._damaged("trouble_checksum")
        body = bytes(self._buffer[_OVERHEAD : end - 1])
        del self._buffer[:end]
        return Frame(body)

    def forget(self) -> None:
        """Drops a frame begun: its rest did not come in time."""
        self._buffer.clear()

    @property
    def buffered(self) -> int:
        return len(self._buffer)

    @property
    def in_frame(self) -> bool:
        """A whole preamble has come, and not yet the whole frame."""
        return len(self._buffer) >= len(PREAMBLE)

    def _drop_noise(self) -> None:
        """Everything before a preamble goes, but for a tail that may be the start of one."""
        start = self._buffer.find(PREAMBLE)
        if start < 0:
            start = len(self._buffer) - _preamble_tail(self._buffer)
        del self._buffer[:start]

    def _damaged(self, reason: str) -> Damage:
        del self._buffer[:1]  # a real frame may begin inside the broken one
        return Damage(reason)


def _preamble_tail(data: bytearray) -> int:
    for size in range(len(PREAMBLE) - 1, 0, -1):
        if data.endswith(PREAMBLE[:size]):
            return size
    return 0


@dataclass(frozen=True, slots=True)
class Command:
    """usual_s: how long the module itself may think; the time on the wire comes on top.
    sizes: fewest and most bytes that follow a good status; wide where makers may differ.
    own: refusals that no other command is answered with."""

    name: str
    cmd: int
    para: int
    usual_s: float
    sizes: tuple[int, int] = (0, 8)
    good: Sw3 = Sw3.GOOD
    own: frozenset[Sw3] = frozenset()

    def to_bytes(self) -> bytes:
        return to_wire(bytes((self.cmd, self.para)))

    @property
    def words(self) -> Words:
        """For people."""
        return state_words(f"sam_{self.cmd:02X}{self.para:02X}")

    @property
    def reply_bytes(self) -> int:
        """Of the longest reply, whole frame."""
        return _OVERHEAD + 3 + self.sizes[1] + 1

    def fits(self, reply: Reply) -> bool:
        """False for what can only be another command's reply, come late: replies do not name
        their command. A refusal that any command may get always fits."""
        if reply.good:
            return reply.sw3 == self.good and self.sizes[0] <= len(reply.data) <= self.sizes[1]
        return reply.sw3 in self.own or reply.sw3 not in _OWNED


_READING = frozenset({Sw3.READ_FAILED, Sw3.ITEM_EMPTY})
_BASE_DATA = 4 + TEXT_BYTES + PHOTO_BYTES
RESET = Command("reset", 0x10, 0xFF, 1.0)
SAM_STATUS = Command("SAM status", 0x11, 0xFF, 0.5)
READ_SAM_ID = Command("read SAM id", 0x12, 0xFF, 0.5, (16, 16))
FIND_CARD = Command("find card", 0x20, 0x01, 1.0, (0, 16), Sw3.FOUND, frozenset({Sw3.FIND_FAILED}))
SELECT_CARD = Command("select card", 0x20, 0x02, 1.0, (0, 16), own=frozenset({Sw3.SELECT_FAILED}))
READ_BASE = Command(
    "read text and photo", 0x30, 0x01, 3.0, (4 + TEXT_BYTES, _BASE_DATA), own=_READING
)
READ_NEWEST_ADDRESS = Command("read newest address", 0x30, 0x03, 1.5, (0, 128), own=_READING)
# Makers' libraries hand 28 bytes to their callers; shorter and a little longer ones are taken too.
READ_MANAGEMENT_NUMBER = Command("read management number", 0x30, 0x05, 1.0, (1, 64), own=_READING)
READ_WITH_FINGERPRINT = Command(
    "read text, photo and fingerprint",
    0x30,
    0x10,
    3.0,
    (4 + TEXT_BYTES, MAX_LENGTH - 4),
    own=_READING,
)
_OWNED = frozenset({Sw3.FIND_FAILED, Sw3.SELECT_FAILED, *_READING})
SET_BAUD: Mapping[int, Command] = {
    baud: Command(f"set {baud} baud", 0x60, para, 0.5)
    for baud, para in ((115200, 0), (57600, 1), (38400, 2), (19200, 3), (9600, 4))
}
COMMANDS: tuple[Command, ...] = (
    RESET,
    SAM_STATUS,
    READ_SAM_ID,
    FIND_CARD,
    SELECT_CARD,
    READ_BASE,
    READ_NEWEST_ADDRESS,
    READ_MANAGEMENT_NUMBER,
    READ_WITH_FINGERPRINT,
    *SET_BAUD.values(),
)
_BY_CODE = {(command.cmd, command.para): command for command in COMMANDS}


def command_from(frame: Frame) -> Command | None:
    """The command that a frame asks for, None for one that no table has (the module's side)."""
    return _BY_CODE.get((frame.body[0], frame.body[1])) if len(frame.body) == 2 else None


@dataclass(frozen=True, slots=True)
class Reply:
    """data: what follows the three status bytes; never shown, it may be somebody's."""

    sw1: int
    sw2: int
    sw3: int
    data: bytes = b""

    @classmethod
    def from_frame(cls, frame: Frame) -> Reply:
        """Raises DeviceProtocolError for a body shorter than its status."""
        if len(frame.body) < 3:
            raise _impossible(state_words("trouble_no_status"), len(frame.body))
        return cls(frame.body[0], frame.body[1], frame.body[2], frame.body[3:])

    def to_bytes(self) -> bytes:
        return to_wire(bytes((self.sw1, self.sw2, self.sw3)) + self.data)

    @property
    def good(self) -> bool:
        return self.sw3 in (Sw3.GOOD, Sw3.FOUND)

    @property
    def empty(self) -> bool:
        return self.sw3 == Sw3.ITEM_EMPTY

    def expect(self, command: Command) -> Reply:
        """Itself when good. Raises CardFault or DeviceRefused with the status bytes."""
        if self.good:
            return self
        said, status = command.words, _status_words(self.sw3)
        if self.sw3 in CARD_FAULTS:
            raise CardFault("card_fault", command=said, status=status, sw3=self.sw3)
        raise DeviceRefused("reader_refused", command=said, status=status, sw3=self.sw3)

    @property
    def words(self) -> Words:
        """For people, when it is not what was asked for."""
        status = f"{self.sw1:02X} {self.sw2:02X} {self.sw3:02X}"
        return state_words("trouble_other_reply", status=status, length=len(self.data))

    def __repr__(self) -> str:
        return f"Reply({self.sw1:02X} {self.sw2:02X} {self.sw3:02X}, {len(self.data)} bytes)"


def _impossible(trouble: Words, length: int) -> DeviceProtocolError:
    return DeviceProtocolError("reader_reply_impossible", trouble=trouble, length=length)


def _status_words(sw3: int) -> Words:
    known = sw3 in Sw3.__members__.values()
    return state_words(f"sw_{sw3:02X}") if known else state_words("sw_other", status=f"{sw3:02X}")


@dataclass(frozen=True, slots=True, repr=False)
class BaseRecord:
    """text: 256 bytes for `record.decode`. photo: 1024 opaque WLT bytes or b"".
    fingerprint: 0, 512 or 1024 opaque bytes."""

    text: bytes
    photo: bytes
    fingerprint: bytes = b""

    @classmethod
    def from_reply(cls, reply: Reply, *, fingerprint: bool = False) -> BaseRecord:
        """Cuts by the lengths that the reply itself names, since makers differ in them. A reply to
        "with fingerprint" may carry none: length 0, no third length at all, or a length with
        nothing behind it (Len 050A). Raises DeviceProtocolError when they do not add up."""
        sizes, head = _named_sizes(reply.data, 3 if fingerprint else 2)
        if fingerprint and not _adds_up(sizes, head, reply.data):
            sizes, head = _without_fingerprint(sizes, reply.data)
        if not _adds_up(sizes, head, reply.data):
            named = " + ".join(map(str, sizes))
            raise _impossible(state_words("trouble_sizes", sizes=named), len(reply.data))
        pieces, at = [], head
        for size in sizes:
            pieces.append(reply.data[at : at + size])
            at += size
        return cls(*pieces)

    def to_data(self, *, fingerprint: bool = False) -> bytes:
        pieces = (self.text, self.photo, self.fingerprint)[: 3 if fingerprint else 2]
        return struct.pack(">" + "H" * len(pieces), *map(len, pieces)) + b"".join(pieces)


def _named_sizes(data: bytes, count: int) -> tuple[tuple[int, ...], int]:
    """The lengths named at the front, and how many bytes they take themselves."""
    head = 2 * count
    if len(data) < head:
        raise _impossible(state_words("trouble_no_sizes"), len(data))
    return struct.unpack_from(f">{count}H", data), head


def _adds_up(sizes: tuple[int, ...], head: int, data: bytes) -> bool:
    return sizes[0] == TEXT_BYTES and sum(sizes) == len(data) - head


def _without_fingerprint(sizes: tuple[int, ...], data: bytes) -> tuple[tuple[int, ...], int]:
    short = sizes[:2]
    return (short, 4) if _adds_up(short, 4, data) else ((*short, 0), 6)


def sam_id_text(reply: Reply) -> str:
    """The module's number as printed on its label. Raises DeviceProtocolError on a wrong length."""
    if len(reply.data) != 16:
        raise _impossible(state_words("trouble_sam_id"), len(reply.data))
    return "{:02}.{:02}-{:08}-{:010}-{:010}".format(*struct.unpack("<HHIII", reply.data))


def sam_id_data(text: str) -> bytes:
    """The 16 bytes for a number such as `05.03-20170401-0001234567-0123456789`."""
    return struct.pack("<HHIII", *(int(part) for part in text.replace(".", "-").split("-")))


def address_text(reply: Reply) -> str | None:
    """The newest address, None when the card holds none. Raises DeviceProtocolError when it is no
    UTF-16 text."""
    if reply.empty or not reply.data:
        return None
    if len(reply.data) % 2:
        raise _impossible(state_words("trouble_text"), len(reply.data))
    return reply.data.decode("utf-16-le", "surrogatepass").rstrip(" \0") or None
