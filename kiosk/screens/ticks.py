"""Something to tick, as much as is true, and to send: why a level was chosen, what is suggested."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.flow.feedback import PhoneTouched, SendTouched, TickTouched, WriteTouched
from kiosk.flow.feedback_moves import may_leave_phone, may_send, offered
from kiosk.flow.states import Place, State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.texts import Texts
from kiosk.ui.widgets import Raised, TileGrid
from kiosk.words import in_language

WRITE = "write"
OPEN_END = 4  # so much of a phone number stands there to be checked


class TickBox(FloatLayout):
    """A square, because several may be ticked; an icon alone where there is nothing to tick."""

    name = StringProperty("")
    framed = BooleanProperty(True)
    filled = BooleanProperty(False)
    side_px = NumericProperty(40)


class Tick(Raised):
    """chosen: shown by the icon and the frame, not by colour alone."""

    words = StringProperty("")
    icon_name = StringProperty("")  # of one that is no box to tick
    chosen = BooleanProperty(False)


class TicksScreen(PlaceScreen):
    """follow_base: public address that the ticket's path is put behind for the QR code."""

    follow_base = StringProperty("")
    title = StringProperty("")
    lead = StringProperty("")
    qr = StringProperty("")
    phone_words = StringProperty("")
    send_words = StringProperty("")
    ready = BooleanProperty(True)
    grid: TileGrid = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, **kwargs: Any) -> None:
        self._ticks: dict[str, Tick] = {}
        super().__init__(texts, emit, **kwargs)

    def show(self, state: State) -> None:
        said, t = state.session.feedback, self.texts
        suggests = state.place is Place.SUGGEST
        level = state.around.content.form.level(said.level)
        name = in_language(level.name, level.name_en, t.language) if level else ""
        self.title = t("suggest.title") if suggests else t("reasons.title", level=name)
        self.lead = t("suggest.privacy" if suggests else "reasons.lead")
        path = said.step.follow_path if said.step else ""
        self.qr = self.follow_base + path if path else ""
        self.send_words = t("suggest.send" if suggests else "reasons.send")
        self.phone_words = self._phone(state)
        self.ready = may_send(state)
        self._show_ticks(state)

    def _phone(self, state: State) -> str:
        if not may_leave_phone(state):
            return ""
        phone = state.session.feedback.phone
        hidden = "●" * max(len(phone) - OPEN_END, 0) + phone[-OPEN_END:]
        return self.texts("phone.left", phone=hidden) if phone else self.texts("phone.leave")

    def _show_ticks(self, state: State) -> None:
        names = (*offered(state), *((WRITE,) if state.place is Place.SUGGEST else ()))
        if tuple(self._ticks) != names:
            self.grid.clear_widgets()
            self._ticks = {name: self._tick(name, state) for name in names}
            for tick in self._ticks.values():
                self.grid.add_widget(tick)
        for name, tick in self._ticks.items():
            tick.chosen = name in state.session.feedback.ticked
        self._show_written(state.session.feedback.written)

    def _show_written(self, written: str) -> None:
        """That something is written, and how much: what it says is nobody else's to read."""
        tile = self._ticks.get(WRITE)
        if tile is not None:
            tile.chosen, tile.icon_name = bool(written), "square-pen"
            key = "write.written" if written else "write.open"
            tile.words = self.texts(key, count=len(written))

    def _tick(self, name: str, state: State) -> Tick:
        tick = Tick(slot=f"tick-{name}", words=self._words(name, state))
        touched = WriteTouched() if name == WRITE else TickTouched(name)
        tick.bind(on_release=lambda _: self.emit(touched))
        return tick

    def _words(self, name: str, state: State) -> str:
        if name == WRITE:
            return self.texts("write.open")
        if state.place is Place.SUGGEST:
            return self.texts(f"suggest.{name}")
        reasons = {reason.id: reason for reason in state.around.content.form.reasons}
        return in_language(reasons[name].name, reasons[name].name_en, self.texts.language)

    def leave_phone(self) -> None:
        self.emit(PhoneTouched())

    def send(self) -> None:
        self.emit(SendTouched(str(uuid.uuid4())))
