"""Whose check: lay the card down, or type the number. The number is shown as dots but its end."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.eligibility import ID_LENGTH, ToWindowTouched
from kiosk.flow.events import FindTouched
from kiosk.flow.states import Link, State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.keys import Keyboards
from kiosk.texts import Texts
from kiosk.ui.mirror import BoxLayout

KEYS = ("123", "456", "789", "X0<")
OPEN_END = 4  # so many signs stand there to be checked


class WhoScreen(PlaceScreen):
    """number: what was typed; ready: it is as long as it must be."""

    number = StringProperty("")
    hint = StringProperty("")
    ready = BooleanProperty(False)
    reader_up = BooleanProperty(True)
    held = BooleanProperty(False)
    keys: BoxLayout = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, keyboards: Keyboards, **kwargs: Any) -> None:
        super().__init__(texts, emit, **kwargs)
        keyboards.lay(self.keys, KEYS)

    def show(self, state: State) -> None:
        code = state.session.code
        self.number = masked(code)
        self.ready = len(code) == ID_LENGTH
        self.reader_up = state.around.reader is not Link.DOWN
        self.held = state.around.card_lies
        self.hint = self._hint(state)

    def _hint(self, state: State) -> str:
        if not self.reader_up:
            return self.texts("pension.no_reader")
        if state.session.eligibility.misread:
            return self.texts("pension.misread")
        return self.texts("pension.reading" if self.held else "pension.card")

    def find(self) -> None:
        self.emit(FindTouched(str(uuid.uuid4())))

    def to_window(self) -> None:
        self.emit(ToWindowTouched(str(uuid.uuid4())))


def masked(code: str) -> str:
    """All but the last four as dots, in groups of 6, 4, 4 and 4 as on the card."""
    shown = "●" * max(len(code) - OPEN_END, 0) + code[-OPEN_END:] if code else ""
    padded = shown.ljust(ID_LENGTH, "·")
    return " ".join((padded[:6], padded[6:10], padded[10:14], padded[14:]))
