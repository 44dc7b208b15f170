"""A number without paper: it stands large with its QR code; keep it or cancel it."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.events import CancelTouched, KeepTouched
from kiosk.flow.states import Paper, State
from kiosk.screens.base import PlaceScreen, seconds_left
from kiosk.words import code_words


class UnprintedScreen(PlaceScreen):
    """follow_base: public address that the ticket's path is put behind for the QR code."""

    follow_base = StringProperty("")
    title = StringProperty("")
    number = StringProperty("")
    text = StringProperty("")
    qr = StringProperty("")
    code_words = StringProperty("")
    countdown = StringProperty("")
    urgent = BooleanProperty(False)

    def show(self, state: State) -> None:
        ticket = state.session.ticket
        if ticket is None:
            return
        self.number = ticket.number
        unsure = state.session.paper is Paper.UNSURE
        self.title = self.texts("unprinted.title_unsure" if unsure else "unprinted.title")
        key = "unprinted.text_unsure" if unsure else "unprinted.text"
        self.text = self.texts(key, number=ticket.number)
        self.qr = self.follow_base + ticket.follow_path if ticket.follow_path else ""
        self.code_words = code_words(ticket, self.texts)
        left_s = seconds_left(state)
        stays = ticket.held_before or unsure
        key = "unprinted.countdown_keep" if stays else "unprinted.countdown"
        self.countdown = self.texts(key, seconds=left_s)
        self.urgent = left_s <= state.limits.warning_s

    def keep(self) -> None:
        self.emit(KeepTouched())

    def cancel(self) -> None:
        self.emit(CancelTouched())
