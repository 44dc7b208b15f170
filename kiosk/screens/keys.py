"""Keyboards on the screen, row by row, from the keys' names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.flow.events import EraseTouched, KeyTouched
from kiosk.screens.base import Emit
from kiosk.screens.signs import SignStrip
from kiosk.ui.mirror import BoxLayout
from kiosk.ui.widgets import KeypadKey

ERASE = "<"
# As on every telephone that people type pinyin with. A blank is half a key wide.
LETTERS = ("qwertyuiop", " asdfghjkl ", "  zxcvbnm<")
TYPE_DP = 52.0
GAP_DP, LETTERS_GAP_DP = 12.0, 10.0
FIGURES = ("123", "456", "789", " 0<")


class Keyboard(BoxLayout):
    """Rows of keys. gap_dp: between them."""

    gap_dp = NumericProperty(12)


class Keyboards:
    """Of one stage: a keyboard is made once, because nothing else takes as long to make, and lent
    to the screen that shows it. Its keys know nothing of who types."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._made: dict[tuple[str, ...], Keyboard] = {}
        self._strip: SignStrip | None = None

    def lay(self, box: BoxLayout, rows: Sequence[str]) -> None:
        """Into `box`, instead of what is there; the key of a letter shows it in capitals."""
        box.clear_widgets()
        box.add_widget(self._keyboard(tuple(rows)))

    def lay_strip(self, box: BoxLayout) -> SignStrip:
        """The strip of characters, into `box`, which grows with it."""
        strip = self._the_strip()
        box.clear_widgets()
        box.add_widget(strip)
        return strip

    def _the_strip(self) -> SignStrip:
        if self._strip is None:
            self._strip = SignStrip(self._emit)
        return self._strip

    def make_ahead(self) -> bool:
        """One that everybody may want; False when all are there."""
        missing = [rows for rows in (LETTERS, FIGURES) if rows not in self._made]
        if missing:
            self._keyboard(missing[0])
        elif self._strip is None:
            self._the_strip()
            return True
        return bool(missing)

    def _keyboard(self, rows: tuple[str, ...]) -> Keyboard:
        """A row for each text of `rows`; one that was made before, once it was taken back."""
        if rows not in self._made:
            self._made[rows] = self._make(rows)
        return self._made[rows]

    def take_back(self) -> None:
        """From the screen that goes: it must not live on with what was typed."""
        for keyboard in self._made.values():
            if keyboard.parent is not None:
                keyboard.parent.remove_widget(keyboard)
        if self._strip is not None:
            self._strip.forget()
            if self._strip.parent is not None:
                self._strip.parent.remove_widget(self._strip)

    def _make(self, rows: tuple[str, ...]) -> Keyboard:
        keyboard = Keyboard(gap_dp=LETTERS_GAP_DP if rows is LETTERS else GAP_DP)
        for row in rows:
            line = BoxLayout(spacing=keyboard.spacing, steady=True)
            for sign in row:
                line.add_widget(_key(sign, self._typed, self._erased))
            keyboard.add_widget(line)
        return keyboard

    def _typed(self, sign: str) -> None:
        self._emit(KeyTouched(sign))

    def _erased(self) -> None:
        self._emit(EraseTouched())


def _key(sign: str, typed: Callable[[str], None], erased: Callable[[], None]) -> Any:
    if sign == " ":
        return Widget(size_hint_x=0.5)
    if sign == ERASE:
        key = KeypadKey(slot="erase", icon_name="delete", type_dp=TYPE_DP, size_hint_x=1.5)
        key.bind(on_release=lambda _: erased())
        return key
    key = KeypadKey(slot=f"key-{sign}", words=sign.upper(), type_dp=TYPE_DP)
    key.bind(on_release=lambda _: typed(sign))
    return key
