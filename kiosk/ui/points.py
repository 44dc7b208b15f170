"""Points of a text, each a row of its own with its sign in a column, all in one size of type.

Draws only; how lines break is `kiosk.ui.wrapping`.
"""

from __future__ import annotations

from kivy.clock import Clock
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.ui.mirror import BoxLayout
from kiosk.ui.typesetting import Setting, Words, set_words, text_width, whole_px

_SIGN = "·"
_SIGN_SHARE = 0.9  # of the type size: the column's width
_STEP = 0.95
_GAP = 0.28  # of the type size, between two points
_FONT = "Hall"


class PointList(BoxLayout):
    """words: a point on each line. The largest type between floor_px and wish_px at which all
    points fit; never smaller than floor_px."""

    words = StringProperty("")
    wish_px = NumericProperty(40)
    floor_px = NumericProperty(20)
    leading = NumericProperty(1.35)

    def __init__(self, **kwargs: object) -> None:
        self._trigger = Clock.create_trigger(self._lay, -1)
        super().__init__(orientation="vertical", **kwargs)
        for name in ("words", "wish_px", "floor_px", "leading", "size"):
            self.fbind(name, self._trigger)

    def _lay(self, *_: object) -> None:
        self.clear_widgets()
        points = [point for point in self.words.split("\n") if point]
        if not points or self.width <= 1 or self.height <= 1:
            return
        size_px = self._size_px(points)
        self.spacing = size_px * _GAP
        for point in points:
            self.add_widget(self._row(point, size_px))
        self.add_widget(Widget())

    def _size_px(self, points: list[str]) -> int:
        size_px = self.wish_px
        while size_px * _STEP >= self.floor_px and self._tall(points, size_px) > self.height:
            size_px *= _STEP
        return whole_px(size_px)

    def _tall(self, points: list[str], size_px: float) -> float:
        """What all points take at this size."""
        rows = sum(self._row_px(point, size_px) for point in points)
        return rows + size_px * _GAP * len(points)

    def _row_px(self, point: str, size_px: float) -> float:
        width = max(self.width - size_px * _SIGN_SHARE, 1)
        natural = text_width(point, _FONT, False, size_px) * 1.03 + 2
        box = Setting(
            point, _FONT, False, True, width, None, size_px, size_px, self.leading, 1.0, natural
        )
        return float(len(set_words(box)[1]) * size_px * self.leading) + 2

    def _row(self, point: str, size_px: float) -> BoxLayout:
        height = self._row_px(point, size_px)
        row = BoxLayout(size_hint_y=None, height=height)
        kind = {"wish_px": size_px, "floor_px": size_px * 0.9, "leading": self.leading}
        kind["upright"] = "top"
        row.add_widget(Words(words=_SIGN, size_hint_x=None, width=size_px * _SIGN_SHARE, **kind))
        row.add_widget(Words(words=point, **kind))
        return row
