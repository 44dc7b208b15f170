"""The services to choose from, before or after a card. Draws and emits only."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from foundation.masking import masked_name
from kiosk.flow.events import (
    CheckInTouched,
    Door,
    DoorTouched,
    Event,
    ServiceTouched,
)
from kiosk.flow.facts import ServiceFacts, age_on
from kiosk.flow.paging import services_shown
from kiosk.flow.states import Around, Link, Place, State
from kiosk.opening_hours import is_closed, opens_words
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.hints import CardHint, card_hint, notice_words
from kiosk.screens.pager import Pager
from kiosk.texts import Texts
from kiosk.ui.widgets import SecondaryButton, Tile, TileGrid
from kiosk.words import class_name, service_name, wait_words, waiting_words

RULES = (CardHint,)


# Women workers may retire at 50 (Guofa 1978 No. 104), nobody draws an ordinary pension earlier.
PENSION_AGE = 50


def _of_pension_age(state: State) -> bool:
    """By the card that lies there. The register is asked only once the person chose the check."""
    person, hall = state.session.person, state.around.hall
    if person is None or person.birth is None or hall is None:
        return False
    return age_on(person.birth, hall.business_day) >= PENSION_AGE


class ServicesScreen(PlaceScreen):
    """Tiles in the hall's own order; below them the ways for who finds nothing among them."""

    title = StringProperty("")
    lead = StringProperty("")
    notice = StringProperty("")
    card_title = StringProperty("")
    card_hint = StringProperty("")
    reader_up = BooleanProperty(True)
    greeting = BooleanProperty(False)
    favoured = BooleanProperty(False)
    grid: TileGrid = ObjectProperty(None)
    pager: Pager = ObjectProperty(None)
    ways: TileGrid = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        self._tiles: dict[str, Tile] = {}
        self._offered: list[str] = []
        super().__init__(texts, emit, **kwargs)

    def show(self, state: State) -> None:
        self.greeting = state.place is Place.GREETING
        self._show_head(state)
        self.reader_up = state.around.reader is not Link.DOWN
        self.card_title, self.card_hint = card_hint(state, self.texts)
        hidden = self.greeting and not is_closed(state.around)
        self.notice = "" if hidden else notice_words(state, self.texts)
        self._show_tiles(state)
        self._show_ways(state)

    def _show_head(self, state: State) -> None:
        session = state.session
        claimed = class_name(session.claim, state.around.hall, self.texts)
        self.favoured = session.priority_age is not None or bool(claimed)
        self.title, self.lead = self._question(state.around)
        if session.person is not None:
            self.title = self.texts("greeting.hello", name=masked_name(session.person.name))
            self.lead = self.texts("greeting.title")
        if session.priority_age is not None:
            self.lead = self.texts("greeting.elderly", age=session.priority_age)
        elif claimed:
            self.lead = self.texts("greeting.claimed", name=claimed)

    def _question(self, around: Around) -> tuple[str, str]:
        """Title and lead; who comes while the hall is closed reads when to come instead."""
        hall, t = around.hall, self.texts
        if hall is None or not is_closed(around):
            return t("services.title"), t("services.lead")
        when = opens_words(hall, t)
        return t("closed.services"), t("closed.from", when=when) if when else ""

    def _show_tiles(self, state: State) -> None:
        services = services_shown(state)
        self.pager.show(state)
        if [s.id for s in services] != list(self._tiles):
            self.grid.clear_widgets()
            self._tiles = {s.id: self._tile(s) for s in services}
            for tile in self._tiles.values():
                self.grid.add_widget(tile)
        for service in services:
            self._fill(self._tiles[service.id], service, state)

    def _tile(self, service: ServiceFacts) -> Tile:
        tile = Tile(service_id=service.id, slot=f"service-{service.id}")
        tile.bind(on_release=lambda pressed: self._chosen(pressed.service_id))
        return tile

    def _fill(self, tile: Tile, service: ServiceFacts, state: State) -> None:
        open_now = state.around.accepts(service.id)
        tile.name = service_name(service, self.texts.language)
        tile.icon_name = service.icon
        tile.disabled = not open_now
        if state.around.offline:
            tile.waiting, tile.wait = self.texts("offline.tile" if open_now else "home.no_more"), ""
            return
        tile.waiting = (
            waiting_words(service, self.texts) if open_now else self.texts("home.closed_service")
        )
        tile.wait = wait_words(service.wait, self.texts) if open_now and service.waiting else ""

    def _show_ways(self, state: State) -> None:
        offered = self._ways(state)
        if list(offered) == self._offered:
            return
        self._offered = list(offered)
        self.ways.clear_widgets()
        self.ways.columns = min(len(offered), 3) if len(offered) != 4 else 2
        for slot, (words, event) in offered.items():
            button = SecondaryButton(slot=slot, words=words)
            button.bind(on_release=lambda _, event=event: self._go(event))
            self.ways.add_widget(button)

    def _ways(self, state: State) -> dict[str, tuple[str, Event]]:
        around, t = state.around, self.texts
        ways: dict[str, tuple[str, Event]] = {}
        if around.content.matters:
            ways["search"] = (t("services.search"), DoorTouched(Door.SEARCH))
        if around.questions.question:
            ways["questions"] = (t("services.questions"), DoorTouched(Door.QUESTIONS))
        if self.greeting and around.hall and around.hall.appointments and not around.offline:
            ways["check-in"] = (t("services.check_in"), CheckInTouched(""))
        if self.greeting and around.eligibility_matter and _of_pension_age(state):
            ways["eligibility"] = (t("services.eligibility"), DoorTouched(Door.ELIGIBILITY))
        if around.claims and state.session.priority_age is None:
            ways["claim"] = (t("services.claim"), DoorTouched(Door.CLAIM))
        return ways

    def _go(self, event: Event) -> None:
        self.emit(CheckInTouched(str(uuid.uuid4())) if isinstance(event, CheckInTouched) else event)

    def _chosen(self, service_id: str) -> None:
        self.emit(ServiceTouched(service_id, str(uuid.uuid4())))
