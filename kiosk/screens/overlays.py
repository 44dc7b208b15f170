"""What lies over a screen: the help, and the question whether somebody is still there."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.events import (
    CallHelpTouched,
    HelpState,
    HelpTouched,
    HomeTouched,
    StillHere,
)
from kiosk.flow.states import State
from kiosk.screens.base import Emit, seconds_left
from kiosk.texts import Texts
from kiosk.ui.widgets import Veil


class Overlay(Veil):
    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        self.texts, self.emit = texts, emit
        super().__init__(**kwargs)
        self._trigger_layout()  # children from the rules came before the layout listened to them

    def show(self, state: State) -> None:
        """Draws what has changed."""


class HelpOverlay(Overlay):
    """news: what became of the call for a person; can_call: it may be made (again)."""

    news = StringProperty("")
    can_call = BooleanProperty(True)

    def show(self, state: State) -> None:
        self.can_call = state.help in (HelpState.NONE, HelpState.UNHEARD)
        self.news = self.texts(f"help.{state.help.value}")

    def call(self) -> None:
        self.emit(CallHelpTouched(str(uuid.uuid4())))

    def close(self) -> None:
        self.emit(HelpTouched())


class WarningOverlay(Overlay):
    text = StringProperty("")

    def show(self, state: State) -> None:
        self.text = self.texts("warning.text", seconds=seconds_left(state))

    def stay(self) -> None:
        self.emit(StillHere())

    def leave(self) -> None:
        self.emit(HomeTouched())
