"""Says what the screen asks for, one short sentence a screen, where the person wants it said.

Sound is never needed: the same stands on the screen. Nothing personal is said aloud but the number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kiosk.eligibility_words import check_words
from kiosk.feedback_words import feedback_spoken
from kiosk.flow.events import Language
from kiosk.flow.states import Paper, Place, State
from kiosk.opening_hours import is_closed
from kiosk.texts import Texts


class Guide(Protocol):
    """The newest sentence cuts off the one before; returns at once."""

    def say(self, text: str, language: str = "zh-CN") -> None: ...
    def hush(self) -> None: ...


def spoken_words(state: State, t: Texts) -> str:
    """What is said now; changes exactly when something new is to be said."""
    if state.warned:
        return t("voice.warning")
    if state.help_open:
        return t(f"voice.help_{state.help.value}")
    check = check_words(state, t) or feedback_spoken(state, t)
    if check is not None:
        return check
    ticket = state.session.ticket
    if state.place is Place.TICKET and ticket is not None:
        number = " ".join(ticket.number)
        return t("voice.ticket_again" if ticket.held_before else "voice.ticket", number=number)
    if state.place is Place.UNPRINTED and ticket is not None:
        unsure = state.session.paper is Paper.UNSURE
        key = "voice.unprinted_unsure" if unsure else "voice.unprinted"
        return t(key, number=" ".join(ticket.number))
    if state.place in (Place.HOME, Place.ATTRACT) and state.around.card_lies:
        return t("home.card_left")
    if state.place in (Place.HOME, Place.SERVICES) and is_closed(state.around):
        return t("voice.closed")
    return t(f"voice.{state.place.value}")


class Voice:
    """`heed` is shown every state, on the UI thread; the guide's own thread makes the sound."""

    def __init__(self, guide: Guide, texts: Callable[[Language], Texts]) -> None:
        self._guide, self._texts = guide, texts
        self._said: str | None = None

    def heed(self, state: State) -> None:
        quiet = state.place is Place.ATTRACT and not state.around.card_lies
        if not state.manner.spoken or quiet:
            if self._said is not None:
                self._guide.hush()
            self._said = None
            return
        texts = self._texts(state.manner.language).speaking
        words = spoken_words(state, texts)
        if words != self._said:
            self._said = words
            self._guide.say(words, texts.about.speech)
