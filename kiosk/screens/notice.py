"""One piece of news and at most two ways on: card trouble, no paper, refused, away, cancelled."""

from __future__ import annotations

from collections.abc import Callable

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.events import (
    BackTouched,
    CancelTouched,
    Door,
    DoorTouched,
    HomeTouched,
    KeepTouched,
    Language,
    StillHere,
    View,
    WithoutPaperTouched,
)
from kiosk.flow.states import COUNTED, CardTrouble, Place, State
from kiosk.screens import eligibility, feedback
from kiosk.screens.base import PlaceScreen, seconds_left
from kiosk.screens.news import News
from kiosk.texts import Texts
from kiosk.words import when_words

_TROUBLE_TEXT = {
    CardTrouble.UNREADABLE: "card_trouble.text",
    CardTrouble.LIFTED: "card_trouble.lifted_text",
    CardTrouble.READER: "card_trouble.reader_text",
}


def _card_trouble(state: State, t: Texts) -> News:
    why = state.session.card_trouble or CardTrouble.UNREADABLE
    gone = why is CardTrouble.READER
    returns = state.session.returns_to is not None
    return News(
        icon="id-card",
        tone="attention",
        title=t(f"card_trouble.{why.value}"),
        text=t(_TROUBLE_TEXT[why]),
        next_words=t("card_trouble.back" if returns else "card_trouble.touch"),
        next_icon="arrow-right",
        next_event=BackTouched(),
        card_picture=not gone,
    )


def _no_paper(state: State, t: Texts) -> News:
    reason = f"no_paper.{state.session.printer_state}"
    return News(
        icon="printer",
        tone="attention",
        title=t("no_paper.title"),
        text=t(reason if t.has(reason) else "no_paper.other"),
        question=t("no_paper.question"),
        next_words=t("no_paper.continue"),
        next_icon="arrow-right",
        next_event=WithoutPaperTouched(),
        other_words=t("no_paper.back"),
        other_event=BackTouched(),
    )


# What the desk goes on with, though nobody can be told yet how it ended.
_GOES_ON = {
    "no_answer_defer": "_defer",
    "no_answer_rejoin": "_noted",
    "no_answer_resume": "_resume",
    "no_answer_cancel": "_noted",
}


def _asked_about(state: State) -> str:
    """What was refused: a new number, checking in, giving back, or something else about a ticket
    held already."""
    if state.session.refusal == "not_cancelled":
        return "_cancel"
    if state.session.refusal in _GOES_ON:
        return _GOES_ON[state.session.refusal]
    if state.session.asked_from in (Place.MINE, Place.FOUND):
        return "_mine"
    return "_check_in" if state.session.checks_in else ""


def _refused(state: State, t: Texts) -> News:
    reason = f"refused.{state.session.refusal}"
    about = _asked_about(state)
    if state.session.checks_in and t.has(f"{reason}_check_in"):
        reason = f"{reason}_check_in"
    if state.session.by_number and t.has(f"{reason}_number"):
        reason = f"{reason}_number"
    over = state.session.refusal in ("not_cancelled", "no_answer_cancel")
    ticket = state.session.ticket
    number = ticket.number if ticket else ""
    when = when_words(state.session.refusal_at, state.around.hall, t)
    return News(
        icon="info",
        tone="attention",
        title=t(f"refused.title{about}", number=number),
        text=t(reason, when=when, number=state.session.code or number)
        if t.has(reason)
        else t("refused.other"),
        next_words=t("bar.home" if over else f"refused.again{about}"),
        next_icon="house" if over else "arrow-right",
        next_event=HomeTouched() if over else BackTouched(),
        desk=True,
    )


def _cancelled(state: State, t: Texts) -> News:
    ticket = state.session.ticket
    return News(
        icon="check",
        tone="done",
        title=t("cancelled.title", number=ticket.number if ticket else ""),
        text=t("cancelled.text"),
        next_words=t("bar.home"),
        next_icon="house",
        next_event=HomeTouched(),
        other_words=t("warning.stay"),
        other_event=StillHere(),
    )


def _elsewhere(state: State, t: Texts) -> str:
    """Other kiosks, windows, a telephone: as the hall wrote them, a line each."""
    around = state.around
    english = t.language == Language.ENGLISH and around.elsewhere_en
    places = around.elsewhere_en if english else around.elsewhere
    return "\n".join([t("away.elsewhere"), *places]) if places else ""


def _away(state: State, t: Texts) -> News:
    readable = bool(state.around.content.matters)
    return News(
        icon="wifi-off",
        tone="attention",
        title=t("away.title"),
        text=t("away.text"),
        question=_elsewhere(state, t) or t("away.retry"),
        next_words=t("away.guide") if readable else "",
        next_icon="book-open",
        next_event=DoorTouched(Door.GUIDE) if readable else None,
        desk=True,
    )


def _sure(state: State, t: Texts) -> News:
    ticket = state.session.ticket
    return News(
        icon="ticket",
        tone="attention",
        title=t("sure.title", number=ticket.number if ticket else ""),
        text=t("sure.text"),
        next_words=t("sure.keep"),
        next_icon="check",
        next_event=KeepTouched(),
        other_words=t("sure.cancel"),
        other_event=CancelTouched(),
    )


NEWS: dict[Place, Callable[[State, Texts], News]] = {
    Place.CARD_TROUBLE: _card_trouble,
    Place.NO_PAPER: _no_paper,
    Place.REFUSED: _refused,
    Place.CANCELLED: _cancelled,
    Place.AWAY: _away,
    Place.SURE: _sure,
    **eligibility.NEWS,
    **feedback.NEWS,
}


class NoticeScreen(PlaceScreen):
    """Draws one News. follow_base: public address that a ticket's path is put behind."""

    icon_name = StringProperty("info")
    tone = StringProperty("attention")
    title = StringProperty("")
    text = StringProperty("")
    question = StringProperty("")
    next_words = StringProperty("")
    next_icon = StringProperty("")
    other_words = StringProperty("")
    countdown = StringProperty("")
    card_picture = BooleanProperty(False)
    desk = BooleanProperty(False)
    number = StringProperty("")
    qr = StringProperty("")
    follow_base = StringProperty("")

    def show(self, state: State) -> None:
        news = NEWS[state.place](state, self.texts)
        self._news = news
        self.icon_name, self.tone = news.icon, news.tone
        self.title, self.text, self.question = news.title, news.text, news.question
        self.next_words, self.next_icon = news.next_words, news.next_icon
        self.other_words = news.other_words
        self.card_picture, self.desk = news.card_picture, news.desk
        self.number = news.number
        # Large type needs the room, and the paper carries the same code.
        wanted = news.follow_path and state.manner.view is not View.ELDER
        self.qr = self.follow_base + news.follow_path if wanted else ""
        self.countdown = self._countdown(state)

    def _countdown(self, state: State) -> str:
        if state.place not in COUNTED:
            return ""
        return self.texts("ticket.going_home", seconds=seconds_left(state))

    def go_on(self) -> None:
        if self._news.pressing is not None:
            self.emit(self._news.pressing())
        elif self._news.next_event is not None:
            self.emit(self._news.next_event)

    def go_other(self) -> None:
        if self._news.other_pressing is not None:
            self.emit(self._news.other_pressing())
        elif self._news.other_event is not None:
            self.emit(self._news.other_event)
