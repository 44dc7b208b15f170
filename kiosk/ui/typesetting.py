"""Labels that fit: Chinese line breaking, and type that shrinks a little before it is cut off.

Draws only; how lines break is `kiosk.ui.wrapping`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from kivy.clock import Clock
from kivy.core.text import Label as CoreLabel
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty

from kiosk.ui.mirror import side
from kiosk.ui.shaping import (
    ShapedLabel,
    forget_shapes,
    least_line,
    needs_shaping,
    shaped_width,
)
from kiosk.ui.wrapping import Measure, balanced, break_lines, keeps_words_whole

# Height of one line of Noto Sans CJK as a share of the type size.
FONT_LINE = 1.46
_REFERENCE_PX = 100
_STEP = 0.94
# A word that would be cut in two is worse than type that is a little smaller than it should be: so
# much of the least size is enough then. The least sizes of large type allow for it.
_FLOOR_FOR_WORDS = 0.78


# Signs of one width in every Chinese font: only one of them is measured, or each new person's name
# would leave two or three behind for ever.
_ONE_WIDTH = range(0x3400, 0xA000)
_ONE_OF_THEM = chr(0x4E00)


def _advance(sign: str, font: str, bold: bool) -> float:
    """Width of one character at 1 px type size."""
    return _measured_advance(_ONE_OF_THEM if ord(sign) in _ONE_WIDTH else sign, font, bold)


@lru_cache(maxsize=2048)
def _measured_advance(sign: str, font: str, bold: bool) -> float:
    core = CoreLabel(font_name=font, font_size=_REFERENCE_PX, bold=bold)
    return float(core.get_extents(sign)[0]) / _REFERENCE_PX


class _Lasting:
    of_texts: frozenset[str] = frozenset()
    of_hall: frozenset[str] = frozenset()


def keep_texts(words: frozenset[str]) -> None:
    """Words that stand in a language's file, so nobody's: their setting outlasts a visit."""
    _Lasting.of_texts = words


def keep_hall_words(words: frozenset[str]) -> None:
    """The same for the hall's own names, until it tells others."""
    _Lasting.of_hall = words


def _is_lasting(words: str) -> bool:
    """Single letters and digits stand on keys, a single Chinese sign may come from a name."""
    is_key = len(words) <= 1 and words.isascii()
    return is_key or words in _Lasting.of_texts or words in _Lasting.of_hall


def _width(text: str, font: str, bold: bool) -> float:
    """At 1 px type size; the same words are measured again and again at many sizes."""
    measure = _width_of_lasting if _is_lasting(text) else _width_of_passing
    return measure(text, font, bold)


@lru_cache(maxsize=8192)
def _width_of_lasting(text: str, font: str, bold: bool) -> float:
    return _sum_of_signs(text, font, bold)


@lru_cache(maxsize=32768)
def _width_of_passing(text: str, font: str, bold: bool) -> float:
    return _sum_of_signs(text, font, bold)


def _sum_of_signs(text: str, font: str, bold: bool) -> float:
    if needs_shaping(text):
        return shaped_width(text, bold)
    return sum(_advance(sign, font, bold) for sign in text)


def text_width(text: str, font: str, bold: bool, size_px: float) -> float:
    """Pixels that one line of `text` takes."""
    return _width(text, font, bold) * size_px


def whole_px(size_px: float) -> int:
    """The type size that is drawn: letters are drawn in whole pixels, but each other number opens
    the font again (2.5 MiB and 2 ms, up to 64 times)."""
    return int(size_px)


def forget_words() -> None:
    """What was set and measured may have been somebody's name."""
    _width_of_passing.cache_clear()
    _set_passing.cache_clear()
    forget_shapes()


@dataclass(frozen=True, slots=True)
class Setting:
    """How words are to stand in a box, in pixels. height None: it follows the text."""

    words: str
    font: str
    bold: bool
    even: bool
    width: float
    height: float | None
    wish_px: float
    floor_px: float
    leading: float
    one_line_share: float
    natural_width: float


def set_words(box: Setting) -> tuple[float, tuple[str, ...]]:
    """The largest type between floor and wish whose lines fit, and these lines."""
    return _set_lasting(box) if _is_lasting(box.words) else _set_passing(box)


@lru_cache(maxsize=4096)
def _set_lasting(box: Setting) -> tuple[float, tuple[str, ...]]:
    return _set(box)


@lru_cache(maxsize=4096)
def _set_passing(box: Setting) -> tuple[float, tuple[str, ...]]:
    return _set(box)


def _set(box: Setting) -> tuple[float, tuple[str, ...]]:
    one_line_px = box.wish_px * min(box.width / max(box.natural_width, 1), 1)
    if one_line_px >= box.wish_px * box.one_line_share and "\n" not in box.words:
        size_px, lines = one_line_px, [box.words]
    else:
        size_px, lines = box.wish_px, _lines(box, box.wish_px)
    while box.height is not None and size_px * _STEP >= box.floor_px:
        if _fits(box, box.height, lines, size_px):
            break
        size_px *= _STEP
        lines = _lines(box, size_px)
    while size_px * _STEP >= box.floor_px * _FLOOR_FOR_WORDS and not _whole(box, size_px):
        size_px *= _STEP
        lines = _lines(box, size_px)
    return size_px, tuple(lines)


def _whole(box: Setting, size_px: float) -> bool:
    return keeps_words_whole(box.words, box.width * 0.98, _measure_at(box, size_px))


def _measure_at(box: Setting, size_px: float) -> Measure:
    return lambda text: text_width(text, box.font, box.bold, size_px)


def _lines(box: Setting, size_px: float) -> list[str]:
    breaking = balanced if box.even else break_lines
    return breaking(box.words, max(box.width, 1) * 0.98, _measure_at(box, size_px))


def _fits(box: Setting, height: float, lines: list[str], size_px: float) -> bool:
    measure = _measure_at(box, size_px)
    if not keeps_words_whole(box.words, box.width, measure):
        return False
    leading = box.leading if len(lines) > 1 else min(box.leading, 1.3)
    tall = len(lines) * size_px * max(leading, least_line(box.words))
    return tall <= height and max(map(measure, lines)) <= box.width * 1.001


class Words(ShapedLabel):
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
        for name in ("words", "wish_px", "bold", "font_name"):
            self.fbind(name, self._measure)  # first: how words are set depends on their width
        for name in ("words", "wish_px", "floor_px", "size", "fit", "bold", "font_name", "align"):
            self.fbind(name, self._later)
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
        self.font_size = whole_px(size_px)
        self.text_size = (self.width, None)
        self.halign = side(self.align)
        self.text = "\n".join(lines)
        self.texture_update()
        if self.fit == "height":
            self.height = self.texture_size[1]
        self._place()

    def _sized(self) -> tuple[float, tuple[str, ...]]:
        return set_words(
            Setting(
                self.words,
                self.font_name,
                self.bold,
                self.even,
                self.width,
                self.height if self.fit == "box" else None,
                self.wish_px,
                self.floor_px or self.wish_px * 0.6,
                self.leading,
                self.one_line_share,
                self.natural_width,
            )
        )

    def _place(self, *_: object) -> None:
        """Where the text stands in its box. Kivy's own way drops lines that lack half a pixel."""
        spare = self.height - self.texture_size[1]
        share = {"top": 1.0, "middle": 0.5, "bottom": 0.0}[self.upright]
        self.text_bottom = self.y + spare * (share if spare > 0 else 0.5)


class Figure(ShapedLabel):
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
        wish_px = min(self.width / unit_width, self.height / 1.1, self.most_px)
        self.font_size = max(whole_px(wish_px), 8)
        self.text = self.words
