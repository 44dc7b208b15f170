"""Layouts that stand the other way round in languages written from right to left.

One switch for the process, turned by `kiosk.ui.rules` before a stage is made: a stage is made anew
for each language.
"""

from __future__ import annotations

from typing import Any

from kivy.factory import Factory
from kivy.properties import BooleanProperty
from kivy.uix.boxlayout import BoxLayout as KivyBoxLayout

_TURNED_ICONS = {
    "arrow-left": "arrow-right",
    "arrow-right": "arrow-left",
    "chevron-left": "chevron-right",
    "chevron-right": "chevron-left",
}
_SIDES = {"left": "right", "right": "left"}


class _Mirror:
    on = False


def set_mirrored(on: bool) -> None:
    _Mirror.on = on


def is_mirrored() -> bool:
    return _Mirror.on


def side(align: str) -> str:
    """Where text that begins at `align` begins now."""
    return _SIDES.get(align, align) if _Mirror.on else align


def turned_icon(name: str) -> str:
    """The icon that points the same way in reading: an arrow back points back."""
    return _TURNED_ICONS.get(name, name) if _Mirror.on else name


class BoxLayout(KivyBoxLayout):
    """Kivy's, whose rows begin at the right where the language does. steady: rows that never turn,
    such as digits of a keypad."""

    steady = BooleanProperty(False)

    def do_layout(self, *largs: Any) -> None:
        super().do_layout(*largs)
        if _Mirror.on and not self.steady and self.orientation == "horizontal":
            for child in self.children:
                child.x = self.x + self.right - child.right


# `BoxLayout` in the rules is this one too.
Factory.unregister("BoxLayout")
Factory.register("BoxLayout", cls=BoxLayout)
