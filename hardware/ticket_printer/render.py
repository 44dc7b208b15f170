"""Draws ESC/POS bytes as the paper would look, dot for dot at 203 dpi; prints nothing.

Strict: what `commands` does not know raises UnknownEscPos. Letters are drawn in cells of 12 × 24
and 24 × 24 dots and enlarged by whole steps, as a printer does.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import Literal

import qrcode
from PIL import Image, ImageDraw

from hardware.errors import DeviceProtocolError
from hardware.ticket_printer import commands as esc
from hardware.ticket_printer.fonts import load_font
from hardware.ticket_printer.profile import PrinterProfile
from hardware.ticket_printer.reader import read_commands

# What changes nothing on paper. esc.MotionUnits: the reader lets only those pass that are dots.
_PAPERLESS = (
    esc.ChineseMode,
    esc.AskStatus,
    esc.Recover,
    esc.AutomaticStatusMask,
    esc.AskInOrder,
    esc.AskJobInOrder,
    esc.AskIdentity,
    esc.ClearBuffers,
    esc.MotionUnits,
)
DEFAULT_LINE_SPACING_DOTS = 30
WHITE, BLACK = 255, 0
_CELL_HEIGHT = 24
_BASELINE = 20  # dots from the top of a cell to the feet of its letters
_CUT_MARK_DOTS = 6
_CORRECTIONS = {
    48: qrcode.constants.ERROR_CORRECT_L,
    49: qrcode.constants.ERROR_CORRECT_M,
    50: qrcode.constants.ERROR_CORRECT_Q,
    51: qrcode.constants.ERROR_CORRECT_H,
}


class UndrawableSymbol(DeviceProtocolError):
    """A QR command whose parameters no code can have, or printing before storing."""

    code = "escpos_symbol"


@dataclass(frozen=True, slots=True)
class _Style:
    wide: int = 1
    high: int = 1
    bold: bool = False
    underline: int = 0
    inverse: bool = False
    align: Literal["left", "center", "right"] = "left"
    spacing_dots: int = DEFAULT_LINE_SPACING_DOTS


@dataclass(slots=True)
class _QrStore:
    module_dots: int = 3
    correction: int = 48
    data: bytes = b""


@dataclass(slots=True)
class Paper:
    """A printer's head and its paper: commands in, `picture()` out at any moment."""

    width_dots: int
    _strips: list[Image.Image] = field(default_factory=list)
    _line: list[Image.Image] = field(default_factory=list)
    _style: _Style = _Style()
    _qr: _QrStore = field(default_factory=_QrStore)

    def execute(self, command: esc.EscPosCommand) -> None:
        """Raises UndrawableSymbol for a QR code that cannot be."""
        match command:
            case esc.Text():
                self._put(command.character)
            case esc.LineFeed():
                self._end_line(blank_dots=self._style.spacing_dots)
            case esc.FeedDots():
                self._end_line()
                self._feed(command.dots)
            case esc.FeedLines():
                self._end_line()
                self._feed(command.lines * self._style.spacing_dots)
            case esc.Raster():
                self._end_line()
                self._raster(command)
            case esc.Columns():
                self._columns(command)
            case esc.Symbol():
                self._symbol(command)
            case esc.Cut():
                self._end_line()
                self._feed(command.feed_dots)
                self._strips.append(_cut_mark(self.width_dots, command.partial))
            case esc.Reset():
                self._line.clear()
                self._style, self._qr = _Style(), _QrStore()
            case _ if not isinstance(command, _PAPERLESS):
                self._restyle(command)

    def picture(self) -> Image.Image:
        """All paper so far, mode "L"; at least one row."""
        height = sum(strip.height for strip in self._strips)
        paper = Image.new("L", (self.width_dots, max(1, height)), WHITE)
        top = 0
        for strip in self._strips:
            paper.paste(strip, (0, top))
            top += strip.height
        return paper

    def tear_off(self) -> Image.Image:
        """The picture; the printer goes on with fresh paper and unchanged styles."""
        picture = self.picture()
        self._strips.clear()
        self._line.clear()
        return picture

    @property
    def height_dots(self) -> int:
        return sum(strip.height for strip in self._strips)

    def _restyle(self, command: esc.EscPosCommand) -> None:
        match command:
            case esc.Size():
                self._style = replace(self._style, wide=command.wide, high=command.high)
            case esc.Bold():
                self._style = replace(self._style, bold=command.on)
            case esc.Underline():
                self._style = replace(self._style, underline=command.dots)
            case esc.Inverse():
                self._style = replace(self._style, inverse=command.on)
            case esc.Alignment():
                self._style = replace(self._style, align=command.align)
            case esc.LineSpacing():
                dots = DEFAULT_LINE_SPACING_DOTS if command.dots is None else command.dots
                self._style = replace(self._style, spacing_dots=dots)

    def _put(self, character: str) -> None:
        glyph = _glyph(character, self._style)
        if sum(done.width for done in self._line) + glyph.width > self.width_dots:
            self._end_line()
        self._line.append(glyph)

    def _end_line(self, blank_dots: int = 0) -> None:
        """Prints what stands in the line; an empty line feeds `blank_dots`."""
        if not self._line:
            self._feed(blank_dots)
            return
        tallest = max(glyph.height for glyph in self._line)
        strip = self._blank(max(tallest, self._style.spacing_dots))
        x = self._left_edge(sum(glyph.width for glyph in self._line))
        for glyph in self._line:  # mixed sizes stand on one baseline
            feet = _BASELINE * glyph.height // _CELL_HEIGHT
            strip.paste(glyph, (x, _BASELINE * tallest // _CELL_HEIGHT - feet))
            x += glyph.width
        self._strips.append(strip)
        self._line.clear()

    def _left_edge(self, width: int) -> int:
        spare = max(0, self.width_dots - width)
        return {"left": 0, "center": spare // 2, "right": spare}[self._style.align]

    def _blank(self, height: int) -> Image.Image:
        return Image.new("L", (self.width_dots, height), WHITE)

    def _feed(self, dots: int) -> None:
        if dots:
            self._strips.append(self._blank(dots))

    def _raster(self, raster: esc.Raster) -> None:
        size = (raster.row_bytes * 8, raster.rows)
        flipped = bytes(byte ^ 0xFF for byte in raster.bits)
        drawn = Image.frombytes("1", size, flipped).convert("L")
        self._image(drawn.resize((size[0] * raster.wide, size[1] * raster.high), _NEAREST))

    def _columns(self, columns: esc.Columns) -> None:
        """Told top to bottom, then left to right: drawn lying down and stood up."""
        size = (columns.dots_high, len(columns.bits) * 8 // columns.dots_high)
        flipped = bytes(byte ^ 0xFF for byte in columns.bits)
        drawn = Image.frombytes("1", size, flipped).convert("L").transpose(_TRANSPOSE)
        drawn = drawn.resize((size[1] * columns.wide, size[0] * columns.high), _NEAREST)
        free = self.width_dots - sum(done.width for done in self._line)
        if free > 0:  # what is beyond the paper's edge is lost
            self._line.append(drawn.crop((0, 0, min(free, drawn.width), drawn.height)))

    def _image(self, drawn: Image.Image) -> None:
        """Dots beyond the paper's edge are lost, as on paper."""
        strip = self._blank(drawn.height)
        strip.paste(drawn, (self._left_edge(drawn.width), 0))
        self._strips.append(strip)

    def _symbol(self, symbol: esc.Symbol) -> None:
        parameters = symbol.parameters
        match symbol.function:
            case 65 if parameters[:1] == b"2":  # model 2, the one QR code in use
                pass
            case 67 if len(parameters) == 1 and 1 <= parameters[0] <= 16:
                self._qr.module_dots = parameters[0]
            case 69 if len(parameters) == 1 and parameters[0] in _CORRECTIONS:
                self._qr.correction = parameters[0]
            case 80 if parameters[:1] == b"0":
                self._qr.data = parameters[1:]
            case 81 if self._qr.data:
                self._end_line()
                self._image(_qr_picture(self._qr))
            case function:
                reason = f"GS ( k {function}"
                raise UndrawableSymbol("qr_undrawable", reason=reason, function=function)


_NEAREST = Image.Resampling.NEAREST
_TRANSPOSE = Image.Transpose.TRANSPOSE


@functools.lru_cache(maxsize=2_048)
def _glyph(character: str, style: _Style) -> Image.Image:
    """One cell: 12 wide for ASCII (a printer's font A), 24 for all else. Only to be pasted."""
    width = 12 if character.isascii() else 24
    cell = Image.new("L", (width, _CELL_HEIGHT), WHITE)
    font = load_font("mono-bold" if style.bold else "mono", 24)
    ImageDraw.Draw(cell).text((0, _BASELINE), character, BLACK, font, anchor="ls")
    cell = cell.point(lambda level: WHITE if level > 150 else BLACK)
    cell = cell.resize((width * style.wide, _CELL_HEIGHT * style.high), _NEAREST)
    if style.underline:
        bottom = cell.height - 1
        area = (0, bottom - style.underline + 1, cell.width, bottom)
        ImageDraw.Draw(cell).rectangle(area, BLACK)
    return cell.point(lambda level: WHITE - level) if style.inverse else cell


def _qr_picture(store: _QrStore) -> Image.Image:
    code = qrcode.QRCode(error_correction=_CORRECTIONS[store.correction], border=0)
    code.add_data(store.data)
    try:
        code.make(fit=True)
    except (ValueError, qrcode.exceptions.DataOverflowError) as error:
        raise UndrawableSymbol("qr_undrawable", reason="GS ( k 81") from error
    cells = code.get_matrix()
    drawn = Image.new("L", (len(cells), len(cells)), WHITE)
    drawn.putdata([BLACK if dark else WHITE for row in cells for dark in row])
    side = len(cells) * store.module_dots
    return drawn.resize((side, side), _NEAREST)


def _cut_mark(width: int, partial: bool) -> Image.Image:
    """A dashed grey line where the paper was cut; a partial cut leaves a bridge in the middle."""
    mark = Image.new("L", (width, _CUT_MARK_DOTS), WHITE)
    draw = ImageDraw.Draw(mark)
    for x in range(0, width, 12):
        if not (partial and abs(x - width // 2) < 24):
            draw.rectangle((x, 2, x + 6, 3), 170)
    return mark


def render(data: bytes, width_dots: int) -> Image.Image:
    """The whole stream as one picture. Raises UnknownEscPos or UndrawableSymbol."""
    paper = Paper(width_dots)
    for command in read_commands(data):
        paper.execute(command)
    paper.execute(esc.FeedDots(0))
    return paper.picture()


def paper_length_mm(data: bytes, profile: PrinterProfile) -> float:
    """Paper that the stream moves. Raises UnknownEscPos or UndrawableSymbol."""
    paper = Paper(profile.paper_width_dots)
    cuts = 0
    for command in read_commands(data):
        cuts += isinstance(command, esc.Cut)
        paper.execute(command)
    return (paper.height_dots - cuts * _CUT_MARK_DOTS) / profile.dots_per_mm
