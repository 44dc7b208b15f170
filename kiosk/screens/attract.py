"""Nobody is here: what the hall does, when it is open, how many wait; while it is closed, until
when, and what can be done. One touch, and home.
"""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.flow.events import StillHere
from kiosk.flow.states import Link, State
from kiosk.opening_hours import hours_words, is_closed, opens_words, still_possible
from kiosk.screens.base import PlaceScreen
from kiosk.screens.hints import notice_words
from kiosk.words import in_language, service_name


class AttractScreen(PlaceScreen):
    title = StringProperty("")
    lead = StringProperty("")
    touch = StringProperty("")
    services = StringProperty("")
    hours = StringProperty("")
    waiting = StringProperty("")
    notice = StringProperty("")

    def show(self, state: State) -> None:
        hall = state.around.hall
        if hall is None:
            return
        comma = self.texts("list.comma")
        self._show_head(state)
        names = [service_name(service, self.texts.language) for service in hall.services]
        self.services = "" if is_closed(state.around) else comma.join(names)
        hours = hours_words(hall.hours, self.texts)
        self.hours = self.texts("attract.hours", hours=hours) if hours else ""
        known = state.around.server is Link.UP and hall.open
        self.waiting = self._waiting(hall.waiting) if known else ""
        if state.around.card_lies:
            self.notice = self.texts("home.card_left")
            return
        own = in_language(hall.notice, hall.notice_en, self.texts.language)
        self.notice = own if is_closed(state.around) else notice_words(state, self.texts)

    def _show_head(self, state: State) -> None:
        hall, t = state.around.hall, self.texts
        if hall is None or not is_closed(state.around):
            self.title, self.lead, self.touch = t("attract.welcome"), "", t("attract.touch")
            return
        when = opens_words(hall, t)
        opens = t("closed.opens", when=when) if when else t("closed.open_soon")
        self.title, self.touch = t("closed.title"), t("closed.touch")
        self.lead = f"{opens}\n{still_possible(state.around, t)}"

    def _waiting(self, count: int | None) -> str:
        if count is None:
            return ""
        return self.texts("door.number_note", count=count) if count else self.texts("wait.nobody")

    def wake(self) -> None:
        self.emit(StillHere())
