"""Cuts an ESC/POS byte stream into frozen commands; incremental, pure, draws nothing.

Strict: a byte sequence that is not in the tables raises UnknownEscPos with the byte and its offset,
because silently skipping would show a ticket that no printer prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

from hardware.ticket_printer.commands import (
    Alignment,
    AskIdentity,
    AskInOrder,
    AskJobInOrder,
    AskStatus,
    AutomaticStatusMask,
    Bold,
    ChineseMode,
    ClearBuffers,
    Columns,
    Cut,
    EscPosCommand,
    FeedDots,
    FeedLines,
    Inverse,
    LineFeed,
    LineSpacing,
    MotionUnits,
    Raster,
    Recover,
    Reset,
    Size,
    Symbol,
    Text,
    Underline,
    UnknownEscPos,
)
from hardware.words import state_words

_MAX_RASTER_BYTES = 256 * 1024
_MAX_SYMBOL_BYTES = 7_200  # more than the largest QR code holds
_CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"


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
    b"\x1dI": lambda n: AskIdentity(_within(65, 67, n)),
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
# ESC * m: rows of data, and how much each dot is enlarged across and down.
_COLUMN_MODES = {0: (8, 2, 3), 1: (8, 1, 3), 32: (24, 2, 1), 33: (24, 1, 1)}
_MOTION_UNITS = frozenset({0, 180, 203})  # per inch: one step is one dot of the head
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
            raise self._unknown("escpos_end", 0)

    def _unknown(self, key: str, at: int, command: bytes = b"") -> UnknownEscPos:
        what = state_words(key, command=command.hex(" ").upper())
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
            raise self._unknown("escpos_character", 0)
        if len(self._buffer) < 2:
            return None
        length = 4 if 0x30 <= self._buffer[1] <= 0x39 else 2
        if len(self._buffer) < length:
            return None
        try:
            return Text(bytes(self._buffer[:length]).decode("gb18030")), length
        except UnicodeDecodeError:
            raise self._unknown("escpos_gb18030", 1) from None

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
        longer = {
            b"\x1dV": self._cut, b"\x1dv": self._raster, b"\x1d(": self._function,
            b"\x1b*": self._columns, b"\x1dP": self._motion_units, b"\x10\x14": self._clear,
        }  # fmt: skip
        if prefix not in longer:
            raise self._unknown("escpos_command", 1, prefix)
        return longer[prefix]()

    def _one_parameter(self, prefix: bytes) -> _Found:
        if len(self._buffer) < 3:
            return None
        try:
            return _ONE_PARAMETER[prefix](self._buffer[2]), 3
        except _Wrong:
            raise self._unknown("escpos_parameter", 2, prefix) from None

    def _cut(self) -> _Found:
        if len(self._buffer) < 3:
            return None
        mode = self._buffer[2]
        if mode in (0, 48, 1, 49):
            return Cut(mode in (1, 49), 0), 3
        if mode not in (65, 66):
            raise self._unknown("escpos_cut", 2)
        return None if len(self._buffer) < 4 else (Cut(mode == 66, self._buffer[3]), 4)

    def _raster(self) -> _Found:
        if len(self._buffer) < 8:
            return None
        kind, mode = self._buffer[2], self._buffer[3]
        if kind != 0x30:
            raise self._unknown("escpos_raster", 2)
        if mode % 48 > 3 or mode > 51:
            raise self._unknown("escpos_raster_mode", 3)
        row_bytes = self._buffer[4] | self._buffer[5] << 8
        rows = self._buffer[6] | self._buffer[7] << 8
        if not 0 < row_bytes * rows <= _MAX_RASTER_BYTES:
            raise self._unknown("escpos_raster_size", 4)
        end = 8 + row_bytes * rows
        if len(self._buffer) < end:
            return None
        bits = bytes(self._buffer[8:end])
        return Raster(row_bytes, rows, 1 + (mode & 1), 1 + (mode >> 1 & 1), bits), end

    def _columns(self) -> _Found:
        if len(self._buffer) < 5:
            return None
        mode, count = self._buffer[2], self._buffer[3] | self._buffer[4] << 8
        if mode not in _COLUMN_MODES:
            raise self._unknown("escpos_column_mode", 2)
        if not 0 < count <= 2400:
            raise self._unknown("escpos_column_width", 3)
        dots_high, wide, high = _COLUMN_MODES[mode]
        end = 5 + count * dots_high // 8
        if len(self._buffer) < end:
            return None
        return Columns(dots_high, wide, high, bytes(self._buffer[5:end])), end

    def _motion_units(self) -> _Found:
        if len(self._buffer) < 4:
            return None
        for at in (2, 3):
            if self._buffer[at] not in _MOTION_UNITS:
                raise self._unknown("escpos_motion", at)
        return MotionUnits(self._buffer[2], self._buffer[3]), 4

    def _clear(self) -> _Found:
        found, wanted = bytes(self._buffer[: len(_CLEAR_BUFFERS)]), _CLEAR_BUFFERS
        for at, byte in enumerate(found):
            if byte != wanted[at]:
                raise self._unknown("escpos_real_time", at)
        return (ClearBuffers(), len(wanted)) if len(found) == len(wanted) else None

    def _function(self) -> _Found:
        if len(self._buffer) < 3:
            return None
        families = {0x6B: self._symbol, 0x48: self._ask_job}
        if self._buffer[2] not in families:
            raise self._unknown("escpos_symbol", 2)
        return families[self._buffer[2]]()

    def _ask_job(self) -> _Found:
        if len(self._buffer) < 11:
            return None
        if self._buffer[3:7] != b"\x06\x00\x30\x30":
            raise self._unknown("escpos_answer", 3)
        return AskJobInOrder(bytes(self._buffer[7:11])), 11

    def _symbol(self) -> _Found:
        if len(self._buffer) < 7:
            return None
        length = self._buffer[3] | self._buffer[4] << 8
        if self._buffer[5] != 0x31:
            raise self._unknown("escpos_symbol", 5)
        if not 2 <= length <= _MAX_SYMBOL_BYTES:
            raise self._unknown("escpos_symbol_length", 3)
        if len(self._buffer) < 5 + length:
            return None
        return Symbol(self._buffer[6], bytes(self._buffer[7 : 5 + length])), 5 + length


def read_commands(data: bytes) -> list[EscPosCommand]:
    """A whole stream at once. Raises UnknownEscPos, also for an unfinished command."""
    parser = EscPosParser()
    commands = list(parser.feed(data))
    parser.finish()
    return commands
