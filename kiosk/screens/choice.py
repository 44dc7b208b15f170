"""Home, and every other place with one question and a few large answers. Draws and emits only."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.states import Link, Place, State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.choices import CHOICES
from kiosk.screens.hints import card_hint, notice_words
from kiosk.screens.offers import Choice
from kiosk.screens.pager import Pager
from kiosk.texts import Texts
from kiosk.ui.widgets import Tile, TileGrid

_IN_ROWS = (Place.NOTICES, Place.FEEDBACK, Place.RATE_WHICH, Place.RATE)


class ChoiceScreen(PlaceScreen):
    """Draws one Choices. hinted: the card hint stands there too."""

    title = StringProperty("")
    lead = StringProperty("")
    notice = StringProperty("")
    card_title = StringProperty("")
    card_hint = StringProperty("")
    reader_up = BooleanProperty(True)
    hinted = BooleanProperty(False)
    in_rows = BooleanProperty(False)
    grid: TileGrid = ObjectProperty(None)
    pager: Pager = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        self._choices: dict[str, Choice] = {}
        self._tiles: dict[str, Tile] = {}
        super().__init__(texts, emit, **kwargs)

    def show(self, state: State) -> None:
        told = CHOICES[state.place](state, self.texts)
        self.title, self.lead = told.title, told.lead
        self.pager.show(state)
        self.hinted = state.place is Place.HOME
        self.in_rows = state.place in _IN_ROWS
        self.notice = notice_words(state, self.texts) if self.hinted else ""
        self.reader_up = state.around.reader is not Link.DOWN
        self.card_title, self.card_hint = card_hint(state, self.texts)
        self._show_choices({choice.slot: choice for choice in told.choices})

    def _show_choices(self, choices: dict[str, Choice]) -> None:
        if list(choices) != list(self._choices):
            self.grid.clear_widgets()
            self._tiles = {slot: self._tile(slot) for slot in choices}
            for tile in self._tiles.values():
                self.grid.add_widget(tile)
        self._choices = choices
        for slot, choice in choices.items():
            tile = self._tiles[slot]
            tile.name, tile.icon_name, tile.waiting = choice.name, choice.icon, choice.note
            tile.disabled = choice.off

    def _tile(self, slot: str) -> Tile:
        tile = Tile(slot=slot, noted=True)
        tile.bind(on_release=lambda _: self.emit(self._choices[slot].event()))
        return tile
