"""The moves of rating a visit and of the suggestion box. Pure.

Who only knows a number, which stands on every screen, cannot rate with it: the card, the ticket's
code, or the figures printed under that say whose visit it was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.flow import mine_moves as mine
from kiosk.flow import signs
from kiosk.flow.card_moves import greet
from kiosk.flow.effects import Effect
from kiosk.flow.moves import (
    Step,
    be_active,
    deeper,
    derived_request_id,
    enter,
    go_back,
    note_card,
)
from kiosk.flow.pinyin import with_choice
from kiosk.flow.states import Place, Session, State

_TICKING = (Place.REASONS, Place.SUGGEST)
_TO_WHO = ((Place.FEEDBACK, 0),)


def _with(state: State, **changed: Any) -> fb.Feedback:
    return replace(state.session.feedback, **changed)


def _shown(state: State, **changed: Any) -> Step:
    """Something was entered; the place stays."""
    session = replace(state.session, feedback=_with(state, **changed))
    return replace(state, session=session, active_s=state.now_s), ()


# --- whose visit --------------------------------------------------------------------------------


def rate(state: State, _event: ev.Event) -> Step:
    return deeper(state, Place.RATE_WHO, feedback=fb.Feedback())


def read_card(state: State, event: ev.Event) -> Step:
    noted = note_card(state, event)[0]
    session = Session(returns_to=Place.RATE_WHO, trail=_TO_WHO)
    return enter(replace(noted, session=session), Place.READING)


def known(state: State, event: ev.CardKnown) -> Step:
    """A card was laid down to rate; else for whatever it was laid down for."""
    if state.session.returns_to is not Place.RATE_WHO:
        return mine.known(state, event)
    there, _ = greet(state, event)
    request_id = derived_request_id(f"{state.entered_s}", "steps")
    return _find(there, fb.FindSteps(request_id, event.person))


def scanned(state: State, event: ev.CodeScanned) -> Step:
    return _find(state, fb.FindSteps(event.request_id, token=event.token))


def open_typing(state: State, _event: ev.Event) -> Step:
    """Anew, also after number and code did not belong together."""
    trail = (*_TO_WHO, (Place.RATE_WHO, 0))
    return enter(state, Place.RATE_NUMBER, feedback=fb.Feedback(), trail=trail)


def type_number(state: State, event: ev.KeyTouched) -> Step:
    number = state.session.feedback.number + event.sign.upper()
    return _shown(state, number=number[: mine.NUMBER_LENGTH])


def erase_number(state: State, _event: ev.Event) -> Step:
    return _shown(state, number=state.session.feedback.number[:-1])


def give_number(state: State, event: ev.Event) -> Step:
    if not mine.is_number(state.session.feedback.number):
        return be_active(state, event)
    return deeper(state, Place.RATE_CODE, feedback=_with(state, code=""))


def type_code(state: State, event: ev.DigitTouched) -> Step:
    return _shown(state, code=(state.session.feedback.code + event.digit)[: fb.CODE_SIGNS])


def erase_code(state: State, _event: ev.Event) -> Step:
    return _shown(state, code=state.session.feedback.code[:-1])


def give_code(state: State, event: fb.CodeGiven) -> Step:
    said = state.session.feedback
    if len(said.code) < fb.CODE_SIGNS:
        return be_active(state, event)
    return _find(state, fb.FindSteps(event.request_id, number=said.number, code=said.code))


def _find(state: State, wish: fb.FindSteps) -> Step:
    """Who it is goes out and is forgotten here."""
    trail = (*_TO_WHO, (Place.RATE_WHO, 0))
    forgotten: dict[str, Any] = {"person": None, "priority_age": None, "feedback": fb.Feedback()}
    return enter(
        state, Place.RATE_FINDING, wish, request_id=wish.request_id, trail=trail, **forgotten
    )


def steps_found(state: State, event: fb.StepsFound) -> Step:
    """One visit needs no choosing."""
    if not event.steps:
        return _end(state, "none")
    feedback = _with(state, steps=event.steps[: fb.STEPS_AT_MOST])
    if len(event.steps) == 1:
        return enter(state, Place.RATE, feedback=replace(feedback, step=event.steps[0]))
    return enter(state, Place.RATE_WHICH, feedback=feedback)


def choose_step(state: State, event: fb.StepTouched) -> Step:
    steps = state.session.feedback.steps
    if not 0 <= event.number < len(steps):
        return be_active(state, event)
    feedback = _with(state, step=steps[event.number], level=0, ticked=())
    return deeper(state, Place.RATE, feedback=feedback)


# --- what is said -------------------------------------------------------------------------------


def choose_level(state: State, event: fb.LevelTouched) -> Step:
    """Another level has other reasons; the same one keeps what was ticked."""
    if state.around.content.form.level(event.level) is None:
        return be_active(state, event)
    said = state.session.feedback
    ticked = said.ticked if said.level == event.level else ()
    return deeper(state, Place.REASONS, feedback=_with(state, level=event.level, ticked=ticked))


def suggest(state: State, _event: ev.Event) -> Step:
    if state.place is Place.SENT:
        return enter(state, Place.SUGGEST, feedback=fb.Feedback(), trail=())
    return deeper(state, Place.SUGGEST, feedback=fb.Feedback())


def offered(state: State) -> tuple[str, ...]:
    """What may be ticked here."""
    if state.place is Place.SUGGEST:
        return fb.TOPICS
    form = state.around.content.form
    return tuple(reason.id for reason in form.reasons_for(state.session.feedback.level))


def tick(state: State, event: fb.TickTouched) -> Step:
    if event.name not in offered(state):
        return be_active(state, event)
    ticked = state.session.feedback.ticked
    others = tuple(name for name in ticked if name != event.name)
    return _shown(state, ticked=others if event.name in ticked else (*ticked, event.name))


def may_leave_phone(state: State) -> bool:
    """Who is dissatisfied, and who suggests something, may be called back."""
    if state.place is Place.SUGGEST:
        return True
    return 0 < state.session.feedback.level <= fb.BAD_FROM


def open_phone(state: State, event: ev.Event) -> Step:
    if not may_leave_phone(state):
        return be_active(state, event)
    return deeper(state, Place.PHONE)


def type_digit(state: State, event: ev.DigitTouched) -> Step:
    return _shown(state, phone=(state.session.feedback.phone + event.digit)[: fb.PHONE_SIGNS])


def erase_digit(state: State, _event: ev.Event) -> Step:
    return _shown(state, phone=state.session.feedback.phone[:-1])


def is_phone(typed: str) -> bool:
    return fb.PHONE_SIGNS_LEAST <= len(typed) <= fb.PHONE_SIGNS


def give_phone(state: State, event: ev.Event) -> Step:
    if not is_phone(state.session.feedback.phone):
        return be_active(state, event)
    return go_back(state, event)


def forget_phone(state: State, event: ev.Event) -> Step:
    """Back from the keypad: no number is left."""
    return go_back(_shown(state, phone="")[0], event)


# --- in one's own words -------------------------------------------------------------------------


def open_writing(state: State, _event: ev.Event) -> Step:
    return deeper(state, Place.WRITE, signs_page=0)


def _write(state: State, text: str) -> Step:
    there = replace(state, session=replace(state.session, signs_page=0))
    return _shown(there, written=text[: fb.WRITTEN_AT_MOST])


def type_letter(state: State, event: ev.KeyTouched) -> Step:
    """Who writes letters and means them begins a sentence with a capital."""
    text = state.session.feedback.written
    begins = not text.strip() or text.rstrip()[-1] in ".!?"
    capital = begins and not signs.composes(state)
    return _write(state, text + (event.sign.upper() if capital else event.sign))


def choose_sign(state: State, event: ev.SignTouched) -> Step:
    text = state.session.feedback.written
    if not signs.composes(state):
        return _write(state, text + event.sign)
    return _write(state, with_choice(signs.lexicon_of(state), text, event.sign))


def erase_sign(state: State, _event: ev.Event) -> Step:
    return _write(state, state.session.feedback.written[:-1])


# --- sending ------------------------------------------------------------------------------------


def may_send(state: State) -> bool:
    """A level says enough; a suggestion needs a topic, words, or a number to ask by."""
    said = state.session.feedback
    return state.place is not Place.SUGGEST or bool(
        said.ticked or said.phone or said.written.strip()
    )


def send(state: State, event: fb.SendTouched) -> Step:
    """A second try has the first one's request: whatever arrived counts once."""
    if not may_send(state):
        return be_active(state, event)
    name = state.session.feedback.sent_as or event.request_id
    feedback = _with(state, sent_as=name)
    return deeper(state, Place.SENDING, _wish(state, name), request_id=name, feedback=feedback)


def _wish(state: State, request_id: str) -> Effect:
    said = state.session.feedback
    if state.place is Place.SUGGEST:
        return fb.SendSuggestion(request_id, said.ticked, said.phone, said.written.strip())
    if said.step is None:
        raise AssertionError("no visit was chosen")
    phone = said.phone if may_leave_phone(state) else ""
    return fb.SendReview(
        request_id, said.step.ticket, said.step.step, said.level, said.ticked, phone
    )


def ended(state: State, event: fb.FeedbackEnded) -> Step:
    return _end(state, event.outcome, event.answer_by)


def unanswered(state: State, _event: ev.Event) -> Step:
    return _end(state, "no_answer" if state.place is Place.RATE_FINDING else "not_kept")


def _end(state: State, outcome: str, answer_by: str = "") -> Step:
    """What could not be sent or kept stays, for another try; everything else is forgotten now."""
    if outcome == "not_kept":
        return enter(state, Place.SENT, feedback=_with(state, outcome=outcome))
    reachable = bool(state.session.feedback.phone)
    feedback = fb.Feedback(outcome=outcome, answer_by=answer_by, reachable=reachable)
    return enter(state, Place.SENT, feedback=feedback, trail=(), person=None)


def once_more(state: State, event: ev.Event) -> Step:
    """Back to what was said, if it is still there."""
    trail = state.session.trail
    if not trail or trail[-1][0] not in _TICKING:
        return be_active(state, event)
    return go_back(state, event)
