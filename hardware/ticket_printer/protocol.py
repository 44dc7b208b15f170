"""What an ESC/POS printer sends back: bytes in, frozen replies out; and the bytes that ask for it.

Pure: opens no port, sleeps never. Sources: Epson's ESC/POS reference: DLE EOT, DLE ENQ, DLE DC4,
GS a, GS r, GS ( H, GS I.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

ASK_PAPER_IN_ORDER = b"\x1d\x72\x01"  # GS r 1 is answered in order, after everything sent before
RESUME = b"\x10\x05\x01"  # DLE ENQ 1: go on from the line at which the error struck
CLEAR_AFTER_ERROR = b"\x10\x05\x02"  # DLE ENQ 2: leave the error, forget what is not printed
CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8: forget, error or not
TELL_CHANGES = b"\x1d\x61\x0e"  # GS a: online, error and paper; the state of now comes at once
TELL_NOTHING = b"\x1d\x61\x00"
TOKEN_BYTES = 4
_LONGEST_IDENTITY_BYTES = 80


class Query(IntEnum):
    """The n of DLE EOT n."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4

    def to_bytes_on_wire(self) -> bytes:
        return bytes((0x10, 0x04, self.value))


class Identity(IntEnum):
    """The n of GS I n, of those that answer in letters."""

    FIRMWARE = 65
    MAKER = 66
    MODEL = 67

    def to_bytes_on_wire(self) -> bytes:
        return bytes((0x1D, 0x49, self.value))


def ask_job_in_order(token: bytes) -> bytes:
    """GS ( H 48: the printer sends `token` back once everything sent before it is worked off.

    token: TOKEN_BYTES printable ASCII characters."""
    return b"\x1d(H\x06\x00\x30\x30" + token


class Fault(Enum):
    """One thing that a status bit can say. The order is the order of telling a person."""

    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    CUTTER = "cutter"
    OVERHEATED = "overheated"
    RECOVERABLE = "recoverable"
    ERROR = "error"
    OFFLINE = "offline"
    NEAR_END = "near_end"


@dataclass(frozen=True, slots=True)
class RealTimeStatus:
    """The one byte that answers DLE EOT `query`."""

    query: Query
    byte: int

    def faults(self) -> frozenset[Fault]:
        return _faults(self.byte, _REAL_TIME_BITS[self.query])


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """Four bytes that the printer sends by itself when something changes (GS a)."""

    raw: bytes

    def faults(self) -> frozenset[Fault]:
        return frozenset().union(
            *(_faults(byte, bits) for byte, bits in zip(self.raw, _AUTOMATIC_BITS, strict=True))
        )


@dataclass(frozen=True, slots=True)
class BarrierPassed:
    """Everything sent before GS r has been worked off. `byte`: its paper sensor bits."""

    byte: int


@dataclass(frozen=True, slots=True)
class JobPassed:
    """Everything sent before the GS ( H of this token has been worked off."""

    token: bytes


@dataclass(frozen=True, slots=True)
class IdentityTold:
    """The answer to the oldest GS I; letters only."""

    what: Identity
    text: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A byte that no status can be, or that nobody asked for: noise, late, or not a printer."""

    byte: int


StatusEvent = RealTimeStatus | AutomaticStatus | BarrierPassed | JobPassed | IdentityTold | Rejected

_Bits = tuple[tuple[int, Fault], ...]

_ERROR_BITS: _Bits = (
    (0x04, Fault.RECOVERABLE),
    (0x08, Fault.CUTTER),
    (0x20, Fault.ERROR),
    (0x40, Fault.OVERHEATED),
)
_REAL_TIME_BITS: Mapping[Query, _Bits] = {
    Query.PRINTER: ((0x08, Fault.OFFLINE),),
    Query.OFFLINE_CAUSE: ((0x04, Fault.COVER_OPEN), (0x20, Fault.PAPER_OUT), (0x40, Fault.ERROR)),
    Query.ERROR_CAUSE: _ERROR_BITS,
    Query.PAPER: ((0x0C, Fault.NEAR_END), (0x60, Fault.PAPER_OUT)),
}
_AUTOMATIC_BITS: tuple[_Bits, ...] = (
    ((0x08, Fault.OFFLINE), (0x20, Fault.COVER_OPEN)),
    _ERROR_BITS,
    ((0x03, Fault.NEAR_END), (0x0C, Fault.PAPER_OUT)),
    (),
)
_AUTOMATIC_BYTES = len(_AUTOMATIC_BITS)


def _faults(byte: int, bits: _Bits) -> frozenset[Fault]:
    return frozenset(fault for mask, fault in bits if byte & mask)


def is_real_time(byte: int) -> bool:
    """Fixed bits of a DLE EOT reply: b1 and b4 set, b0 and b7 clear."""
    return byte & 0x93 == 0x12


def is_automatic_start(byte: int) -> bool:
    """Fixed bits of the first automatic status byte: b4 set, b0, b1 and b7 clear."""
    return byte & 0x93 == 0x10


def is_plain(byte: int) -> bool:
    """Fixed bits of automatic status bytes 2–4: b4 and b7 clear."""
    return byte & 0x90 == 0x00


def is_paper_answer(byte: int) -> bool:
    """What answers GS r 1: two bits of each paper sensor, all others clear. b5 and b6 are not
    defined; makers leave them clear, and noise seldom does."""
    return byte & 0xF0 == 0x00


_JOB_HEAD = b'7"'  # 37 22
_JOB_REPLY_BYTES = len(_JOB_HEAD) + TOKEN_BYTES + 1
_IDENTITY_HEAD = 0x5F


class StatusParser:
    """Sorts the bytes that come back. The fixed bits tell the kinds apart, the queues of what was
    asked tell which question a byte answers. A real-time answer may stand anywhere within the four
    bytes of an automatic status. Never raises, whatever comes; holds at most one reply begun."""

    def __init__(self) -> None:
        self._asked: deque[Query] = deque()
        self._identities: deque[Identity] = deque()
        self._tokens: set[bytes] = set()
        self._barriers = 0
        self._automatic = bytearray()
        self._block = bytearray()

    def expect(self, *queries: Query) -> None:
        self._asked.extend(queries)

    def expect_identity(self, what: Identity) -> None:
        self._identities.append(what)

    def expect_barrier(self) -> None:
        self._barriers += 1

    def expect_job(self, token: bytes) -> None:
        self._tokens.add(token)

    def forget_questions(self) -> None:
        """What was asked and not answered in time counts no more; barrier and job still do."""
        self._asked.clear()
        self._identities.clear()

    def forget_barriers(self) -> None:
        self._barriers = 0

    def settle(self) -> list[StatusEvent]:
        """The line fell silent: a reply that is begun will not be ended. Gives its bytes back."""
        lost = [Rejected(byte) for byte in (*self._automatic, *self._block)]
        self._automatic.clear()
        self._block.clear()
        return list(lost)

    @property
    def waiting(self) -> bool:
        """True while a question is without its answer."""
        return bool(self._asked or self._identities)

    @property
    def barriers(self) -> int:
        """GS r sent and not yet answered."""
        return self._barriers

    def feed(self, data: bytes) -> list[StatusEvent]:
        return [event for byte in data for event in self._byte(byte)]

    def _byte(self, byte: int) -> Iterable[StatusEvent]:
        if self._block:
            yield from self._in_block(byte)
        elif self._automatic and is_plain(byte):
            self._automatic.append(byte)
            if len(self._automatic) == _AUTOMATIC_BYTES:
                raw = bytes(self._automatic)
                self._automatic.clear()
                yield AutomaticStatus(raw)
        elif is_real_time(byte) and self._asked:
            yield RealTimeStatus(self._asked.popleft(), byte)
        else:
            yield from self._broken_off(self._automatic)
            yield from self._fresh(byte)

    def _fresh(self, byte: int) -> Iterable[StatusEvent]:
        if is_automatic_start(byte):
            self._automatic.append(byte)
        elif self._begins_block(byte):
            self._block.append(byte)
        elif is_paper_answer(byte) and self._barriers:
            self._barriers -= 1
            yield BarrierPassed(byte)
        else:
            yield Rejected(byte)

    def _begins_block(self, byte: int) -> bool:
        job = byte == _JOB_HEAD[0] and bool(self._tokens)
        return job or (byte == _IDENTITY_HEAD and bool(self._identities))

    def _in_block(self, byte: int) -> Iterable[StatusEvent]:
        reader: Callable[[int], StatusEvent | None]
        reader = self._identity if self._block[0] == _IDENTITY_HEAD else self._job
        self._block.append(byte)
        try:
            event = reader(byte)
        except _Broken:
            yield from self._broken_off(self._block)
        else:
            if event is not None:
                self._block.clear()
                yield event

    def _job(self, byte: int) -> JobPassed | None:
        if self._block[: len(_JOB_HEAD)] != _JOB_HEAD[: len(self._block)]:
            raise _Broken
        if len(self._block) < _JOB_REPLY_BYTES:
            return None
        token = bytes(self._block[len(_JOB_HEAD) : -1])
        if byte != 0 or token not in self._tokens:
            raise _Broken
        self._tokens.discard(token)
        return JobPassed(token)

    def _identity(self, byte: int) -> IdentityTold | None:
        if byte != 0:
            if not 0x20 <= byte < 0x7F or len(self._block) > _LONGEST_IDENTITY_BYTES:
                raise _Broken
            return None
        return IdentityTold(self._identities.popleft(), self._block[1:-1].decode("ascii").strip())

    def _broken_off(self, begun: bytearray) -> Iterable[StatusEvent]:
        lost = bytes(begun)
        begun.clear()
        for byte in lost:
            yield Rejected(byte)


class _Broken(Exception):
    """What began like a block is none."""
