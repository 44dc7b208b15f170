"""The ESC/POS commands that this room sends and draws, each a frozen value. Reads no bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hardware.errors import DeviceProtocolError
from hardware.words import Words


class UnknownEscPos(DeviceProtocolError):
    """The stream holds something that this reader does not know; `data`: byte, offset."""

    code = "escpos_unknown"

    def __init__(self, what: Words, byte: int, offset: int) -> None:
        super().__init__("escpos_unknown", what=what, hex=f"{byte:02X}", byte=byte, offset=offset)
        self.data = {"byte": byte, "offset": offset}


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
class Columns:
    """ESC *: an image one strip high, told column by column, top bit first. It stands in the line
    like a letter. dots_high: 8 or 24 of the data; wide, high: how much each dot is enlarged."""

    dots_high: int
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


@dataclass(frozen=True, slots=True)
class AskJobInOrder:
    """GS ( H 48: `token` comes back when its turn has come."""

    token: bytes


@dataclass(frozen=True, slots=True)
class AskIdentity:
    """GS I."""

    n: int


@dataclass(frozen=True, slots=True)
class ClearBuffers:
    """DLE DC4 8."""


@dataclass(frozen=True, slots=True)
class MotionUnits:
    """GS P: how many steps of feeds and spacings make an inch; 0 is the printer's own."""

    horizontal: int
    vertical: int


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
    | Columns
    | Symbol
    | Cut
    | AskStatus
    | Recover
    | AutomaticStatusMask
    | AskInOrder
    | AskJobInOrder
    | AskIdentity
    | ClearBuffers
    | MotionUnits
)
