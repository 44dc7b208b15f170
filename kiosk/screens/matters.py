"""Matters, found by what is typed on the keyboard below them. Draws and emits only."""

from __future__ import annotations

from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from foundation.masking import masked_name
from kiosk.flow.content import MatterFacts
from kiosk.flow.events import MatterTouched
from kiosk.flow.facts import ServiceFacts
from kiosk.flow.meant import matters_meant
from kiosk.flow.paging import matters_per_page, page_of
from kiosk.flow.states import State
from kiosk.flow.way_moves import reads_guides
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.keys import LETTERS, Keyboards
from kiosk.screens.pager import Pager
from kiosk.texts import Texts
from kiosk.ui.mirror import BoxLayout
from kiosk.ui.widgets import Tile, TileGrid
from kiosk.words import in_language, service_name


class MattersScreen(PlaceScreen):
    """query: as typed, with a mark where the next sign comes; nothing: that nothing was found."""

    title = StringProperty("")
    query = StringProperty("")
    empty = BooleanProperty(True)
    nothing = BooleanProperty(False)
    grid: TileGrid = ObjectProperty(None)
    pager: Pager = ObjectProperty(None)
    strip: BoxLayout = ObjectProperty(None)
    keyboard: BoxLayout = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, keyboards: Keyboards, **kwargs: Any) -> None:
        self._shown: tuple[str, ...] | None = None
        super().__init__(texts, emit, **kwargs)
        self._strip = keyboards.lay_strip(self.strip)
        keyboards.lay(self.keyboard, LETTERS)

    def show(self, state: State) -> None:
        query = state.session.query
        who = state.session.person
        name = masked_name(who.name) if who else ""
        self.title = self._title(name, state)
        found = matters_meant(state)
        shown = page_of(state, found, matters_per_page(state))
        self.empty, self.query = not query, query or self.texts("matters.hint")
        self.nothing = not found
        self.pager.show(state)
        self._strip.show(state)
        wanted = tuple(m.id for m in shown)
        if wanted != self._shown:
            self._shown = wanted
            self._show_matters(shown, state)

    def _title(self, name: str, state: State) -> str:
        """Who came to read is not asked what they want a number for."""
        if name:
            return self.texts("matters.title_known", name=name)
        return self.texts("matters.title_guide" if reads_guides(state) else "matters.title")

    def _show_matters(self, matters: Any, state: State) -> None:
        """Tiles that stand there show other matters: making them anew is what a touch waits for."""
        tiles = list(reversed(self.grid.children))
        for spare in tiles[len(matters) :]:
            self.grid.remove_widget(spare)
        for place, matter in enumerate(matters):
            tile = tiles[place] if place < len(tiles) else self._new_tile()
            self._fill(tile, matter, state)

    def _new_tile(self) -> Tile:
        tile = Tile(noted=True)
        tile.bind(on_release=lambda pressed: self.emit(MatterTouched(pressed.matter_id)))
        self.grid.add_widget(tile)
        return tile

    def _fill(self, tile: Tile, matter: MatterFacts, state: State) -> None:
        hall = state.around.hall
        service = hall.service(matter.service) if hall else None
        tile.slot, tile.matter_id = f"matter-{matter.id}", matter.id
        tile.name = in_language(matter.name, matter.name_en, self.texts.language)
        tile.icon_name = service.icon if service else "file-text"
        tile.waiting = self._service_name(service, state)

    def _service_name(self, service: ServiceFacts | None, state: State) -> str:
        """Left out where the controls are low: there the matter's own name needs the room."""
        if service is None or state.manner.low:
            return ""
        return service_name(service, self.texts.language)
