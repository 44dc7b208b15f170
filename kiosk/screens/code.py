"""Figures typed in with large keys: an appointment's code, a ticket's, a phone number. Draws and
emits only."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.gridlayout import GridLayout

from kiosk.flow.events import CodeTouched, DigitTouched, EraseTouched, Event
from kiosk.flow.feedback import CODE_SIGNS, PHONE_SIGNS, CodeGiven, PhoneGiven
from kiosk.flow.feedback_moves import is_phone
from kiosk.flow.moves import CODE_DIGITS, PHONE_DIGITS
from kiosk.flow.states import Link, Place, State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.texts import Texts
from kiosk.ui.widgets import KeypadKey

ROWS = ("123", "456", "789", " 0<")
ERASE = "<"


@dataclass(frozen=True, slots=True)
class Typing:
    """What is typed in. words: the key under which title, text and the button's words stand; text:
    the key of another text than its own; most: places shown; sent: made anew at each touch."""

    words: str
    typed: str
    most: int
    ready: bool
    sent: Callable[[], Event]
    text: str = ""


def _code(state: State) -> Typing:
    code = state.session.code
    ready = len(code) in (PHONE_DIGITS, CODE_DIGITS)
    text = "code.text_no_reader" if state.around.reader is Link.DOWN else ""
    return Typing("code", code, CODE_DIGITS, ready, lambda: CodeTouched(str(uuid.uuid4())), text)


def _phone(state: State) -> Typing:
    phone = state.session.feedback.phone
    return Typing("phone", phone, PHONE_SIGNS, is_phone(phone), PhoneGiven)


def _review_code(state: State) -> Typing:
    code = state.session.feedback.code
    ready = len(code) == CODE_SIGNS
    return Typing("rate_code", code, CODE_SIGNS, ready, lambda: CodeGiven(str(uuid.uuid4())))


TYPINGS: dict[Place, Callable[[State], Typing]] = {
    Place.CODE: _code,
    Place.PHONE: _phone,
    Place.RATE_CODE: _review_code,
}


class CodeScreen(PlaceScreen):
    """digits: what stands there, a place for each that may come; ready: it may be sent."""

    title = StringProperty("")
    lead = StringProperty("")
    send_words = StringProperty("")
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
        typing = self._typing = TYPINGS[state.place](state)
        self.title = self.texts(f"{typing.words}.title")
        self.lead = self.texts(typing.text or f"{typing.words}.text")
        self.send_words = self.texts(f"{typing.words}.send")
        self.digits = " ".join(typing.typed.ljust(typing.most, "·"))
        self.ready = typing.ready

    def send(self) -> None:
        self.emit(self._typing.sent())
