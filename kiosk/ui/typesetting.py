"""Labels that fit: Chinese line breaking, and type that shrinks a little before it is cut off.

Draws only; how lines break is `kiosk.ui.wrapping`.
"""

from __future__ import annotations

from functools import lru_cache

from kivy.clock import Clock
from kivy.core.text import Label as CoreLabel
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.label import Label

from kiosk.ui.wrapping import Measure, balanced, break_lines, keeps_words_whole

# Height of one line of Noto Sans CJK as a share of the type size.
FONT_LINE = 1.46
_REFERENCE_PX = 100
_STEP = 0.94


@lru_cache(maxsize=8192)
def _advance(sign: str, font: str, bold: bool) -> float:
    """Width of one character at 1 px type size."""
    core = CoreLabel(font_name=font, font_size=_REFERENCE_PX, bold=bold)
    return float(core.get_extents(sign)[0]) / _REFERENCE_PX


def text_width(text: str, font: str, bold: bool, size_px: float) -> float:
    """Pixels that one line of `text` takes."""
    return sum(_advance(sign, font, bold) for sign in text) * size_px


class Words(Label):
    """Words in a box. `fit` says which side gives way: the box's height, or the type's size.

    wish_px: wanted type size; floor_px: never smaller than this (0: 60 % of wish_px).
    """

    words = StringProperty("")
    wish_px = NumericProperty(30)
    floor_px = NumericProperty(0)
    leading = NumericProperty(1.3)
    fit = OptionProperty("box", options=["box", "height"])
    even = BooleanProperty(True)
    text_bottom = NumericProperty(0)
    one_line_share = NumericProperty(1.0)  # shrink so far before breaking into two lines
    natural_width = NumericProperty(0)  # of the whole text on one line at the wanted size
    align = OptionProperty("left", options=["left", "center", "right"])
    upright = OptionProperty("middle", options=["top", "middle", "bottom"])

    def __init__(self, **kwargs: object) -> None:
        self._trigger = Clock.create_trigger(self._set, -1)
        super().__init__(**kwargs)
        for name in ("words", "wish_px", "floor_px", "size", "fit", "bold", "font_name", "align"):
            self.fbind(name, self._later)
        for name in ("words", "wish_px", "bold", "font_name"):
            self.fbind(name, self._measure)
        self.fbind("pos", self._place)
        self._measure()
        self._later()

    def _measure(self, *_: object) -> None:
        width = text_width(self.words, self.font_name, self.bold, self.wish_px)
        # Hinting makes small type up to 3 % wider than measured at a large size.
        self.natural_width = width * 1.03 + 2

    def _later(self, *_: object) -> None:
        if self.fit == "height" and self.width > 1:
            self._set()
        else:
            self._trigger()

    def _measure_at(self, size_px: float) -> Measure:
        return lambda text: text_width(text, self.font_name, self.bold, size_px)

    def _lines(self, size_px: float) -> list[str]:
        width = max(self.width, 1) * 0.98
        breaking = balanced if self.even else break_lines
        return breaking(self.words, width, self._measure_at(size_px))

    def _fits(self, lines: list[str], size_px: float) -> bool:
        if not keeps_words_whole(self.words, self.width, self._measure_at(size_px)):
            return False
        tall = len(lines) * size_px * (self.leading if len(lines) > 1 else min(self.leading, 1.3))
        wide = max(text_width(line, self.font_name, self.bold, size_px) for line in lines)
        return bool(tall <= self.height and wide <= self.width * 1.001)

    def _set(self, *_: object) -> None:
        if not self.words:
            self.text = ""
            if self.fit == "height":
                self.height = 0
            return
        if self.width <= 1:
            return
        size_px, lines = self._sized()
        self.line_height = self.leading / FONT_LINE if len(lines) > 1 else 1.0
        self.font_size = size_px
        self.text_size = (self.width, None)
        self.halign = self.align
        self.text = "\n".join(lines)
        self.texture_update()
        if self.fit == "height":
            self.height = self.texture_size[1]
        self._place()

    def _sized(self) -> tuple[float, list[str]]:
        """The largest type between floor and wish whose lines fit, and these lines."""
        one_line_px = self.wish_px * min(self.width / max(self.natural_width, 1), 1)
        if one_line_px >= self.wish_px * self.one_line_share and "\n" not in self.words:
            size_px, lines = one_line_px, [self.words]
        else:
            size_px, lines = self.wish_px, self._lines(self.wish_px)
        if self.fit == "box":
            floor_px = self.floor_px or self.wish_px * 0.6
            while not self._fits(lines, size_px) and size_px * _STEP >= floor_px:
                size_px *= _STEP
                lines = self._lines(size_px)
        return size_px, lines

    def _place(self, *_: object) -> None:
        """Where the text stands in its box. Kivy's own way drops lines that lack half a pixel."""
        spare = self.height - self.texture_size[1]
        share = {"top": 1.0, "middle": 0.5, "bottom": 0.0}[self.upright]
        self.text_bottom = self.y + spare * (share if spare > 0 else 0.5)


class Figure(Label):
    """One short text as large as its box allows, up to most_px: the number."""

    words = StringProperty("")
    most_px = NumericProperty(400)

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        for name in ("words", "most_px", "size", "font_name", "bold"):
            self.fbind(name, self._set)
        self._set()

    def _set(self, *_: object) -> None:
        if not self.words or self.width <= 1 or self.height <= 1:
            return
        unit_width = text_width(self.words, self.font_name, self.bold, 1.0)
        self.font_size = max(min(self.width / unit_width, self.height / 1.1, self.most_px), 8)
        self.text = self.words
