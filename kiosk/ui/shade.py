"""A black veil over the whole picture, for screens whose light cannot be turned down."""

from __future__ import annotations

from typing import Any

from kivy.graphics import Color, Rectangle


class Shade:
    """Lies over everything in `widget` and catches no touch."""

    def __init__(self, widget: Any) -> None:
        with widget.canvas.after:
            self._colour = Color(0, 0, 0, 0)
            self._veil = Rectangle(pos=widget.pos, size=widget.size)
        widget.bind(pos=self._lay, size=self._lay)

    def show(self, percent: int) -> None:
        """Of the picture's own brightness; what does not change is not drawn anew."""
        alpha = 1 - percent / 100
        if self._colour.a != alpha:
            self._colour.a = alpha

    def _lay(self, widget: Any, *_: object) -> None:
        self._veil.pos, self._veil.size = widget.pos, widget.size
