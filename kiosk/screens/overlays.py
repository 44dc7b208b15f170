"""What lies over a screen: the help, and the question whether somebody is still there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.events import (
    CallHelpTouched,
    HelpState,
    HelpTouched,
    HomeTouched,
    Language,
    LanguageChosen,
    StillHere,
)
from kiosk.flow.states import State
from kiosk.screens.base import Emit, seconds_left
from kiosk.texts import Texts
from kiosk.ui.mirror import BoxLayout
from kiosk.ui.widgets import SecondaryButton, Veil


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

    _body: BoxLayout

    def cover(self, body: BoxLayout) -> None:
        """The bars stay: who cannot read the help makes it larger, or has it in another tongue."""
        self._body = body
        self.spares_bars = True
        body.bind(pos=self._fit, size=self._fit)
        self._fit()

    def _fit(self, *_: object) -> None:
        self.veiled = (*self._body.pos, *self._body.size)

    def on_touch_down(self, touch: Any) -> bool:
        card = self.children[0]
        if not card.collide_point(*touch.pos) and not self._body.collide_point(*touch.pos):
            return False
        return bool(super().on_touch_down(touch))

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


class LanguageOverlay(Overlay):
    """Each language that is offered, by its own name. closed: called when none is chosen."""

    choices: BoxLayout = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, closed: Callable[[], None], **kwargs: Any) -> None:
        self._closed = closed
        super().__init__(texts, emit, **kwargs)

    def offer(self, languages: Sequence[Texts]) -> None:
        for each in languages:
            tag = each.language
            button = SecondaryButton(slot=f"language-{tag}", words=each.about.name)
            button.bind(on_release=partial(self._choose, tag))
            self.choices.add_widget(button)

    def _choose(self, language: Language, *_: object) -> None:
        self.emit(LanguageChosen(language))

    def close(self) -> None:
        self._closed()
