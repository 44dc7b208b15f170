"""The result is being decided: by the server in a moment, or by a clerk who looks; who does not
want to wait for that gets a number for a window."""

from __future__ import annotations

import math
import uuid

from kiosk.flow.eligibility import ToWindowTouched
from kiosk.flow.states import State
from kiosk.screens.busy import BusyScreen

_ROUNDED_S = 10  # a number that changes each second makes waiting longer


class SettlingScreen(BusyScreen):
    def show(self, state: State) -> None:
        super().show(state)
        self.can_leave = state.session.eligibility.waiting
        self.leave_words, self.leave_icon = self.texts("pension_settling.leave"), "users"
        if self.can_leave:
            left_s = math.ceil(max(state.left_s or 0.0, 1.0) / _ROUNDED_S) * _ROUNDED_S
            self.title = self.texts("pension_settling.clerk")
            self.hint = self.texts("pension_settling.clerk_text", count=left_s)

    def leave(self) -> None:
        self.emit(ToWindowTouched(str(uuid.uuid4())))
