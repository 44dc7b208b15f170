"""My ticket: lay the card down, hold the ticket to the scanner, or type its number. The same
keys for the number of a visit to rate."""

from __future__ import annotations

import uuid
from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.flow.events import FindTouched
from kiosk.flow.feedback import NumberGiven
from kiosk.flow.mine_moves import is_number
from kiosk.flow.states import Link, Place, State
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.keys import FIGURES, Keyboards
from kiosk.texts import Texts
from kiosk.ui.mirror import BoxLayout

LETTERS_AT_MOST = 10


class MineScreen(PlaceScreen):
    """number: what stands there, with dots for what may come; ready: it may be a number. lead:
    about the card, beside its picture; empty where only the number is asked for."""

    title = StringProperty("")
    lead = StringProperty("")
    text = StringProperty("")
    find_words = StringProperty("")
    find_icon = StringProperty("search")
    number = StringProperty("")
    ready = BooleanProperty(False)
    reader_up = BooleanProperty(True)
    letter_rows = NumericProperty(0)
    letters: BoxLayout = ObjectProperty(None)
    figures: BoxLayout = ObjectProperty(None)

    def __init__(self, texts: Texts, emit: Emit, keyboards: Keyboards, **kwargs: Any) -> None:
        self._letters, self._keyboards, self._rates = "", keyboards, False
        super().__init__(texts, emit, **kwargs)
        keyboards.lay(self.figures, FIGURES)

    def show(self, state: State) -> None:
        self._rates = state.place is Place.RATE_NUMBER
        code = state.session.feedback.number if self._rates else state.session.code
        self.number = " ".join(code.ljust(4, "·"))
        self.ready = is_number(code)
        self.reader_up = state.around.reader is not Link.DOWN
        self._show_words()
        self._show_letters(state)

    def _show_letters(self, state: State) -> None:
        """The letters that this hall's numbers begin with."""
        hall = state.around.hall
        wanted = "".join(sorted({s.prefix for s in hall.services})) if hall else ""
        wanted = "".join(dict.fromkeys(wanted))[:LETTERS_AT_MOST]
        if wanted != self._letters:
            self._letters = wanted
            half = -(-len(wanted) // 2)
            rows = (wanted[:half], wanted[half:]) if state.manner.low else (wanted,)
            self.letter_rows = len(rows)
            self._keyboards.lay(self.letters, rows)

    def _show_words(self) -> None:
        t = self.texts
        about = "rate_number" if self._rates else "mine"
        card = self.reader_up and not self._rates
        self.title = t(f"{about}.title")
        self.text = t("mine.text_no_reader" if not (card or self._rates) else f"{about}.text")
        self.find_words = t(f"{about}.find")
        self.find_icon = "arrow-right" if self._rates else "search"
        self.lead = t("mine.card") if card else ""

    def find(self) -> None:
        self.emit(NumberGiven() if self._rates else FindTouched(str(uuid.uuid4())))
