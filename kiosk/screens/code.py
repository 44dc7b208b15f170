"""The code of an appointment is typed in with large keys. Draws and emits only."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.flow.events import CodeTouched, DigitTouched, EraseTouched
from kiosk.flow.moves import CODE_DIGITS, PHONE_DIGITS
from kiosk.flow.states import State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.texts import Texts
from kiosk.ui.widgets import KeypadKey

ROWS = ("123", "456", "789", " 0<")
ERASE = "<"


class CodeScreen(PlaceScreen):
    """digits: what stands there, a place for each that may come; ready: it may be sent."""

    digits = StringProperty("")
    ready = BooleanProperty(False)

    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        super().__init__(texts, emit, **kwargs)
        keypad: GridLayout = self.ids.keypad
        for key in "".join(ROWS):
            keypad.add_widget(self._key(key))

    def _key(self, key: str) -> KeypadKey:
        if key == " ":
            return KeypadKey(disabled=True, opacity=0)
        made = KeypadKey(slot=f"key-{key}")
        if key == ERASE:
            made.icon_name = "delete"
            made.slot = "erase"
            made.bind(on_release=lambda _: self.emit(EraseTouched()))
        else:
            made.words = key
            made.bind(on_release=lambda _: self.emit(DigitTouched(key)))
        return made

    def show(self, state: State) -> None:
        code = state.session.code
        self.digits = " ".join(code.ljust(CODE_DIGITS, "·"))
        self.ready = len(code) in (PHONE_DIGITS, CODE_DIGITS)

    def send(self) -> None:
        self.emit(CodeTouched(str(uuid.uuid4())))
