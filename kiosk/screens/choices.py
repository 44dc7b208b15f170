"""One question and its possible answers, for several places: home, questions, priority, notices.

What stands there is put together by pure functions, one a place; the screens only draw it.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.flow import events as ev
from kiosk.flow.content import JobFacts, NoticeFacts
from kiosk.flow.paging import NOTICES_PER_PAGE, notices_and_jobs, page_of
from kiosk.flow.states import Place, State
from kiosk.flow.way_moves import claims_offered, current_question
from kiosk.opening_hours import is_closed, still_possible
from kiosk.screens import feedback_choices, staff_rows
from kiosk.screens.hints import as_of_words
from kiosk.screens.offers import Choice, Choices, fresh_id
from kiosk.texts import Texts
from kiosk.words import class_name, in_language


def door(slot: str, icon: str, to: ev.Door, t: Texts, note: str = "", soon: bool = False) -> Choice:
    """soon: nobody has told yet what is behind it."""
    told = t("door.soon") if soon else note
    return Choice(slot, icon, t(f"door.{slot}"), lambda: ev.DoorTouched(to), told, soon)


def home(state: State, t: Texts) -> Choices:
    """The likeliest first; what this hall does not have is left out. What it has keeps its place
    while the line is down or nobody has told yet."""
    around = state.around
    hall, content = around.hall, around.content
    soon = not content.told
    doors = [door("number", "ticket", ev.Door.NUMBER, t, _waiting(state, t))]
    if around.eligibility_matter:
        note = t("door.eligibility_note")
        doors.append(door("eligibility", "user-check", ev.Door.ELIGIBILITY, t, note))
    doors.append(door("mine", "search", ev.Door.MINE, t, t("door.mine_note")))
    if hall is not None and hall.appointments:
        doors.append(_check_in(state, t))
    if content.matters or soon:
        doors.append(door("guide", "book-open", ev.Door.GUIDE, t, t("door.guide_note"), soon))
    if content.notices or content.jobs or soon:
        doors.append(door("notices", "newspaper", ev.Door.NOTICES, t, _news(state, t), soon))
    if content.form.levels or soon:
        note = t("door.feedback_note")
        doors.append(door("feedback", "thumbs-up", ev.Door.FEEDBACK, t, note, soon))
    lead = still_possible(around, t) if is_closed(around) else t("home.lead")
    return Choices(t("home.title"), lead, tuple(doors))


def _check_in(state: State, t: Texts) -> Choice:
    """The server alone knows who has an appointment."""
    dark = state.around.offline
    note = t("door.check_in_dark" if dark else "door.check_in_note")
    return Choice(
        "check-in",
        "calendar-check",
        t("door.check_in"),
        lambda: ev.CheckInTouched(fresh_id()),
        note,
        dark,
    )


def _waiting(state: State, t: Texts) -> str:
    hall = state.around.hall
    if state.around.offline:
        return t("offline.tile")
    if hall is not None and not hall.open:
        return t("closed.number_note")
    if hall is None or hall.waiting is None:
        return ""
    return t("door.number_note", count=hall.waiting) if hall.waiting else t("wait.nobody")


def _news(state: State, t: Texts) -> str:
    content = state.around.content
    if not content.jobs:
        return t("door.notices_only", notices=len(content.notices))
    return t("door.notices_note", notices=len(content.notices), jobs=len(content.jobs))


def questions(state: State, t: Texts) -> Choices:
    question = current_question(state)
    if question is None:
        return Choices(t("questions.title"), "", ())

    def touched(number: int) -> Callable[[], ev.Event]:
        return lambda: ev.AnswerTouched(number, fresh_id())

    answers = tuple(
        Choice(
            f"answer-{number}",
            answer.icon,
            in_language(answer.text, answer.text_en, t.language),
            touched(number),
        )
        for number, answer in enumerate(question.answer)
    )
    step = t("questions.step", number=len(state.session.answers) + 1)
    return Choices(in_language(question.text, question.text_en, t.language), step, answers)


def claim(state: State, t: Texts) -> Choices:
    """Who says that they have priority is believed; the window looks at the paper for it."""
    hall = state.around.hall
    names = [(c, class_name(c, hall, t)) for c in claims_offered(state)]

    def touched(name: str) -> Callable[[], ev.Event]:
        return lambda: ev.ClassTouched(name)

    def note(class_id: str, name: str) -> str:
        """The age, where the class's own name does not say it."""
        told = hall.priority_class(class_id) if hall else None
        if told is None or told.min_age is None or str(told.min_age) in name:
            return ""
        return t("claim.age", age=told.min_age)

    known = [
        Choice(
            f"class-{c}", "user-check", f"{name[0].upper()}{name[1:]}", touched(c), note(c, name)
        )
        for c, name in names
        if name
    ]
    none = Choice("class-none", "x", t("claim.none"), touched(""))
    return Choices(t("claim.title"), t("claim.lead"), (*known, none))


def notices(state: State, t: Texts) -> Choices:
    shown = page_of(state, notices_and_jobs(state), NOTICES_PER_PAGE)
    choices = tuple(_notice(each, t) for each in shown)
    return Choices(t("notices.title"), as_of_words(state.around, t), choices)


def _notice(each: NoticeFacts | JobFacts, t: Texts) -> Choice:
    if isinstance(each, NoticeFacts):
        title = in_language(each.title, each.title_en, t.language)
        note = t("notices.until", until=each.until[:10]) if each.until else ""
        return Choice(
            f"notice-{each.id}", "megaphone", title, lambda: ev.NoticeTouched(each.id), note
        )
    return Choice(
        f"job-{each.id}",
        "briefcase",
        each.title,
        lambda: ev.NoticeTouched(f"job:{each.id}"),
        each.wage,
    )


CHOICES: dict[Place, Callable[[State, Texts], Choices]] = {
    Place.HOME: home,
    Place.QUESTIONS: questions,
    Place.CLAIM: claim,
    Place.NOTICES: notices,
    Place.STAFF: staff_rows.menu,
    **feedback_choices.CHOICES,
}
