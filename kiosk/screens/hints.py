"""What several screens say about the card reader and the hall: one widget, two functions."""

from __future__ import annotations

from kivy.properties import BooleanProperty, StringProperty

from kiosk.flow.states import Around, Link, Place, State
from kiosk.opening_hours import closed_notice
from kiosk.texts import Texts
from kiosk.ui.widgets import Card
from kiosk.words import in_language


class CardHint(Card):
    """Lay your card here, with a picture that shows where; looks stand in hints.kv."""

    title = StringProperty("")
    hint = StringProperty("")
    reader_up = BooleanProperty(True)
    pictured = BooleanProperty(True)


class Notice(Card):
    """One line that concerns everybody; nothing when it is empty."""

    words = StringProperty("")


def card_hint(state: State, t: Texts) -> tuple[str, str]:
    """Title and words of the hint beside the reader's picture."""
    hall = state.around.hall
    if state.place is Place.HOME and state.around.card_lies:
        return t("home.card_left"), t("home.card_left_hint")
    if state.around.reader is Link.DOWN:
        ages = hall.priority_ages if hall and state.around.claims else ()
        hint = t("home.no_reader_hint_age", age=ages[0]) if ages else t("home.no_reader_hint")
        return t("home.no_reader"), hint
    if hall is None or not hall.priority_ages:
        return t("home.card"), t("home.card_hint")
    return t("home.card"), t("home.card_hint_age", age=hall.priority_ages[0])


def as_of_words(around: Around, t: Texts) -> str:
    """Without the server the kiosk says of when it is what it has to read."""
    seen_at = around.content.seen_at
    if seen_at:
        return t("offline.as_of", when=seen_at[:10])
    return t("offline.as_before") if around.server is Link.DOWN else ""


def notice_words(state: State, t: Texts) -> str:
    """What everybody should know first: that the server is away, or the hall closed; else the
    hall's own notice."""
    hall = state.around.hall
    if hall is None:
        return ""
    if state.around.offline:
        return t("offline.notice")
    if not hall.open:
        return closed_notice(hall, t)
    return in_language(hall.notice, hall.notice_en, t.language)
