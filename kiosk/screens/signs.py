"""The strip of characters and words above the keyboard, and the keys that turn it."""

from __future__ import annotations

from typing import Any

from kivy.properties import NumericProperty
from kivy.uix.widget import Widget

from kiosk.flow.events import SignsTurned, SignTouched
from kiosk.flow.signs import CELLS, TURNING, Page, cells, page_shown, pages, rows_of
from kiosk.flow.states import State
from kiosk.screens.base import Emit
from kiosk.ui.mirror import BoxLayout
from kiosk.ui.widgets import KeypadKey

TYPE_DP = 48.0
USUALLY = 14  # keys that are there before anybody types: making one takes longer than a touch may


class SignStrip(BoxLayout):
    """rows: how many stand one below the other, empty or not, so that no key below moves. Its keys
    are used again and again; `forget` takes the words off them."""

    rows = NumericProperty(-1)

    def __init__(self, emit: Emit, **kwargs: Any) -> None:
        self._emit = emit
        self._shown: tuple[Page, bool, bool, int] | None = None
        super().__init__(**kwargs)
        self._keys = [self._new_key() for _ in range(USUALLY)]
        self._before = self._turning_key("signs-before", "chevron-left", False)
        self._after = self._turning_key("signs-after", "chevron-right", True)

    def show(self, state: State) -> None:
        shown, count = page_shown(state), len(pages(state))
        page = min(state.session.signs_page, max(count - 1, 0))
        wanted = (shown, page > 0, page < count - 1, rows_of(state))
        if wanted == self._shown:
            return
        self._shown = wanted
        self.rows = rows_of(state)
        self._clear()
        spare = iter(self._keys_for(sum(map(len, shown))))
        for number in range(self.rows):
            keys = [(next(spare), word) for word in (shown[number] if number < len(shown) else ())]
            turns = number == self.rows - 1 and count > 1
            self.add_widget(self._row(keys, CELLS[state.manner.view], turns))

    def forget(self) -> None:
        """Who typed has gone."""
        self._clear()
        self._shown = None
        for key in self._keys:
            key.words = key.slot = ""

    def _clear(self) -> None:
        for row in self.children:
            row.clear_widgets()
        self.clear_widgets()

    def _keys_for(self, count: int) -> list[KeypadKey]:
        self._keys += [self._new_key() for _ in range(count - len(self._keys))]
        return self._keys

    def _row(self, keys: list[tuple[KeypadKey, str]], room: float, turns: bool) -> BoxLayout:
        row = BoxLayout(spacing=self.spacing, steady=True)
        for key, word in keys:
            key.slot, key.words, key.size_hint_x = f"sign-{word}", word, cells(word)
            row.add_widget(key)
        left = room - sum(cells(word) for _, word in keys) - (TURNING if turns else 0)
        if left > 0:
            row.add_widget(Widget(size_hint_x=left))
        if turns:
            _, before, after, _ = self._shown or ((), False, False, 0)
            for key, may in ((self._before, before), (self._after, after)):
                key.disabled, key.opacity = not may, 1 if may else 0
                row.add_widget(key)
        return row

    def _new_key(self) -> KeypadKey:
        key = KeypadKey(type_dp=TYPE_DP)
        key.bind(on_release=lambda pressed: self._emit(SignTouched(pressed.words)))
        return key

    def _turning_key(self, slot: str, icon: str, forward: bool) -> KeypadKey:
        key = KeypadKey(slot=slot, icon_name=icon, type_dp=TYPE_DP, size_hint_x=TURNING / 2)
        key.bind(on_release=lambda _: self._emit(SignsTurned(forward)))
        return key
