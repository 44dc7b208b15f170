"""The keys that turn the pages of a list or a text, and which page it is."""

from __future__ import annotations

from kivy.properties import NumericProperty, ObjectProperty

from kiosk.flow.events import PageTouched
from kiosk.flow.paging import pages_of
from kiosk.flow.states import State
from kiosk.screens.base import Emit
from kiosk.ui.mirror import BoxLayout


class Pager(BoxLayout):
    """Nothing where there is one page. page: from 1."""

    page = NumericProperty(1)
    pages = NumericProperty(1)
    emit: Emit = ObjectProperty(None)

    def show(self, state: State) -> None:
        self.pages = pages_of(state)
        self.page = min(state.page, self.pages - 1) + 1

    def turn(self, forward: bool) -> None:
        self.emit(PageTouched(forward))
