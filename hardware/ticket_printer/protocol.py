"""What an ESC/POS printer says of itself: status bytes in, frozen replies and one status out.

Pure: opens no port, sleeps never. Sources: Epson's ESC/POS reference, DLE EOT, GS a, GS r, DLE ENQ.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum

from hardware.ports import PrinterState, PrinterStatus

ASK_BARRIER = b"\x1d\x72\x01"  # GS r 1 is answered in order, after everything sent before it
CLEAR_BUFFERS = b"\x10\x05\x02"  # DLE ENQ 2: a half-printed ticket must not come out later


class Query(IntEnum):
    """The n of DLE EOT n."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4

    def to_bytes_on_wire(self) -> bytes:
        return bytes((0x10, 0x04, self.value))


class Fault(Enum):
    """One thing that a status bit can say. The order is the order of telling a person."""

    COVER_OPEN = "cover_open"
    PAPER_OUT = "paper_out"
    CUTTER = "cutter"
    OVERHEATED = "overheated"
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
class Rejected:
    """A byte that no status can be, or that nobody asked for: noise, or not a printer."""

    byte: int


StatusEvent = RealTimeStatus | AutomaticStatus | BarrierPassed | Rejected

_Bits = tuple[tuple[int, Fault], ...]

_REAL_TIME_BITS: Mapping[Query, _Bits] = {
    Query.PRINTER: ((0x08, Fault.OFFLINE),),
    Query.OFFLINE_CAUSE: ((0x04, Fault.COVER_OPEN), (0x20, Fault.PAPER_OUT), (0x40, Fault.ERROR)),
    Query.ERROR_CAUSE: (
        (0x04, Fault.ERROR),
        (0x08, Fault.CUTTER),
        (0x20, Fault.ERROR),
        (0x40, Fault.OVERHEATED),
    ),
    Query.PAPER: ((0x0C, Fault.NEAR_END), (0x60, Fault.PAPER_OUT)),
}
_AUTOMATIC_BITS: tuple[_Bits, ...] = (
    ((0x08, Fault.OFFLINE), (0x20, Fault.COVER_OPEN)),
    (
        (0x04, Fault.ERROR),
        (0x08, Fault.CUTTER),
        (0x20, Fault.ERROR),
        (0x40, Fault.OVERHEATED),
    ),
    ((0x03, Fault.NEAR_END), (0x0C, Fault.PAPER_OUT)),
    (),
)


def _faults(byte: int, bits: _Bits) -> frozenset[Fault]:
    return frozenset(fault for mask, fault in bits if byte & mask)


def is_real_time(byte: int) -> bool:
    """Fixed bits of a DLE EOT reply: b1 and b4 set, b0 and b7 clear."""
    return byte & 0x93 == 0x12


def is_automatic_start(byte: int) -> bool:
    """Fixed bits of the first automatic status byte: b4 set, b0, b1 and b7 clear."""
    return byte & 0x93 == 0x10


def is_plain(byte: int) -> bool:
    """Fixed bits of a GS r reply and of automatic status bytes 2–4: b4 and b7 clear."""
    return byte & 0x90 == 0x00


class StatusParser:
    """Sorts the bytes that come back. The fixed bits tell the kinds apart, the queue of what was
    asked tells which question a real-time byte answers. Never raises, whatever comes."""

    def __init__(self) -> None:
        self._asked: deque[Query] = deque()
        self._barriers = 0
        self._automatic = b""

    def expect(self, *queries: Query) -> None:
        self._asked.extend(queries)

    def expect_barrier(self) -> None:
        self._barriers += 1

    def forget_questions(self) -> None:
        """What was asked and not answered in time counts no more; a barrier still does."""
        self._asked.clear()

    @property
    def waiting(self) -> bool:
        """True while a real-time question is without its answer."""
        return bool(self._asked)

    def feed(self, data: bytes) -> list[StatusEvent]:
        return [event for byte in data for event in self._byte(byte)]

    def _byte(self, byte: int) -> Iterable[StatusEvent]:
        if self._automatic and is_plain(byte):
            self._automatic += bytes((byte,))
            if len(self._automatic) == len(_AUTOMATIC_BITS):
                raw, self._automatic = self._automatic, b""
                yield AutomaticStatus(raw)
            return
        yield from (Rejected(lost) for lost in self._automatic)
        self._automatic = b""
        yield from self._fresh(byte)

    def _fresh(self, byte: int) -> Iterable[StatusEvent]:
        if is_real_time(byte) and self._asked:
            yield RealTimeStatus(self._asked.popleft(), byte)
        elif is_automatic_start(byte):
            self._automatic = bytes((byte,))
        elif is_plain(byte) and self._barriers:
            self._barriers -= 1
            yield BarrierPassed(byte)
        else:
            yield Rejected(byte)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of the printer from the replies so far; unknown stays unknown."""

    answered: frozenset[Query] = frozenset()
    faults: frozenset[Fault] = frozenset()

    def with_event(self, event: StatusEvent) -> Picture:
        if isinstance(event, RealTimeStatus):
            return Picture(self.answered | {event.query}, self.faults | event.faults())
        if isinstance(event, AutomaticStatus):  # it tells the whole state, so it replaces
            return Picture(frozenset({Query.PRINTER, Query.PAPER}), event.faults())
        return self

    def status(self, *, near_end_sensor: bool = True) -> PrinterStatus:
        """Faults are believed from any reply; *all well* only when the printer spoke of both
        itself (1) and its paper (4). `near_end_sensor` False: those bits mean nothing."""
        faults = self.faults if near_end_sensor else self.faults - {Fault.NEAR_END}
        for fault in Fault:
            if fault in faults and fault is not Fault.NEAR_END:
                return PrinterStatus(_STATES[fault], False, _WORDS[fault])
        if not self.answered >= {Query.PRINTER, Query.PAPER}:
            return UNKNOWN
        if Fault.NEAR_END in faults:
            return PrinterStatus(PrinterState.NEAR_END, True, _WORDS[Fault.NEAR_END])
        return PrinterStatus(PrinterState.OK, True, "ready")


UNKNOWN = PrinterStatus(PrinterState.UNKNOWN, None, "the printer does not tell its state")

_STATES = {
    Fault.COVER_OPEN: PrinterState.COVER_OPEN,
    Fault.PAPER_OUT: PrinterState.OUT,
    Fault.CUTTER: PrinterState.CUTTER,
    Fault.OVERHEATED: PrinterState.OVERHEATED,
    Fault.ERROR: PrinterState.ERROR,
    Fault.OFFLINE: PrinterState.OFFLINE,
    Fault.NEAR_END: PrinterState.NEAR_END,
}
_WORDS = {
    Fault.COVER_OPEN: "the cover is open: close it",
    Fault.PAPER_OUT: "the paper is used up: put in a new roll",
    Fault.CUTTER: "the cutter is jammed: clear it and close the cover",
    Fault.OVERHEATED: "the print head is hot: it goes on by itself after a pause",
    Fault.ERROR: "the printer reports an error: switch it off and on",
    Fault.OFFLINE: "the printer is offline: look at its panel",
    Fault.NEAR_END: "the paper is nearly used up: have a new roll ready",
}
