"""Waiting for a machine: a picture of what happens, a ring after a second, a way out."""

from __future__ import annotations

from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.flow.events import HomeTouched
from kiosk.flow.states import Place, State, limit_of
from kiosk.screens.base import PlaceScreen

RING_AFTER_S = 1.0


class BusyScreen(PlaceScreen):
    """For starting, reading, checking, issuing, printing and cancelling."""

    place = StringProperty("")
    title = StringProperty("")
    hint = StringProperty("")
    number = StringProperty("")
    share = NumericProperty(0.0)
    ring = BooleanProperty(False)
    can_leave = BooleanProperty(False)
    leave_words = StringProperty("")
    leave_icon = StringProperty("house")

    def show(self, state: State) -> None:
        self.place = state.place.value
        delayed = state.place is Place.ISSUING and state.session.delayed
        about = f"{state.place.value}.title"
        if state.place is Place.LOOKING and state.session.asked_from is Place.FOUND:
            about = "looking.title_act"
        self.title = self.texts("issuing.delayed" if delayed else about)
        self.hint = self.texts("issuing.delayed_text" if delayed else f"{state.place.value}.text")
        ticket = state.session.ticket
        self.number = ticket.number if ticket and state.place is Place.PRINTING else ""
        self.ring = state.busy_s >= RING_AFTER_S
        self.share = self._share(state) if self.ring else 0.0
        self.can_leave = self.ring and state.place is Place.ISSUING
        self.leave_words = self.texts("issuing.leave")

    def _share(self, state: State) -> float:
        """How much of the time given is gone; of an open wait, how much of the present minute."""
        return min(state.busy_s / (limit_of(state) or 60.0), 0.97)

    def leave(self) -> None:
        self.emit(HomeTouched())
