"""Home, and the greeting after a card: the services to choose from. Draws and emits only."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.flow.events import CheckInTouched, PageTouched, ServiceTouched
from kiosk.flow.facts import HallFacts, ServiceFacts, masked_name
from kiosk.flow.moves import SERVICES_PER_PAGE
from kiosk.flow.states import Link, Place, State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.texts import Texts
from kiosk.ui.widgets import Tile, TileGrid
from kiosk.words import in_language, service_name, wait_words, waiting_words


class HomeScreen(PlaceScreen):
    """Tiles in the hall's own order; a card may be laid down instead."""

    title = StringProperty("")
    lead = StringProperty("")
    notice = StringProperty("")
    card_title = StringProperty("")
    card_hint = StringProperty("")
    reader_up = BooleanProperty(True)
    greeting = BooleanProperty(False)
    elderly = BooleanProperty(False)
    more = BooleanProperty(False)
    appointments = BooleanProperty(False)
    grid: TileGrid = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        self._tiles: dict[str, Tile] = {}
        super().__init__(texts, emit, **kwargs)

    def show(self, state: State) -> None:
        self.greeting = state.place is Place.GREETING
        self.elderly = state.session.priority_age is not None
        hall = state.around.hall
        self._show_head(state)
        self._show_reader(state.around.reader, hall)
        if hall is not None:
            self.notice = "" if self.greeting else self._notice(hall)
            self.appointments = hall.appointments
            self._show_tiles(hall, state.page)

    def _show_head(self, state: State) -> None:
        person = state.session.person
        if person is None:
            self.title, self.lead = self.texts("home.title"), self.texts("home.lead")
            return
        self.title = self.texts("greeting.hello", name=masked_name(person.name))
        if state.session.priority_age is not None:
            self.lead = self.texts("greeting.elderly", age=state.session.priority_age)
        else:
            self.lead = self.texts("greeting.title")

    def _show_reader(self, reader: Link, hall: HallFacts | None) -> None:
        self.reader_up = reader is not Link.DOWN
        self.card_title = self.texts("home.card" if self.reader_up else "home.no_reader")
        self.card_hint = self._card_hint(hall)

    def _card_hint(self, hall: HallFacts | None) -> str:
        if not self.reader_up:
            return self.texts("home.no_reader_hint")
        if hall is None or not hall.priority_ages:
            return self.texts("home.card_hint")
        return self.texts("home.card_hint_age", age=hall.priority_ages[0])

    def _notice(self, hall: HallFacts) -> str:
        if not hall.open:
            hours = self.texts("list.comma").join(hall.hours)
            closed = self.texts("home.closed_hall")
            return f"{closed}\n{self.texts('home.closed_hours', hours=hours)}" if hours else closed
        return in_language(hall.notice, hall.notice_en, self.texts.language)

    def _show_tiles(self, hall: HallFacts, page: int) -> None:
        first = page * SERVICES_PER_PAGE
        services = hall.services[first : first + SERVICES_PER_PAGE]
        self.more = len(hall.services) > SERVICES_PER_PAGE
        if [s.id for s in services] != list(self._tiles):
            self.grid.clear_widgets()
            self._tiles = {s.id: self._tile(s) for s in services}
            for tile in self._tiles.values():
                self.grid.add_widget(tile)
        for service in services:
            self._fill(self._tiles[service.id], service, hall.open)

    def _tile(self, service: ServiceFacts) -> Tile:
        tile = Tile(service_id=service.id, slot=f"service-{service.id}")
        tile.bind(on_release=lambda pressed: self._chosen(pressed.service_id))
        return tile

    def _fill(self, tile: Tile, service: ServiceFacts, hall_open: bool) -> None:
        open_now = hall_open and service.accepting
        tile.name = service_name(service, self.texts.language)
        tile.icon_name = service.icon
        tile.disabled = not open_now
        tile.waiting = (
            waiting_words(service, self.texts) if open_now else self.texts("home.closed_service")
        )
        tile.wait = wait_words(service.wait, self.texts) if open_now and service.waiting else ""

    def _chosen(self, service_id: str) -> None:
        self.emit(ServiceTouched(service_id, str(uuid.uuid4())))

    def check_in(self) -> None:
        self.emit(CheckInTouched(str(uuid.uuid4())))

    def turn_page(self) -> None:
        self.emit(PageTouched())
