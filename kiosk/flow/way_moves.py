"""Moves that lead to what somebody wants: doors, matters, questions, guides, notices. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kiosk.flow import events as ev
from kiosk.flow.content import QuestionFacts
from kiosk.flow.effects import PrintList
from kiosk.flow.moves import Step, arrive_home, be_active, deeper, enter, go_back, stay
from kiosk.flow.number_moves import ask_for_service
from kiosk.flow.paging import pages_of
from kiosk.flow.pinyin import with_choice
from kiosk.flow.search import QUERY_LENGTH
from kiosk.flow.signs import lexicon_of
from kiosk.flow.states import Paper, Place, State

_BEHIND = {
    ev.Door.NUMBER: Place.SERVICES,
    ev.Door.ELIGIBILITY: Place.ELIGIBILITY,
    ev.Door.MINE: Place.MINE,
    ev.Door.GUIDE: Place.MATTERS,
    ev.Door.SEARCH: Place.MATTERS,
    ev.Door.NOTICES: Place.NOTICES,
    ev.Door.QUESTIONS: Place.QUESTIONS,
    ev.Door.CLAIM: Place.CLAIM,
    ev.Door.FEEDBACK: Place.FEEDBACK,
}
_LIST_PAPER = {
    ev.Outcome.CONFIRMED: Paper.PRINTED,
    ev.Outcome.FAILED: Paper.FAILED,
    ev.Outcome.UNKNOWN: Paper.UNSURE,
}


def open_door(state: State, event: ev.DoorTouched) -> Step:
    place = _BEHIND[event.door]
    fresh: dict[str, Any] = {}
    if place is Place.QUESTIONS:
        fresh["answers"] = ()
    if place is Place.MATTERS:
        fresh["query"], fresh["signs_page"] = "", 0
    if place is Place.MINE:
        fresh["code"] = ""
    return deeper(state, place, **fresh)


def open_content(state: State, event: ev.DoorTouched) -> Step:
    """While no number can be had, guide and notices can still be read."""
    if event.door in (ev.Door.GUIDE, ev.Door.NOTICES):
        return open_door(state, event)
    return stay(state, event)


def turn_page(state: State, event: ev.PageTouched) -> Step:
    """The first and the last are the ends."""
    page = min(max(state.page + (1 if event.forward else -1), 0), pages_of(state) - 1)
    return replace(state, page=page, active_s=state.now_s), ()


def reads_guides(state: State) -> bool:
    """Whether the matters were opened from the first screen, to read about them."""
    return state.place is Place.MATTERS and not state.session.trail


# --- searching ----------------------------------------------------------------------------------


def _query(state: State, query: str) -> Step:
    session = replace(state.session, query=query[:QUERY_LENGTH], signs_page=0)
    return replace(state, session=session, page=0, active_s=state.now_s), ()


def type_key(state: State, event: ev.KeyTouched) -> Step:
    return _query(state, state.session.query + event.sign)


def erase_key(state: State, _event: ev.Event) -> Step:
    return _query(state, state.session.query[:-1])


def choose_sign(state: State, event: ev.SignTouched) -> Step:
    return _query(state, with_choice(lexicon_of(state), state.session.query, event.sign))


# --- matters and their guides -------------------------------------------------------------------


def show_matter(state: State, event: ev.MatterTouched) -> Step:
    if state.around.content.matter(event.matter) is None:
        return be_active(state, event)
    return deeper(state, Place.GUIDE, matter=event.matter, list_paper=Paper.NONE, list_request=None)


def take_number(state: State, event: ev.TakeTouched) -> Step:
    """For the matter that is shown, or the one that the yearly check belongs to."""
    matter_id = state.session.matter
    if state.place is Place.ELIGIBILITY:
        matter_id = state.around.eligibility_matter
    matter = state.around.content.matter(matter_id)
    if matter is None:
        return be_active(state, event)
    chosen = replace(state, session=replace(state.session, matter=matter.id))
    return ask_for_service(chosen, matter.service, event.request_id)


def print_list(state: State, event: ev.ListPrintTouched) -> Step:
    """One list at a time; its paper is nobody's number, so nothing waits for it."""
    matter = state.around.content.matter(state.session.matter)
    if matter is None or state.session.list_request is not None:
        return be_active(state, event)
    session = replace(state.session, list_request=event.request_id, list_paper=Paper.NONE)
    job = PrintList(event.request_id, matter, state.manner.language)
    return replace(state, session=session, active_s=state.now_s), (job,)


def list_printed(state: State, event: ev.ListPrinted) -> Step:
    if event.request_id != state.session.list_request:
        return state, ()
    paper = _LIST_PAPER[event.outcome]
    session = replace(state.session, list_request=None, list_paper=paper)
    return replace(state, session=session), ()


# --- questions ----------------------------------------------------------------------------------


def current_question(state: State) -> QuestionFacts | None:
    asked = state.session.answers
    return state.around.questions.named(asked[-1] if asked else "")


def answer_question(state: State, event: ev.AnswerTouched) -> Step:
    question = current_question(state)
    if question is None or not 0 <= event.number < len(question.answer):
        return be_active(state, event)
    answer = question.answer[event.number]
    if answer.question:
        return enter(state, Place.QUESTIONS, answers=(*state.session.answers, answer.question))
    if answer.matter:
        return show_matter(state, ev.MatterTouched(answer.matter))
    return ask_for_service(state, answer.service, event.request_id)


def unanswer(state: State, event: ev.Event) -> Step:
    """One question back; from the first one to where the questions were opened."""
    if state.session.answers:
        return enter(state, Place.QUESTIONS, answers=state.session.answers[:-1])
    return go_back(state, event)


# --- saying that one has priority; notices ------------------------------------------------------


def claims_offered(state: State) -> tuple[str, ...]:
    """What somebody may say: their age too, unless a card has told it."""
    around, card = state.around, state.session.person
    hall = around.hall
    if hall is None or not around.claims or (card is not None and card.birth is not None):
        return around.claims
    by_age = tuple(each.id for each in hall.classes if each.min_age is not None)
    return tuple(dict.fromkeys((*by_age, *around.claims)))


def claim_class(state: State, event: ev.ClassTouched) -> Step:
    """Who says so is believed; the window looks at the paper for it."""
    if event.priority_class and event.priority_class not in claims_offered(state):
        return be_active(state, event)
    claimed = replace(state, session=replace(state.session, claim=event.priority_class))
    return go_back(claimed, event) if claimed.session.trail else arrive_home(claimed)


def show_notice(state: State, event: ev.NoticeTouched) -> Step:
    if state.around.content.notice(event.notice) is None:
        return be_active(state, event)
    return deeper(state, Place.NOTICE, notice=event.notice)
