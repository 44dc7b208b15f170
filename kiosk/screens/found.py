"""My ticket as it stands now, and what its holder may ask for. Draws and emits only."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.events import ActTouched, HomeTouched, PageTouched, TicketAct
from kiosk.flow.facts import TicketFacts
from kiosk.flow.mine_moves import acts_for
from kiosk.flow.states import State
from kiosk.screens.base import Emit
from kiosk.screens.numbered import NumberedScreen
from kiosk.texts import Texts
from kiosk.ui.widgets import PrimaryButton, SecondaryButton, TileGrid
from kiosk.words import found_news, wait_words

_ICONS = {
    TicketAct.DEFER: "timer",
    TicketAct.RESUME: "play",
    TicketAct.REJOIN: "rotate-ccw",
    TicketAct.PRINT: "printer",
    TicketAct.CANCEL: "x",
}
# What somebody with such a ticket came for.
_WANTED = (TicketAct.REJOIN, TicketAct.RESUME)


class FoundScreen(NumberedScreen):
    """title: how it stands; hint: what that means, or why less is offered."""

    title = StringProperty("")
    hint = StringProperty("")
    good = BooleanProperty(True)
    others = StringProperty("")
    acts: TileGrid = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        self._offered: tuple[TicketAct, ...] | None = None
        super().__init__(texts, emit, **kwargs)

    def show(self, state: State) -> None:
        ticket = state.session.ticket
        if ticket is None:
            return
        self._show_ticket(ticket, state)
        count = len(state.session.found)
        self.others = (
            self.texts("found.others", page=state.page + 1, count=count) if count > 1 else ""
        )
        self._show_acts(acts_for(ticket, state.session.by_number))

    def _show_ticket(self, ticket: TicketFacts, state: State) -> None:
        self.title = found_news(ticket, state.session.did, state.around.hall, self.texts)
        self.good = ticket.status in ("waiting", "called", "serving")
        self.hint = self.texts("found.by_number") if state.session.by_number else ""
        self.show_number(ticket, state.around.hall)
        queues = ticket.status == "waiting" and not ticket.deferred_until
        self.wait = wait_words(ticket.wait, self.texts, ticket.people_ahead) if queues else ""
        if ticket.deferred_until:
            self.ahead = ""
        lies = state.around.card_lies and not self.hint
        self.hint = self.texts("ticket.card") if lies else self.hint

    def _show_acts(self, offered: tuple[TicketAct, ...]) -> None:
        if offered == self._offered:
            return
        self._offered = offered
        self.acts.clear_widgets()
        for act in offered:
            kind = PrimaryButton if act in _WANTED else SecondaryButton
            button = kind(
                slot=f"act-{act.value}",
                words=self.texts(f"found.{act.value}"),
                icon_name=_ICONS[act],
            )
            button.bind(on_release=lambda _, act=act: self._act(act))
            self.acts.add_widget(button)

    def _act(self, act: TicketAct) -> None:
        self.emit(ActTouched(act, str(uuid.uuid4())))

    def turn_page(self) -> None:
        self.emit(PageTouched())

    def done(self) -> None:
        self.emit(HomeTouched())
