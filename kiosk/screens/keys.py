"""A keyboard on the screen, row by row, from the keys' names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kivy.uix.widget import Widget

from kiosk.ui.mirror import BoxLayout
from kiosk.ui.widgets import KeypadKey

ERASE = "<"
# As on every telephone that people type pinyin with. A blank is half a key wide.
LETTERS = ("qwertyuiop", " asdfghjkl ", "  zxcvbnm<")
FIGURES = ("123", "456", "789", " 0<")


def fill_keyboard(
    box: BoxLayout,
    rows: Sequence[str],
    typed: Callable[[str], None],
    erased: Callable[[], None],
    type_dp: float = 52,
) -> None:
    """Adds a row for each text of `rows`; the key of a letter shows it in capitals."""
    for row in rows:
        line = BoxLayout(spacing=box.spacing, steady=True)
        for sign in row:
            line.add_widget(_key(sign, typed, erased, type_dp))
        box.add_widget(line)


def _key(
    sign: str, typed: Callable[[str], None], erased: Callable[[], None], type_dp: float
) -> Any:
    if sign == " ":
        return Widget(size_hint_x=0.5)
    if sign == ERASE:
        key = KeypadKey(slot="erase", icon_name="delete", type_dp=type_dp, size_hint_x=1.5)
        key.bind(on_release=lambda _: erased())
        return key
    key = KeypadKey(slot=f"key-{sign}", words=sign.upper(), type_dp=type_dp)
    key.bind(on_release=lambda _: typed(sign))
    return key
