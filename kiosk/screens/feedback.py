"""News of rating and suggesting: whose visit it was, and what became of what was said. Words."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.feedback_words import outcome_of, who_words
from kiosk.flow import feedback as fb
from kiosk.flow.events import BackTouched, Event, HomeTouched, StillHere
from kiosk.flow.states import Link, Place, State
from kiosk.screens.eligibility import day_words
from kiosk.screens.news import News
from kiosk.texts import Texts


def who(state: State, t: Texts) -> News:
    reader = state.around.reader is not Link.DOWN
    return News(
        icon="qr-code" if state.around.scanner else "ticket",
        tone="attention",
        title=who_words(state, t),
        text=t("rate_who.text"),
        question=t("rate_who.else"),
        next_words=t("rate_who.type"),
        next_icon="keyboard",
        next_event=fb.TypeTouched(),
        other_words=t("feedback.suggest"),
        other_event=fb.SuggestTouched(),
        card_picture=reader,
    )


def sent(state: State, t: Texts) -> News:
    outcome = outcome_of(state)
    if outcome in ("sent", "kept"):
        return _thanks(state, t, outcome)
    if outcome == "not_kept":
        return _trouble(t, outcome, t("sent.again"), BackTouched(), "refresh-cw")
    if outcome == "code_wrong":
        return _trouble(t, outcome, t("sent.retype"), fb.TypeTouched(), "keyboard")
    return _trouble(t, outcome, t("feedback.suggest"), fb.SuggestTouched(), "message-square-text")


def _thanks(state: State, t: Texts, outcome: str) -> News:
    day = state.session.feedback.answer_by
    key = "sent.answer_by" if state.session.feedback.reachable else "sent.seen_by"
    text = t(key, day=day_words(day, t)) if day else t(f"sent.{outcome}_text")
    return News(
        icon="check",
        tone="done",
        title=t(f"sent.{outcome}"),
        text=text,
        next_words=t("bar.home"),
        next_icon="house",
        next_event=HomeTouched(),
        other_words=t("warning.stay"),
        other_event=StillHere(),
    )


def _trouble(t: Texts, outcome: str, next_words: str, next_event: Event, icon: str) -> News:
    return News(
        icon="info",
        tone="attention",
        title=t(f"sent.{outcome}"),
        text=t(f"sent.{outcome}_text"),
        next_words=next_words,
        next_icon=icon,
        next_event=next_event,
        other_words=t("bar.home"),
        other_event=HomeTouched(),
        desk=outcome == "not_kept",
    )


NEWS: dict[Place, Callable[[State, Texts], News]] = {
    Place.RATE_WHO: who,
    Place.SENT: sent,
}
