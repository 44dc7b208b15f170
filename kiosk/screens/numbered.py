"""What the screens that show a ticket have in common: its number and what stands around it."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.flow.facts import HallFacts, TicketFacts
from kiosk.screens.base import PlaceScreen
from kiosk.words import ahead_words, class_words, ticket_service_name, ticket_where


class NumberedScreen(PlaceScreen):
    """wait is the screen's own: each has other words for one that nobody can tell."""

    number = StringProperty("")
    service = StringProperty("")
    class_label = StringProperty("")
    ahead = StringProperty("")
    wait = StringProperty("")
    windows = StringProperty("")

    def show_number(self, ticket: TicketFacts, hall: HallFacts | None) -> None:
        self.number = ticket.number
        self.service = ticket_service_name(ticket, self.texts.language)
        self.class_label = class_words(ticket, hall, self.texts)
        self.ahead = ahead_words(ticket.people_ahead, self.texts)
        self.windows = ticket_where(ticket, self.texts)
