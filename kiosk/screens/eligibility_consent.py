"""Before any camera opens: what for, who sees it, how long; a window is an equal choice."""

from __future__ import annotations

import uuid

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.eligibility import AgreeTouched
from kiosk.flow.events import TakeTouched
from kiosk.flow.states import State
from kiosk.screens.base import PlaceScreen
from kiosk.texts import Texts
from kiosk.ui.points import PointList  # noqa: F401 - named in the kv file
from kiosk.words import in_language


def consent_points(state: State, t: Texts) -> str:
    """Who answers for it, what for, how long what is kept, and that a window is as good."""
    around = state.around
    hall, terms = around.hall, around.content.face_terms
    if terms is not None:
        operator = in_language(terms.operator, terms.operator_en, t.language)
    else:
        operator = in_language(hall.name, hall.name_en, t.language) if hall else t("pension.here")
    days = terms.evidence_days if terms else None
    kept = t("pension.consent_kept", days=days) if days else t("pension.consent_wiped")
    return t("pension.consent_points", operator=operator, kept=kept)


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
            self.points = consent_points(state, t)
        else:
            self.points = t("eligibility.question" if self.window_open else "eligibility.closed")

    def agree(self) -> None:
        self.emit(AgreeTouched())

    def to_window(self) -> None:
        self.emit(TakeTouched(str(uuid.uuid4())))
