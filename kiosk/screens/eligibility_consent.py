"""Before any camera opens: what for, who sees it, how long; a window is an equal choice."""

from __future__ import annotations

import uuid

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.eligibility import AgreeTouched
from kiosk.flow.events import TakeTouched
from kiosk.flow.states import State
from kiosk.screens.base import PlaceScreen


class ConsentScreen(PlaceScreen):
    """camera: whether the check can be made here at all; else the window alone is offered."""

    camera = BooleanProperty(False)
    window_open = BooleanProperty(False)
    title = StringProperty("")
    lead = StringProperty("")
    points = StringProperty("")

    def show(self, state: State) -> None:
        around, t = state.around, self.texts
        matter = around.content.matter(around.eligibility_matter)
        self.window_open = matter is not None and around.accepts(matter.service)
        self.camera = around.face_check
        self.title = t("eligibility.title")
        self.lead = t("pension.consent_lead" if self.camera else "eligibility.text")
        if self.camera:
            self.points = t("pension.consent_points")
        else:
            self.points = t("eligibility.question" if self.window_open else "eligibility.closed")

    def agree(self) -> None:
        self.emit(AgreeTouched())

    def to_window(self) -> None:
        self.emit(TakeTouched(str(uuid.uuid4())))
