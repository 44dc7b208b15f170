"""The number, as large as the screen allows, and all that its holder needs to know next."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.events import HomeTouched, StillHere, View
from kiosk.flow.facts import HallFacts, TicketFacts
from kiosk.flow.states import Paper, State
from kiosk.screens.base import seconds_left
from kiosk.screens.numbered import NumberedScreen
from kiosk.words import code_words, ticket_news, wait_words, when_words

_PAPER_TEXT = {
    Paper.PRINTED: "ticket.take_paper",
    Paper.UNSURE: "ticket.unsure_paper",
    Paper.FAILED: "ticket.no_paper",
    Paper.DECLINED: "ticket.no_paper",
    Paper.NONE: "ticket.no_paper",
}


def _printed_again(ticket: TicketFacts, state: State) -> bool:
    """Its holder looked it up and wanted one more paper, and nothing speaks against that one."""
    known = any(each.id == ticket.id for each in state.session.found)
    came_out = state.session.paper in (Paper.PRINTED, Paper.UNSURE)
    return known and came_out and not ticket.beyond_waiting


class TicketScreen(NumberedScreen):
    """follow_base: public address that the ticket's path is put behind for the QR code."""

    follow_base = StringProperty("")
    title = StringProperty("")
    again = BooleanProperty(False)
    guidance = StringProperty("")
    guidance_icon = StringProperty("armchair")
    card_reminder = StringProperty("")
    countdown = StringProperty("")
    home_words = StringProperty("")
    qr = StringProperty("")
    code_words = StringProperty("")

    def show(self, state: State) -> None:
        ticket = state.session.ticket
        if ticket is None:
            return
        self._show_ticket(ticket, state)
        self.guidance_icon = "arrow-right" if ticket.beyond_waiting else "armchair"
        self.guidance = self._guidance(ticket, state.session.paper)
        self.card_reminder = self.texts("ticket.card") if state.around.card_lies else ""
        left_s = seconds_left(state)
        self.countdown = self.texts("ticket.going_home", seconds=left_s)
        self.home_words = self.texts("ticket.home_in", seconds=left_s)

    def _show_ticket(self, ticket: TicketFacts, state: State) -> None:
        again = _printed_again(ticket, state)
        self.again = (ticket.held_before or ticket.beyond_waiting) and not again
        self.title = self.texts("found.did_print") if again else ticket_news(ticket, self.texts)
        self.show_number(ticket, state.around.hall)
        self.wait = self._wait(ticket, state.around.hall)
        if ticket.deferred_until:
            self.ahead = ""
        # Large type needs the room, and the paper carries the same code.
        large = state.manner.view is View.ELDER
        no_room = large and (state.session.paper is Paper.PRINTED or state.manner.low)
        wanted = bool(ticket.follow_path) and not no_room
        self.qr = self.follow_base + ticket.follow_path if wanted else ""
        self.code_words = code_words(ticket, self.texts) if wanted else ""

    def _guidance(self, ticket: TicketFacts, paper: Paper) -> str:
        if ticket.beyond_waiting:
            return self.texts(f"ticket.{ticket.status}_guidance")
        return self.texts(_PAPER_TEXT[paper])

    def _wait(self, ticket: TicketFacts, hall: HallFacts | None) -> str:
        """Whoever is beyond waiting is told of no wait."""
        if ticket.beyond_waiting:
            return ""
        unknown = "offline.wait" if ticket.offline else "ticket.wait_unknown"
        if ticket.deferred_until:
            return self.texts(
                "found.deferred", when=when_words(ticket.deferred_until, hall, self.texts)
            )
        return wait_words(ticket.wait, self.texts, ticket.people_ahead) or self.texts(unknown)

    def stay(self) -> None:
        self.emit(StillHere())

    def done(self) -> None:
        self.emit(HomeTouched())
