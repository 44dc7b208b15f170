"""The yearly check's news: due or not, once more, being decided, passed, to a window. Words."""

from __future__ import annotations

import uuid

from kiosk.flow import eligibility as el
from kiosk.flow.events import HomeTouched
from kiosk.flow.states import Place, State
from kiosk.screens.news import News
from kiosk.texts import Texts
from kiosk.words import window_list


def day_words(day: str, t: Texts) -> str:
    """`2026-12-01` as people say it; as it stands where it is no day."""
    parts = day.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return day
    return t("pension.day", year=int(parts[0]), month=int(parts[1]), day=int(parts[2]))


def _window() -> el.ToWindowTouched:
    return el.ToWindowTouched(str(uuid.uuid4()))


def _start() -> el.StartTouched:
    return el.StartTouched(str(uuid.uuid4()))


def found(state: State, t: Texts) -> News:
    """Due or not, it is said; who is not due goes home, or does it all the same."""
    who = state.session.eligibility.pensioner
    name, day, due = (who.name_masked, who.due_date, who.due) if who else ("", "", False)
    if not due:
        return _not_due(name, day, t)
    how = "overdue" if who and who.overdue else "due"
    return News(
        icon="calendar-check",
        tone="attention",
        title=t("pension.due", name=name),
        text=t(f"pension.{how}_text", day=day_words(day, t)),
        question=t("pension.how"),
        next_words=t("pension.start"),
        next_icon="scan-face",
        pressing=_start,
        other_words=t("pension.window"),
        other_pressing=_window,
    )


def _not_due(name: str, day: str, t: Texts) -> News:
    """Nothing is to be done: that is the strong answer."""
    return News(
        icon="badge-check",
        tone="done",
        title=t("pension.not_due", name=name),
        text=t("pension.not_due_text", day=day_words(day, t)),
        next_words=t("pension.understood"),
        next_icon="house",
        next_event=HomeTouched(),
        other_words=t("pension.start_early"),
        other_pressing=_start,
    )


def again(state: State, t: Texts) -> News:
    check = state.session.eligibility
    left, unmade = el.TRIES - check.tries, check.unmade
    return News(
        icon="scan-face",
        tone="attention",
        title=t("pension.again"),
        text=t(f"pension.again_{unmade}" if unmade else "pension.again_text"),
        question=t("pension.tries_left", count=left),
        next_words=t("pension.again_start"),
        next_icon="refresh-cw",
        pressing=_start,
        other_words=t("pension.window"),
        other_pressing=_window,
    )


def done(state: State, t: Texts) -> News:
    check, ticket = state.session.eligibility, state.session.ticket
    if check.outcome == "passed" and check.renewal and check.renewed in ("", "asked"):
        return _renewal(state, t)
    if check.outcome == "passed":
        return News(
            icon="check",
            tone="done",
            title=t("pension.passed"),
            text=t("pension.passed_text", day=day_words(check.next_due, t)),
            question=t(f"pension.renewal_{check.renewed}" if check.renewed else "pension.slip"),
            next_words=t("bar.home"),
            next_icon="house",
            next_event=HomeTouched(),
        )
    if check.outcome == "window" and ticket is not None:
        words = f"pension.to_window_{check.sent or 'in_person'}"
        return News(
            icon="ticket",
            tone="attention",
            title=t("pension.cannot"),
            number=ticket.number,
            follow_path=ticket.follow_path or "",
            text=t(words, windows=window_list(ticket.windows, t)),
            next_words=t("bar.home"),
            next_icon="house",
            next_event=HomeTouched(),
        )
    return _cannot(state, t)


def _renewal(state: State, t: Texts) -> News:
    """Passed, and one question: two answers of one weight; none is as good as no."""
    check = state.session.eligibility
    asked = bool(check.renewed)
    due = t("pension.passed_text", day=day_words(check.next_due, t))
    return News(
        icon="check",
        tone="done",
        title=t("pension.passed"),
        text=t("pension.renewal_asked" if asked else "pension.renewal"),
        question=f"{due} {t('pension.slip')}",
        next_words=t("bar.home" if asked else "pension.renewal_yes"),
        next_icon="house" if asked else "scan-face",
        next_event=HomeTouched() if asked else None,
        pressing=None if asked else lambda: _renew(True),
        other_words="" if asked else t("pension.renewal_no"),
        other_pressing=None if asked else lambda: _renew(False),
    )


def _renew(agreed: bool) -> el.RenewTouched:
    return el.RenewTouched(str(uuid.uuid4()), agreed)


def _cannot(state: State, t: Texts) -> News:
    """What happened, what it means, what to do; a number for a window where one can be had."""
    outcome = state.session.eligibility.outcome
    key = f"pension.cannot_{outcome}"
    around = state.around
    matter = around.content.matter(around.eligibility_matter)
    open_now = matter is not None and around.accepts(matter.service)
    return News(
        icon="info",
        tone="attention",
        title=t("pension.cannot"),
        text=t(key if t.has(key) else "pension.cannot_other"),
        question=t("pension.benefit"),
        next_words=t("pension.take") if open_now else t("bar.home"),
        next_icon="ticket" if open_now else "house",
        next_event=None if open_now else HomeTouched(),
        pressing=_window if open_now else None,
        desk=not open_now,
    )


NEWS = {Place.PENSION_FOUND: found, Place.PENSION_AGAIN: again, Place.PENSION_DONE: done}
