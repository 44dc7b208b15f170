"""Cuts an ESC/POS byte stream into frozen commands; incremental, pure, draws nothing.

Strict: a byte sequence that is not in the tables raises UnknownEscPos with the byte and its offset,
because silently skipping would show a ticket that no printer prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from hardware.errors import DeviceProtocolError

_MAX_RASTER_BYTES = 256 * 1024
_MAX_SYMBOL_BYTES = 7_200  # more than the largest QR code holds


class UnknownEscPos(DeviceProtocolError):
    """The stream holds something that this reader does not know; `data`: byte, offset."""

    code = "escpos_unknown"

    def __init__(self, what: str, byte: int, offset: int) -> None:
        super().__init__(f"{what} (byte {byte:02X} at offset {offset})", byte=byte, offset=offset)


@dataclass(frozen=True, slots=True)
class Text:
    """One character."""

    character: str


@dataclass(frozen=True, slots=True)
class LineFeed:
    pass


@dataclass(frozen=True, slots=True)
class Reset:
    pass


@dataclass(frozen=True, slots=True)
class ChineseMode:
    on: bool


@dataclass(frozen=True, slots=True)
class Size:
    """GS !: 1–8 times."""

    wide: int
    high: int


@dataclass(frozen=True, slots=True)
class Alignment:
    align: Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Bold:
    on: bool


@dataclass(frozen=True, slots=True)
class Underline:
    dots: int


@dataclass(frozen=True, slots=True)
class Inverse:
    on: bool


@dataclass(frozen=True, slots=True)
class LineSpacing:
    """None: the printer's own."""

    dots: int | None


@dataclass(frozen=True, slots=True)
class FeedDots:
    """Prints the line begun, then moves on."""

    dots: int


@dataclass(frozen=True, slots=True)
class FeedLines:
    lines: int


@dataclass(frozen=True, slots=True)
class Raster:
    """GS v 0: `rows` × `row_bytes`, a set bit is black, most significant bit at the left."""

    row_bytes: int
    rows: int
    wide: int
    high: int
    bits: bytes


@dataclass(frozen=True, slots=True)
class Symbol:
    """One GS ( k function of the QR family (cn 49): model, module size, correction, data, print."""

    function: int
    parameters: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    partial: bool
    feed_dots: int


@dataclass(frozen=True, slots=True)
class AskStatus:
    n: int


@dataclass(frozen=True, slots=True)
class Recover:
    """DLE ENQ: 1 resume, 2 clear the buffers."""

    n: int


@dataclass(frozen=True, slots=True)
class AutomaticStatusMask:
    mask: int


@dataclass(frozen=True, slots=True)
class AskInOrder:
    """GS r."""

    n: int


EscPosCommand = (
    Text
    | LineFeed
    | Reset
    | ChineseMode
    | Size
    | Alignment
    | Bold
    | Underline
    | Inverse
    | LineSpacing
    | FeedDots
    | FeedLines
    | Raster
    | Symbol
    | Cut
    | AskStatus
    | Recover
    | AutomaticStatusMask
    | AskInOrder
)


class _Wrong(Exception):
    """A parameter that its command does not have; becomes UnknownEscPos with the offset."""


def _pick(table: Mapping[int, Literal["left", "center", "right"]], n: int) -> Alignment:
    if n not in table:
        raise _Wrong
    return Alignment(table[n])


_ALIGN: Mapping[int, Literal["left", "center", "right"]] = {
    0: "left", 48: "left", 1: "center", 49: "center", 2: "right", 50: "right",
}  # fmt: skip


def _size(n: int) -> Size:
    if n & 0x88:
        raise _Wrong
    return Size((n >> 4) + 1, (n & 0x07) + 1)


def _within(low: int, high: int, n: int) -> int:
    if not low <= n <= high:
        raise _Wrong
    return n


# Commands of a fixed form: prefix → what its one parameter byte makes.
_ONE_PARAMETER: Mapping[bytes, Callable[[int], EscPosCommand]] = {
    b"\x1ba": lambda n: _pick(_ALIGN, n),
    b"\x1bE": lambda n: Bold(bool(n & 1)),
    b"\x1b-": lambda n: Underline(_within(0, 2, n - 48 if n >= 48 else n)),
    b"\x1b3": LineSpacing,
    b"\x1bJ": FeedDots,
    b"\x1bd": FeedLines,
    b"\x1d!": _size,
    b"\x1dB": lambda n: Inverse(bool(n & 1)),
    b"\x1da": AutomaticStatusMask,
    b"\x1dr": lambda n: AskInOrder(_within(1, 2, n - 48 if n >= 48 else n)),
    b"\x10\x04": lambda n: AskStatus(_within(1, 4, n)),
    b"\x10\x05": lambda n: Recover(_within(1, 2, n)),
}
_NO_PARAMETER: Mapping[bytes, EscPosCommand] = {
    b"\n": LineFeed(),
    b"\x1b@": Reset(),
    b"\x1b2": LineSpacing(None),
    b"\x1c&": ChineseMode(True),
    b"\x1c.": ChineseMode(False),
}
_LEADS = frozenset(b"\x1b\x1c\x1d\x10")

_Found = tuple[EscPosCommand | None, int] | None  # command (None: nothing to tell), bytes used


class EscPosParser:
    """Bytes in, commands out. After an UnknownEscPos the parser is not to be used further."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0  # of the buffer's first byte in the whole stream
        self._chinese = False

    def feed(self, data: bytes) -> Iterator[EscPosCommand]:
        """Take all commands, or the rest stays for the next call. Raises UnknownEscPos."""
        self._buffer += data
        while (found := self._next()) is not None:
            command, used = found
            del self._buffer[:used]
            self._offset += used
            if command is not None:
                yield command

    @property
    def consumed(self) -> int:
        """Bytes of the stream that the commands told so far took up."""
        return self._offset

    @property
    def pending(self) -> int:
        """Bytes of a command begun but not complete."""
        return len(self._buffer)

    def finish(self) -> None:
        """Raises UnknownEscPos when the stream ended inside a command."""
        if self._buffer:
            raise self._unknown("the stream ends inside a command", 0)

    def _unknown(self, what: str, at: int) -> UnknownEscPos:
        return UnknownEscPos(what, self._buffer[at], self._offset + at)

    def _next(self) -> _Found:
        if not self._buffer:
            return None
        first = self._buffer[0]
        if first == 0x0A:
            return LineFeed(), 1
        if first in _LEADS:
            return self._command()
        return self._text(first)

    def _text(self, first: int) -> _Found:
        if 0x20 <= first < 0x7F:
            return Text(chr(first)), 1
        if first == 0x0D:
            return None, 1
        if not self._chinese or not 0x81 <= first <= 0xFE:
            raise self._unknown("no printable character outside Chinese mode", 0)
        if len(self._buffer) < 2:
            return None
        length = 4 if 0x30 <= self._buffer[1] <= 0x39 else 2
        if len(self._buffer) < length:
            return None
        try:
            return Text(bytes(self._buffer[:length]).decode("gb18030")), length
        except UnicodeDecodeError:
            raise self._unknown("not a GB18030 character", 1) from None

    def _command(self) -> _Found:
        if len(self._buffer) < 2:
            return None
        prefix = bytes(self._buffer[:2])
        if prefix in _NO_PARAMETER:
            command = _NO_PARAMETER[prefix]
            if isinstance(command, Reset):
                self._chinese = False
            elif isinstance(command, ChineseMode):
                self._chinese = command.on
            return command, 2
        if prefix in _ONE_PARAMETER:
            return self._one_parameter(prefix)
        longer = {b"\x1dV": self._cut, b"\x1dv": self._raster, b"\x1d(": self._symbol}
        if prefix not in longer:
            raise self._unknown(f"unknown command {prefix.hex(' ').upper()}", 1)
        return longer[prefix]()

    def _one_parameter(self, prefix: bytes) -> _Found:
        if len(self._buffer) < 3:
            return None
        try:
            return _ONE_PARAMETER[prefix](self._buffer[2]), 3
        except _Wrong:
            raise self._unknown(f"bad parameter of {prefix.hex(' ').upper()}", 2) from None

    def _cut(self) -> _Found:
        if len(self._buffer) < 3:
            return None
        mode = self._buffer[2]
        if mode in (0, 48, 1, 49):
            return Cut(mode in (1, 49), 0), 3
        if mode not in (65, 66):
            raise self._unknown("unknown cut", 2)
        return None if len(self._buffer) < 4 else (Cut(mode == 66, self._buffer[3]), 4)

    def _raster(self) -> _Found:
        if len(self._buffer) < 8:
            return None
        kind, mode = self._buffer[2], self._buffer[3]
        if kind != 0x30:
            raise self._unknown("unknown raster command", 2)
        if mode % 48 > 3 or mode > 51:
            raise self._unknown("unknown raster mode", 3)
        row_bytes = self._buffer[4] | self._buffer[5] << 8
        rows = self._buffer[6] | self._buffer[7] << 8
        if not 0 < row_bytes * rows <= _MAX_RASTER_BYTES:
            raise self._unknown("raster image of impossible size", 4)
        end = 8 + row_bytes * rows
        if len(self._buffer) < end:
            return None
        bits = bytes(self._buffer[8:end])
        return Raster(row_bytes, rows, 1 + (mode & 1), 1 + (mode >> 1 & 1), bits), end

    def _symbol(self) -> _Found:
        if len(self._buffer) < 7:
            return None
        length = self._buffer[3] | self._buffer[4] << 8
        if self._buffer[2] != 0x6B or self._buffer[5] != 0x31:
            raise self._unknown("unknown symbol family", 2 if self._buffer[2] != 0x6B else 5)
        if not 2 <= length <= _MAX_SYMBOL_BYTES:
            raise self._unknown("symbol data of impossible length", 3)
        if len(self._buffer) < 5 + length:
            return None
        return Symbol(self._buffer[6], bytes(self._buffer[7 : 5 + length])), 5 + length


def read_commands(data: bytes) -> list[EscPosCommand]:
    """A whole stream at once. Raises UnknownEscPos, also for an unfinished command."""
    parser = EscPosParser()
    commands = list(parser.feed(data))
    parser.finish()
    return commands
