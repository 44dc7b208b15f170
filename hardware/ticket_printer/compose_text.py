"""Composes a ticket in the printer's own letters: few bytes, for slow lines. Sends nothing.

Character cells of ESC/POS font A are 12 × 24 dots, Chinese ones 24 × 24; GS ! enlarges up to × 8.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from hardware.ticket_printer.compose_bitmap import (
    crisp,
    draw_logo,
    draw_number,
    draw_qr,
    qr_module_dots,
)
from hardware.ticket_printer.layout import Line, Logo, Number, Pair, Part, Qr, Rule, Space, Tear
from hardware.ticket_printer.profile import PrinterProfile
from hardware.ticket_printer.wrap import balanced, wrap

_CELL_WIDTH, _CELL_HEIGHT = 12, 24
_LEADING = 8  # dots of white below a line
_CHINESE_MODE = b"\x1c\x26"
_LEAVE_CHINESE_MODE = b"\x1c\x2e"
_QR_CORRECTION_M = 1
_QUIET_ZONE_MM = 2.0
_IMAGE_COMMANDS = {"raster": "bitImageRaster", "columns": "bitImageColumn"}
_COLUMN_ROWS = 24  # of one strip: a band that ends within one would leave a white seam
# GB18030 has these, but two cells wide: a printer would tear "12–20" apart.
_NARROW = str.maketrans({"–": "-", "—": "-", "’": "'", "‘": "'"})


def print_image(printer: Any, picture: Image.Image, profile: PrinterProfile) -> None:
    """Full density, in bands, with the command that this make knows."""
    band = profile.band_rows
    if profile.images == "columns":
        band = max(_COLUMN_ROWS, band - band % _COLUMN_ROWS)
    printer.image(picture, fragment_height=band, impl=_IMAGE_COMMANDS[profile.images])


def encodable(parts: tuple[Part, ...], profile: PrinterProfile) -> bool:
    """False when a text holds a character that the printer's encoding does not have, or that few
    printers have letters for: those of four bytes."""
    words = [
        text
        for part in parts
        for text in (
            (part.label, part.value)
            if isinstance(part, Pair)
            else (part.text,)
            if isinstance(part, Line | Number)
            else (part.words,)
            if isinstance(part, Tear)
            else ()
        )
    ]
    try:
        return all(
            len(character.encode(profile.encoding)) <= 2
            for character in "".join(words).translate(_NARROW)
        )
    except UnicodeEncodeError:
        return False


class TextTicket:
    """Writes parts into a python-escpos printer (a Dummy), one method per kind of part."""

    def __init__(self, printer: Any, profile: PrinterProfile) -> None:
        self._printer, self._profile = printer, profile

    def write(self, parts: tuple[Part, ...]) -> None:
        self._printer._raw(_CHINESE_MODE)
        for part in parts:
            self._part(part)
        self._printer._raw(_LEAVE_CHINESE_MODE)

    def _part(self, part: Part) -> None:
        match part:
            case Line():
                self._line(part)
            case Pair():
                self._pair(part)
            case Number():
                self._number(part)
            case Rule():
                self._style("left", False, 1, 1)
                self._say("─" * (self._columns(1) // 2) + "\n")
            case Space():
                self._feed(part.height_mm)
            case Qr():
                self._qr(part)
            case Logo():
                self._picture(draw_logo(part, self._profile))
            case Tear():
                self._tear(part)

    def _line(self, line: Line) -> None:
        wide, high = self._size(line.text, line.size_mm)
        self._style(line.align, line.bold, wide, high)
        breaker = balanced if line.align == "center" else wrap
        for text in breaker(line.text, self._columns(wide), self._width):
            self._say(text + "\n")

    def _pair(self, pair: Pair) -> None:
        """Label in plain size, value enlarged as far as both fit on one line, else below it."""
        high = self._height_steps(pair.size_mm)
        label_columns = self._width(pair.label) + 1
        for wide in range(high, 0, -1):
            free = self._columns(1) - label_columns - self._width(pair.value) * wide
            if free >= 0:
                self._style("left", False, 1, 1)
                self._say(pair.label + " " * int(free + 1))
                self._style("left", pair.bold, wide, high)
                self._say(pair.value + "\n")
                return
        self._line(Line(pair.label, 3.0, False, "left"))
        self._line(Line(pair.value, pair.size_mm, pair.bold, "right"))

    def _number(self, number: Number) -> None:
        """A character cell × 8 is 24 mm high but its digits only about 17: an image keeps the
        promised height wherever the printer takes images."""
        if self._profile.draws_images:
            self._style("left", False, 1, 1)
            self._coarse_image(draw_number(number.text, number.height_mm, self._profile))
            return
        size = max(1, min(8, self._profile.paper_width_dots // (12 * len(number.text))))
        self._style("center", True, size, min(8, max(size, 8)))
        self._say(number.text + "\n")

    def _qr(self, qr: Qr) -> None:
        if not (self._profile.native_qr or self._profile.draws_images):
            self._line(Line(qr.data, 3.0, False, "center"))  # letters alone: to be typed
            return
        if not self._profile.native_qr:
            self._picture(draw_qr(qr.data, qr.side_mm, self._profile))
            return
        self._feed(_QUIET_ZONE_MM)
        self._style("center", False, 1, 1)
        module = qr_module_dots(qr.data, qr.side_mm, self._profile)
        self._printer.qr(qr.data, ec=_QR_CORRECTION_M, size=module, native=True)
        self._feed(_QUIET_ZONE_MM)

    def _tear(self, tear: Tear) -> None:
        self._feed(_QUIET_ZONE_MM)
        self._style("left", False, 1, 1)
        self._say(("- " * self._columns(1))[: self._columns(1)].rstrip() + "\n")
        if tear.words:
            self._line(Line(tear.words, 3.0, False, "center"))

    def _picture(self, picture: Image.Image) -> None:
        """Nothing on a printer that takes no images: a ticket is good without a logo."""
        if self._profile.draws_images:
            self._style("left", False, 1, 1)
            print_image(self._printer, picture, self._profile)

    def _feed(self, height_mm: float) -> None:
        self._printer._raw(b"\x1bJ" + bytes((min(255, self._dots(height_mm)),)))

    def _coarse_image(self, picture: Image.Image) -> None:
        """At half density, each dot doubled both ways: a quarter of the bytes, which at 9600 baud
        is eleven seconds, and still a smooth edge on digits of this size. ESC * has no square dots
        of half density."""
        if self._profile.images == "columns":
            print_image(self._printer, picture, self._profile)
            return
        half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)
        self._printer.image(
            crisp(half),
            high_density_vertical=False,
            high_density_horizontal=False,
            fragment_height=self._profile.band_rows,
        )

    def _size(self, text: str, size_mm: float) -> tuple[int, int]:
        """Steps of GS ! for `text`: narrower before broken, since a tall line still reads well."""
        high = self._height_steps(size_mm)
        for wide in range(high, 0, -1):
            if self._width(text) <= self._columns(wide):
                return wide, high
        return high, high

    def _height_steps(self, size_mm: float) -> int:
        return max(1, min(8, round(self._dots(size_mm) / _CELL_HEIGHT + 0.2)))

    def _dots(self, length_mm: float) -> int:
        return self._profile.dots(length_mm)

    def _columns(self, wide: int) -> int:
        return self._profile.paper_width_dots // (_CELL_WIDTH * wide)

    def _width(self, text: str) -> float:
        """In cells of 12 dots: whatever the encoding needs two bytes or more for takes two."""
        narrow = text.translate(_NARROW)
        return sum(1 if len(self._encoded(c)) == 1 else 2 for c in narrow)

    def _style(self, align: str, bold: bool, wide: int, high: int) -> None:
        self._printer.set(align=align, bold=bold, custom_size=True, width=wide, height=high)
        self._printer.line_spacing(_CELL_HEIGHT * high + _LEADING)

    def _say(self, text: str) -> None:
        self._printer._raw(self._encoded(text))

    def _encoded(self, text: str) -> bytes:
        """Only a printer without images ever gets a "?": for every other one `compose` draws."""
        return text.translate(_NARROW).encode(self._profile.encoding, "replace")
