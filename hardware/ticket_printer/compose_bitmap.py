"""Draws a ticket as one black-and-white picture; the same paper from every printer.

Sizes come in millimetres and become dots here. Sends nothing.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw

from hardware.errors import SettingsUnusable
from hardware.ticket_printer.fonts import Face, load_font, load_font_for, runs
from hardware.ticket_printer.layout import Line, Logo, Number, Pair, Part, Qr, Rule, Space, Tear
from hardware.ticket_printer.profile import PrinterProfile
from hardware.ticket_printer.wrap import balanced, wrap

WHITE, BLACK = 255, 0
_LINE_HEIGHT_EM = 1.4
_SIDE_MARGIN_MM = 1.5
_SMALLEST = 0.78  # a line shrinks to this part of its size before it is broken in two
_NARROWEST = 0.62  # digits condensed below this stop looking like digits


def draw_ticket(parts: tuple[Part, ...], profile: PrinterProfile) -> Image.Image:
    """The whole ticket, `paper_width_dots` wide, mode "L", only 0 and 255."""
    strips = [_strip(part, profile) for part in parts]
    height = sum(strip.height for strip in strips)
    paper = Image.new("L", (profile.paper_width_dots, max(height, 1)), WHITE)
    top = 0
    for strip in strips:
        paper.paste(strip, (0, top))
        top += strip.height
    return paper


def draw_number(text: str, height_mm: float, profile: PrinterProfile) -> Image.Image:
    """The number with digits `height_mm` high, as wide as the paper. Narrow paper condenses it;
    where even that is too wide, it becomes lower."""
    height, room = profile.dots(height_mm), _room(profile)
    glyphs = _digits(text, height)
    width = min(glyphs.width, room)
    if width < glyphs.width * _NARROWEST:
        height = int(height * width / (glyphs.width * _NARROWEST))
    if glyphs.size != (width, height):
        glyphs = crisp(glyphs.resize((width, height), Image.Resampling.LANCZOS))
    gap = profile.dots(1.5)
    strip = _blank(profile, glyphs.height + 2 * gap)
    strip.paste(glyphs, ((strip.width - width) // 2, gap))
    return strip


def qr_module_dots(data: str, side_mm: float, profile: PrinterProfile) -> int:
    """Dots per module so that the code with its quiet zone is at most `side_mm` wide, at least 3
    (0.375 mm), below which phones begin to fail."""
    modules: int = _qr_code(data).modules_count + 8
    return max(3, min(16, profile.dots(side_mm) // modules))


def _digits(text: str, height: int) -> Image.Image:
    """Just the ink of `text`, scaled so that it is exactly `height` dots high."""
    font = load_font("bold", round(height / 0.72))  # Noto's digits are about 0.73 em high
    left, top, right, bottom = font.getbbox(text)
    ink = Image.new("L", (math.ceil(right - left), math.ceil(bottom - top)), WHITE)
    ImageDraw.Draw(ink).text((-left, -top), text, BLACK, font)
    width = round(ink.width * height / ink.height)
    return crisp(ink.resize((width, height), Image.Resampling.LANCZOS))


def crisp(picture: Image.Image) -> Image.Image:
    """A thermal head knows no grey; a plain threshold keeps edges that dithering would fray."""
    return picture.point(lambda level: WHITE if level > 140 else BLACK)


def _blank(profile: PrinterProfile, height: int) -> Image.Image:
    return Image.new("L", (profile.paper_width_dots, height), WHITE)


def _room(profile: PrinterProfile) -> int:
    return profile.paper_width_dots - 2 * profile.dots(_SIDE_MARGIN_MM)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Text of one size: measures and draws."""

    em: int
    bold: bool

    @property
    def face(self) -> Face:
        return "bold" if self.bold else "regular"

    @property
    def line_height(self) -> int:
        return round(self.em * _LINE_HEIGHT_EM)

    def width(self, text: str) -> float:
        return sum(
            load_font_for(piece, usual, self.face, self.em).getlength(piece)
            for piece, usual in runs(text)
        )

    def draw(self, on: Image.Image, x: float, baseline: float, text: str) -> None:
        for piece, usual in runs(text):
            font = load_font_for(piece, usual, self.face, self.em)
            place = (round(x), round(baseline))
            ImageDraw.Draw(on).text(place, piece, BLACK, font, anchor="ls")
            x += font.getlength(piece)

    def baseline(self, line: int) -> float:
        """Dots from the top of the strip to the baseline of the line (0 is the first)."""
        return line * self.line_height + self.line_height / 2 + self.em * 0.36


def _strip(part: Part, profile: PrinterProfile) -> Image.Image:
    match part:
        case Line():
            return _line(part, profile)
        case Pair():
            return _pair(part, profile)
        case Number():
            return draw_number(part.text, part.height_mm, profile)
        case Rule():
            return _rule(profile)
        case Space():
            return _blank(profile, profile.dots(part.height_mm))
        case Qr():
            return draw_qr(part.data, part.side_mm, profile)
        case Logo():
            return draw_logo(part, profile)
        case Tear():
            return _tear(part, profile)


def _fitted(pen: _Pen, text: str, room: float) -> _Pen:
    """The pen, smaller if that lets the text stay on one line; else as it was."""
    for em in range(pen.em, math.ceil(pen.em * _SMALLEST) - 1, -1):
        smaller = replace(pen, em=em)
        if smaller.width(text) <= room:
            return smaller
    return pen


def _line(line: Line, profile: PrinterProfile) -> Image.Image:
    room = _room(profile)
    pen = _fitted(_Pen(profile.dots(line.size_mm), line.bold), line.text, room)
    texts = (balanced if line.align == "center" else wrap)(line.text, room, pen.width)
    strip = _blank(profile, pen.line_height * len(texts))
    margin = profile.dots(_SIDE_MARGIN_MM)
    for index, text in enumerate(texts):
        spare = room - pen.width(text)
        x = margin + {"left": 0.0, "center": spare / 2, "right": spare}[line.align]
        pen.draw(strip, x, pen.baseline(index), text)
    return crisp(strip)


def _pair(pair: Pair, profile: PrinterProfile) -> Image.Image:
    """Label small at the left, value large at the right; a value too long goes below."""
    value_pen = _Pen(profile.dots(pair.size_mm), pair.bold)
    label_pen = _Pen(profile.dots(max(3.0, pair.size_mm * 0.72)), False)
    margin, room = profile.dots(_SIDE_MARGIN_MM), _room(profile)
    beside = room - label_pen.width(pair.label) - value_pen.em / 4
    value_pen = _fitted(value_pen, pair.value, beside)
    below = value_pen.width(pair.value) > beside
    values = wrap(pair.value, room, value_pen.width) if below else [pair.value]
    first = 1 if below else 0
    strip = _blank(profile, value_pen.line_height * (len(values) + first))
    label_pen.draw(strip, margin, value_pen.baseline(0), pair.label)
    for index, text in enumerate(values, start=first):
        x = margin + room - value_pen.width(text)
        value_pen.draw(strip, x, value_pen.baseline(index), text)
    return crisp(strip)


def _rule(profile: PrinterProfile) -> Image.Image:
    gap, margin = profile.dots(1.5), profile.dots(_SIDE_MARGIN_MM)
    strip = _blank(profile, 2 * gap + 2)
    ImageDraw.Draw(strip).rectangle((margin, gap, strip.width - margin - 1, gap + 1), BLACK)
    return strip


def _tear(tear: Tear, profile: PrinterProfile) -> Image.Image:
    """A dashed line across the whole paper, its words below it."""
    gap, dash = profile.dots(2), profile.dots(2)
    strip = _blank(profile, 2 * gap + 2)
    draw = ImageDraw.Draw(strip)
    for x in range(0, strip.width, 2 * dash):
        draw.rectangle((x, gap, x + dash - 1, gap + 1), BLACK)
    if not tear.words:
        return strip
    words = _line(Line(tear.words, 3.0, False, "center"), profile)
    both = _blank(profile, strip.height + words.height)
    both.paste(strip, (0, 0))
    both.paste(words, (0, strip.height))
    return both


def draw_logo(logo: Logo, profile: PrinterProfile) -> Image.Image:
    """What is transparent is paper; greys become black or white. Raises SettingsUnusable for a file
    that is no picture."""
    picture = _logo_file(logo.image)
    height = profile.dots(logo.height_mm)
    width = max(1, round(picture.width * height / picture.height))
    if width > _room(profile):
        width, height = _room(profile), max(1, round(height * _room(profile) / width))
    strip = _blank(profile, height + profile.dots(1.0))
    drawn = crisp(picture.resize((width, height), Image.Resampling.LANCZOS))
    strip.paste(drawn, ((strip.width - width) // 2, 0))
    return strip


@functools.lru_cache(maxsize=8)
def _logo_file(file: Path) -> Image.Image:
    try:
        with Image.open(file) as opened:
            picture = opened.convert("RGBA")
    except OSError as error:
        raise SettingsUnusable("logo_unreadable", file=str(file)) from error
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture).convert("L")


def _qr_code(data: str) -> qrcode.QRCode:  # type: ignore[type-arg, unused-ignore]
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(data)
    code.make(fit=True)
    return code


def draw_qr(data: str, side_mm: float, profile: PrinterProfile) -> Image.Image:
    code = _qr_code(data)
    module = qr_module_dots(data, side_mm, profile)
    cells = code.get_matrix()
    side = len(cells)
    small = Image.new("L", (side, side), WHITE)
    small.putdata([BLACK if dark else WHITE for row in cells for dark in row])
    drawn = small.resize((side * module, side * module), Image.Resampling.NEAREST)
    strip = _blank(profile, drawn.height)
    strip.paste(drawn, ((strip.width - drawn.width) // 2, 0))
    return strip
