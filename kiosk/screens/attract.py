"""Nobody is here: what the hall does, when it is open, how many wait. One touch, and home."""

from __future__ import annotations

from kivy.properties import StringProperty

from kiosk.flow.events import StillHere
from kiosk.flow.states import State
from kiosk.opening_hours import hours_words
from kiosk.screens.base import PlaceScreen
from kiosk.screens.hints import notice_words
from kiosk.words import in_language, service_name


class AttractScreen(PlaceScreen):
    hall_name = StringProperty("")
    services = StringProperty("")
    hours = StringProperty("")
    waiting = StringProperty("")
    notice = StringProperty("")

    def show(self, state: State) -> None:
        hall = state.around.hall
        if hall is None:
            return
        comma = self.texts("list.comma")
        self.hall_name = in_language(hall.name, hall.name_en, self.texts.language)
        names = [service_name(service, self.texts.language) for service in hall.services]
        self.services = comma.join(names)
        hours = hours_words(hall.hours, self.texts)
        self.hours = self.texts("attract.hours", hours=hours) if hours else ""
        self.waiting = self._waiting(hall.waiting) if state.around.server.value == "up" else ""
        self.notice = notice_words(state, self.texts)

    def _waiting(self, count: int | None) -> str:
        if count is None:
            return ""
        return self.texts("door.number_note", count=count) if count else self.texts("wait.nobody")

    def wake(self) -> None:
        self.emit(StillHere())
