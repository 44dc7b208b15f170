"""Text of scripts that the Chinese font does not hold: joined letters, both directions, own fonts.

Drawn by Pillow with Raqm (HarfBuzz and FriBidi), because Kivy's own text has one font and one
direction for a whole text. What Chinese and Latin need never comes here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from kivy.graphics.texture import Texture
from kivy.uix.label import Label
from PIL import Image, ImageDraw, ImageFont

from kiosk.ui.fonts import FontFiles

Direction = Literal["ltr", "rtl"]
_REFERENCE_PX = 100
# Height of a line as a share of the type size, as that of Noto Sans CJK; where letters stand in it.
_LINE, _BASE_BELOW_MIDDLE = 1.46, 0.33

# Scripts whose letters stack: how tall a line of them is at least, and where they stand in it, as
# shares of the type size. Measured on the deepest stacks of Noto Serif Tibetan.
_STACKED = range(0x0F00, 0x1000)
_STACKED_LINE, _STACKED_BASE = 2.0, 0.18

# Blocks that a Chinese font holds, with what stands among the letters of any script.
_USUAL = (
    (0x0000, 0x024F),
    (0x0259, 0x0259),
    (0x0370, 0x04FF),
    (0x2000, 0x2BFF),
    (0x2E80, 0x9FFF),
    (0xE000, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFFF),
    (0x1F000, 0x3FFFF),
)


@dataclass(frozen=True, slots=True)
class Fonts:
    """hall: the Chinese ones; more: of further languages, the first that has a letter draws it."""

    hall: FontFiles
    more: tuple[FontFiles, ...] = ()


class _Running:
    fonts: Fonts | None = None


def use_fonts(fonts: Fonts) -> None:
    _Running.fonts = fonts
    forget_shapes()


def forget_shapes() -> None:
    """What was measured may have been somebody's name."""
    _is_own.cache_clear()
    _length.cache_clear()


@lru_cache(maxsize=4096)
def _is_own(text: str) -> bool:
    return any(not _is_usual(sign) for sign in text)


def needs_shaping(text: str) -> bool:
    """Whether a letter of another script is in it, and there is a font for one."""
    fonts = _Running.fonts
    return bool(fonts and fonts.more) and not text.isascii() and _is_own(text)


def least_line(text: str) -> float:
    """How tall a line is at least, as a share of the type size; 0 where any leading will do."""
    return _STACKED_LINE if needs_shaping(text) and _stacks(text) else 0.0


def _stacks(text: str) -> bool:
    return any(ord(sign) in _STACKED for sign in text)


def _is_usual(sign: str) -> bool:
    return any(low <= ord(sign) <= high for low, high in _USUAL)


def base_direction(text: str) -> Direction:
    """That of the first letter that has one."""
    for sign in text:
        kind = unicodedata.bidirectional(sign)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def runs(text: str) -> Iterator[tuple[str, bool]]:
    """Pieces for one font each, and whether it is the Chinese one. What has no direction of its
    own, spaces and marks, stays with what stands before it, and so do figures, where one font has
    to order them; from left to right they are the Chinese font's, since few others have them."""
    apart = _is_own(text) and base_direction(text) == "ltr"
    usual = unicodedata.bidirectional(text[:1] or " ") == "L" and _is_usual(text[:1])
    marked: list[tuple[str, bool]] = []
    for sign in text:
        if not _is_usual(sign):
            usual = False
        elif unicodedata.bidirectional(sign) == "L" or (apart and not sign.isspace()):
            usual = True
        marked.append((sign, usual))
    for is_usual, piece in groupby(marked, key=lambda mark: mark[1]):
        yield "".join(sign for sign, _ in piece), is_usual


def shaped_width(text: str, bold: bool) -> float:
    """Width of the longest line at 1 px type size."""
    lines = text.split("\n")
    return max(_line_width(line, bold, _REFERENCE_PX) for line in lines) / _REFERENCE_PX


def _line_width(line: str, bold: bool, size_px: float) -> float:
    return sum(_length(piece, usual, bold, size_px) for piece, usual in runs(line))


@lru_cache(maxsize=32768)
def _length(piece: str, usual: bool, bold: bool, size_px: float) -> float:
    return _font(piece, usual, bold, size_px).getlength(piece, direction=base_direction(piece))


def _font(piece: str, usual: bool, bold: bool, size_px: float) -> ImageFont.FreeTypeFont:
    fonts = _Running.fonts
    if fonts is None:
        raise RuntimeError("use_fonts comes first")
    files = fonts.hall if usual else _with_letters(piece, fonts)
    return _load(str(files.bold if bold else files.regular), size_px)


def _with_letters(piece: str, fonts: Fonts) -> FontFiles:
    """Boxes are drawn by the Chinese font where no font has these letters."""
    wanted = {ord(sign) for sign in piece if not _is_usual(sign)}
    return next((each for each in fonts.more if wanted <= _letters(str(each.regular))), fonts.hall)


@lru_cache(maxsize=8)
def _letters(file: str) -> frozenset[int]:
    from fontTools.ttLib import TTFont  # slow to import, and only further languages need it

    with TTFont(file, lazy=True) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=64)
def _load(file: str, size_px: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size_px, layout_engine=ImageFont.Layout.RAQM)


@dataclass(frozen=True, slots=True)
class Print:
    """How lines are drawn, in pixels; width None: as wide as they are."""

    size_px: float
    bold: bool
    colour: tuple[float, ...]
    align: str
    width: float | None
    line_height: float


def draw_lines(lines: Sequence[str], how: Print) -> Image.Image:
    stacked = _stacks("".join(lines))
    cell = how.size_px * max(_LINE * how.line_height, _STACKED_LINE if stacked else 0.0)
    below_middle = _STACKED_BASE if stacked else _BASE_BELOW_MIDDLE
    widths = [_line_width(line, how.bold, how.size_px) for line in lines]
    width = how.width or max(widths)
    size = (max(round(width + 0.5), 1), max(round(cell * len(lines)), 1))
    mask = Image.new("L", size)
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[how.align]
    for number, line in enumerate(lines):
        if line:
            base = cell * (number + 0.5) + how.size_px * below_middle
            _draw_line(mask, line, ((width - widths[number]) * share, base), how)
    ink = tuple(round(part * 255) for part in how.colour[:3])
    picture = Image.new("RGBA", size, (*ink, 0))
    picture.putalpha(mask.point(lambda alpha: round(alpha * how.colour[3])))
    return picture


def _draw_line(mask: Image.Image, line: str, start: tuple[float, float], how: Print) -> None:
    """Pieces follow one another in the direction of the line; inside a piece Raqm orders."""
    pieces = list(runs(line))
    if base_direction(line) == "rtl":
        pieces.reverse()
    (x, base), pen = start, ImageDraw.Draw(mask)
    for piece, usual in pieces:
        font, way = _font(piece, usual, how.bold, how.size_px), base_direction(piece)
        pen.text((x, base), piece, fill=255, font=font, anchor="ls", direction=way)
        x += _length(piece, usual, how.bold, how.size_px)


class ShapedLabel(Label):
    """Kivy's label; draws the scripts that Kivy cannot."""

    def texture_update(self, *largs: object) -> None:
        if not needs_shaping(self.text):
            super().texture_update(*largs)
            return
        colour = tuple(self.disabled_color if self.disabled else self.color)
        how = Print(
            self.font_size,
            self.bold,
            colour,
            self.halign if self.halign in ("center", "right") else "left",
            self.text_size[0],
            self.line_height,
        )
        picture = draw_lines(self.text.split("\n"), how)
        texture = Texture.create(size=picture.size, colorfmt="rgba")
        texture.blit_buffer(picture.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
        texture.flip_vertical()
        self.texture, self.texture_size = texture, list(texture.size)
