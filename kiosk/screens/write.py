"""A suggestion in one's own words: what is written, characters to choose from, the keyboard."""

from __future__ import annotations

from functools import partial
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk.flow.events import BackTouched, SignTouched
from kiosk.flow.feedback import WRITTEN_AT_MOST
from kiosk.flow.signs import composes
from kiosk.flow.states import State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.keys import LETTERS, Keyboards
from kiosk.texts import Texts
from kiosk.ui.mirror import BoxLayout
from kiosk.ui.widgets import KeypadKey

CURSOR = "▏"
BLANK = " "


class WriteScreen(PlaceScreen):
    """written: with a mark where the next sign comes; count: how much of the room is taken."""

    title = StringProperty("")
    written = StringProperty("")
    empty = BooleanProperty(True)
    count = StringProperty("")
    strip: BoxLayout = ObjectProperty(None)
    marks: BoxLayout = ObjectProperty(None)
    keyboard: BoxLayout = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, keyboards: Keyboards, **kwargs: Any) -> None:
        self._latin: bool | None = None
        super().__init__(texts, emit, **kwargs)
        self._strip = keyboards.lay_strip(self.strip)
        keyboards.lay(self.keyboard, LETTERS)

    def show(self, state: State) -> None:
        text = state.session.feedback.written
        self.title = self.texts("write.title")
        self.empty = not text
        self.written = text + CURSOR if text else self.texts("write.hint")
        self.count = self.texts("write.count", count=len(text), most=WRITTEN_AT_MOST)
        self._strip.show(state)
        self._show_marks(not composes(state))

    def _show_marks(self, latin: bool) -> None:
        """Who writes characters needs no blanks."""
        if latin is self._latin:
            return
        self._latin = latin
        self.marks.clear_widgets()
        marks = [self._mark(mark, mark) for mark in self.texts("write.marks")]
        if latin:
            marks.insert(2, self._mark(BLANK, self.texts("write.blank"), share=3.0))
        for mark in marks:
            self.marks.add_widget(mark)

    def _mark(self, mark: str, words: str, share: float = 1.0) -> Widget:
        key = KeypadKey(slot=f"mark-{mark}", words=words, type_dp=44, size_hint_x=share)
        key.bind(on_release=partial(self._marked, mark))
        return key

    def _marked(self, mark: str, *_: object) -> None:
        self.emit(SignTouched(mark))

    def done(self) -> None:
        """Back to what is ticked: what was written stays."""
        self.emit(BackTouched())
