"""The whole picture: bars that are always there, the place's screen between, overlays on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from kiosk.flow.events import (
    BackTouched,
    HelpTouched,
    HomeTouched,
    LanguageChosen,
    LowTouched,
    View,
    ViewChosen,
    VoiceTouched,
)
from kiosk.flow.facts import HallFacts
from kiosk.flow.states import RESTING, Around, Link, Place, State
from kiosk.flow.table import allows
from kiosk.screens.attract import AttractScreen
from kiosk.screens.base import Emit, PlaceScreen
from kiosk.screens.busy import BusyScreen
from kiosk.screens.choice import ChoiceScreen
from kiosk.screens.code import CodeScreen
from kiosk.screens.eligibility_consent import ConsentScreen
from kiosk.screens.eligibility_face import FaceScreen, Live
from kiosk.screens.eligibility_settling import SettlingScreen
from kiosk.screens.eligibility_who import WhoScreen
from kiosk.screens.found import FoundScreen
from kiosk.screens.hints import card_hint
from kiosk.screens.keys import Keyboards
from kiosk.screens.matters import MattersScreen
from kiosk.screens.mine import MineScreen
from kiosk.screens.notice import NoticeScreen
from kiosk.screens.overlays import HelpOverlay, LanguageOverlay, Overlay, WarningOverlay
from kiosk.screens.reading import ReadingScreen
from kiosk.screens.services import ServicesScreen
from kiosk.screens.staff import StaffPinScreen, StaffScreen
from kiosk.screens.ticket import TicketScreen
from kiosk.screens.ticks import TicksScreen
from kiosk.screens.unprinted import UnprintedScreen
from kiosk.screens.write import WriteScreen
from kiosk.texts import Texts
from kiosk.ui.keyboard import clear_focus
from kiosk.ui.mirror import BoxLayout
from kiosk.ui.typesetting import forget_words, keep_hall_words
from kiosk.words import in_language

SCREENS: dict[Place, type[PlaceScreen]] = {
    Place.STARTING: BusyScreen,
    Place.AWAY: NoticeScreen,
    Place.HOME: ChoiceScreen,
    Place.ATTRACT: AttractScreen,
    Place.READING: BusyScreen,
    Place.CARD_TROUBLE: NoticeScreen,
    Place.SERVICES: ServicesScreen,
    Place.GREETING: ServicesScreen,
    Place.MATTERS: MattersScreen,
    Place.QUESTIONS: ChoiceScreen,
    Place.GUIDE: ReadingScreen,
    Place.CLAIM: ChoiceScreen,
    Place.ELIGIBILITY: ConsentScreen,
    Place.PENSION_WHO: WhoScreen,
    Place.PENSION_FINDING: BusyScreen,
    Place.PENSION_FOUND: NoticeScreen,
    Place.PENSION_FACE: FaceScreen,
    Place.PENSION_AGAIN: NoticeScreen,
    Place.PENSION_SETTLING: SettlingScreen,
    Place.PENSION_DONE: NoticeScreen,
    Place.MINE: MineScreen,
    Place.LOOKING: BusyScreen,
    Place.FOUND: FoundScreen,
    Place.SURE: NoticeScreen,
    Place.NOTICES: ChoiceScreen,
    Place.NOTICE: ReadingScreen,
    Place.CODE: CodeScreen,
    Place.CHECKING: BusyScreen,
    Place.NO_PAPER: NoticeScreen,
    Place.ISSUING: BusyScreen,
    Place.PRINTING: BusyScreen,
    Place.TICKET: TicketScreen,
    Place.UNPRINTED: UnprintedScreen,
    Place.CANCELLING: BusyScreen,
    Place.CANCELLED: NoticeScreen,
    Place.REFUSED: NoticeScreen,
    Place.FEEDBACK: ChoiceScreen,
    Place.RATE_WHO: NoticeScreen,
    Place.RATE_NUMBER: MineScreen,
    Place.RATE_CODE: CodeScreen,
    Place.RATE_FINDING: BusyScreen,
    Place.RATE_WHICH: ChoiceScreen,
    Place.RATE: ChoiceScreen,
    Place.REASONS: TicksScreen,
    Place.SUGGEST: TicksScreen,
    Place.WRITE: WriteScreen,
    Place.PHONE: CodeScreen,
    Place.SENDING: BusyScreen,
    Place.SENT: NoticeScreen,
    Place.STAFF_PIN: StaffPinScreen,
    Place.STAFF: ChoiceScreen,
    Place.STAFF_PANEL: StaffScreen,
}
# Screens with a QR code that leads to a ticket's page.
_FOLLOWED = (TicketScreen, UnprintedScreen, TicksScreen, NoticeScreen)
_TYPED_ON = (MattersScreen, MineScreen, WhoScreen, WriteScreen)


class Stage(FloatLayout):
    """Made anew for each view, language and size; shown every state.

    now: tells the time in a zone; follow_base: the server's public address; live: the camera's
    pictures, where there is one.
    """

    covered = BooleanProperty(False)
    hall_name = StringProperty("")
    clock = StringProperty("")
    view = StringProperty("normal")
    can_back = BooleanProperty(False)
    can_home = BooleanProperty(False)
    help_open = BooleanProperty(False)
    spoken = BooleanProperty(False)
    language_words = StringProperty("")
    low_hint = StringProperty("")
    reader_up = BooleanProperty(True)
    body: BoxLayout = ObjectProperty(None)

    def __init__(
        self,
        texts: Texts,
        emit: Emit,
        follow_base: str,
        now: Callable[[tzinfo | None], datetime],
        live: Live | None = None,
        offered: Sequence[Texts] = (),
        **kwargs: Any,
    ) -> None:
        self._others = [each for each in offered if each.language != texts.language]
        # Everybody finds their own language by its own name.
        self.language_words = "\n".join(each.about.name for each in self._others[:2])
        self.texts, self.emit, self._follow_base, self._now = texts, emit, follow_base, now
        self._live, self._keyboards = live, Keyboards(emit)
        self._screen: PlaceScreen | None = None
        self._home: PlaceScreen | None = None
        self._place: Place | None = None
        self._overlay: Overlay | None = None
        self._names: frozenset[str] = frozenset()
        super().__init__(**kwargs)
        self._trigger_layout()  # children from the rules came before the layout listened to them

    def make_ahead(self) -> bool:
        """One part that a touch would have to wait for; False when there is none left."""
        return self._keyboards.make_ahead()

    def leave(self) -> None:
        """Another stage takes over: nothing of who stood here stays."""
        self._close_overlay()
        self.body.clear_widgets()
        self._keyboards.take_back()
        self._screen = self._place = None

    def show(self, state: State) -> None:
        self._show_bars(state)
        self._show_place(state)
        self._show_overlay(state)

    def _keep_names(self, around: Around) -> None:
        """Of services and matters: set once for all visitors."""
        services = around.hall.services if around.hall else ()
        names = frozenset(name for each in services for name in (each.name, each.name_en))
        names |= {name for each in around.content.matters for name in (each.name, each.name_en)}
        if names != self._names:
            self._names = names
            keep_hall_words(names)

    def _show_bars(self, state: State) -> None:
        hall = state.around.hall
        self.hall_name = (
            in_language(hall.name, hall.name_en, self.texts.language)
            if hall
            else self.texts("bar.fallback_hall")
        )
        self.clock = self._clock(hall)
        self.view = state.manner.view.value
        self.can_back = allows(state, BackTouched)
        self.can_home = allows(state, HomeTouched)
        self.help_open = state.help_open
        self.spoken = state.manner.spoken
        hinted = state.manner.low and state.place in (Place.HOME, Place.SERVICES)
        self.reader_up = state.around.reader is not Link.DOWN
        self.low_hint = self.texts("list.stop").join(card_hint(state, self.texts)) if hinted else ""

    def _clock(self, hall: HallFacts | None) -> str:
        now = self._now(hall.zone if hall else None)
        return self.texts(
            "bar.clock",
            month=now.month,
            day=now.day,
            weekday=self.texts(f"weekday.{now.weekday()}"),
            time=now.strftime("%H:%M"),
        )

    def _show_place(self, state: State) -> None:
        if self._screen is not None and state.place is self._place:
            self._screen.show(state)
            return
        if isinstance(self._overlay, LanguageOverlay):
            self._close_overlay()
        if state.place in RESTING:
            forget_words()
            self._keep_names(state.around)
        goes_on = isinstance(self._screen, BusyScreen) and SCREENS[state.place] is BusyScreen
        self._place = state.place
        if goes_on and self._screen is not None:
            self._screen.show(state)  # one wait after the other
        else:
            self._change_screen(state)

    def _change_screen(self, state: State) -> None:
        self.body.clear_widgets()
        self._keyboards.take_back()
        at_home = state.place is Place.HOME
        self._screen = self._home_screen() if at_home else self._make_screen(state.place)
        self.covered = self._screen.covers
        self._screen.show(state)
        self.body.add_widget(self._screen)

    def _home_screen(self) -> PlaceScreen:
        """Kept: everybody begins and ends there, and nothing on it is anybody's."""
        if self._home is None:
            self._home = self._make_screen(Place.HOME)
        clear_focus(self._home)
        return self._home

    def _make_screen(self, place: Place) -> PlaceScreen:
        kind = SCREENS[place]
        if kind in _FOLLOWED:
            return kind(self.texts, self.emit, follow_base=self._follow_base)
        if kind in _TYPED_ON:
            return kind(self.texts, self.emit, keyboards=self._keyboards)
        if kind in (FaceScreen, StaffScreen):
            return kind(self.texts, self.emit, live=self._live)
        return kind(self.texts, self.emit)

    def _show_overlay(self, state: State) -> None:
        wanted: type[Overlay] | None = (
            WarningOverlay if state.warned else HelpOverlay if state.help_open else None
        )
        if not state.warned and isinstance(self._overlay, LanguageOverlay):
            return  # until a language is chosen or the place is left
        if wanted is not type(self._overlay):
            self._close_overlay()
        if wanted is not None and self._overlay is None:
            self._overlay = wanted(self.texts, self.emit)
            if isinstance(self._overlay, HelpOverlay):
                self._overlay.cover(self.body)
            self._overlay.show(state)
            self.add_widget(self._overlay)
        elif self._overlay is not None:
            self._overlay.show(state)

    def back(self) -> None:
        self.emit(BackTouched())

    def home(self) -> None:
        self.emit(HomeTouched())

    def toggle_low(self) -> None:
        self.emit(LowTouched())

    def toggle_voice(self) -> None:
        self.emit(VoiceTouched())

    def help(self) -> None:
        self.emit(HelpTouched())

    def choose_view(self, name: str) -> None:
        self.emit(ViewChosen(View(name)))

    def other_language(self) -> None:
        """The other one; of several, a sheet to choose from."""
        if len(self._others) == 1:
            self.emit(LanguageChosen(self._others[0].language))
        elif self._others and not isinstance(self._overlay, WarningOverlay | LanguageOverlay):
            self._close_overlay()  # the help, which comes back in the language chosen
            self._overlay = LanguageOverlay(self.texts, self.emit, self._close_overlay)
            self._overlay.offer(self._others)
            self.add_widget(self._overlay)

    def _close_overlay(self) -> None:
        if self._overlay is not None:
            self.remove_widget(self._overlay)
            self._overlay = None
