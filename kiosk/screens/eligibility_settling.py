"""The result is being decided: by the server in a moment, or by a clerk who looks."""

from __future__ import annotations

from kiosk.flow.states import State
from kiosk.screens.busy import BusyScreen


class SettlingScreen(BusyScreen):
    def show(self, state: State) -> None:
        super().show(state)
        if state.session.eligibility.waiting:
            self.title = self.texts("pension_settling.clerk")
            self.hint = self.texts("pension_settling.clerk_text")
