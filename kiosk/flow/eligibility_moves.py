"""The moves of the yearly check: consent, who it is, camera, result; always a window too. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kiosk.flow import eligibility as el
from kiosk.flow import events as ev
from kiosk.flow import number_moves as number
from kiosk.flow import way_moves as way
from kiosk.flow.effects import Effect, PrintTicket
from kiosk.flow.moves import (
    Step,
    arrive_home,
    be_active,
    deeper,
    derived_request_id,
    enter,
    go_home,
    go_home_unattended,
    note_card,
    typed,
)
from kiosk.flow.states import Paper, Place, State

_SIGNS = "0123456789X"


def _check(state: State, **changed: Any) -> el.Eligibility:
    return replace(state.session.eligibility, **changed)


def face_check_found(state: State, event: el.FaceCheckFound) -> Step:
    return replace(state, around=replace(state.around, face_check=event.there)), ()


# --- consent and who it is ----------------------------------------------------------------------


def agree(state: State, event: ev.Event) -> Step:
    """Who the person is may be known already, from a card laid down before."""
    if not state.around.face_check:
        return be_active(state, event)
    agreed, effects = deeper(
        state, Place.PENSION_WHO, el.WarmUp(), code="", eligibility=el.Eligibility()
    )
    person = state.session.person
    if person is None:
        return agreed, effects
    looking, more = card_known(agreed, ev.CardKnown(person))
    return looking, (*effects, *more)


def type_sign(state: State, event: ev.KeyTouched) -> Step:
    sign = event.sign.upper()
    code = state.session.code
    fits = sign in _SIGNS and len(code) < el.ID_LENGTH and not code.endswith("X")
    if sign == "X" and len(code) != el.ID_LENGTH - 1:
        fits = False
    return typed(state, code + sign if fits else code)


def find_typed(state: State, event: ev.FindTouched) -> Step:
    if len(state.session.code) != el.ID_LENGTH:
        return be_active(state, event)
    return _find(state, state.session.code, event.request_id)


def card_known(state: State, event: ev.CardKnown) -> Step:
    """The number goes to the server and stays nowhere here."""
    return _find(state, event.person.id_number, derived_request_id(f"{state.entered_s}", "find"))


def _find(state: State, id_number: str, request_id: str) -> Step:
    wish = el.FindPensioner(request_id, id_number)
    check = _check(state, misread=False)
    return enter(
        state, Place.PENSION_FINDING, wish, code="", request_id=request_id, eligibility=check
    )


def card_laid(state: State, event: ev.Event) -> Step:
    lying = note_card(state, event)[0]
    session = replace(lying.session, eligibility=_check(lying, misread=False))
    return replace(lying, session=session, active_s=state.now_s), ()


def card_failed(state: State, event: ev.Event) -> Step:
    session = replace(state.session, eligibility=_check(state, misread=True))
    return replace(state, session=session, active_s=state.now_s), ()


def found(state: State, event: el.PensionerFound) -> Step:
    check = _check(state, pensioner=event.pensioner)
    if not event.pensioner.enrolled:
        return enter(state, Place.PENSION_DONE, eligibility=replace(check, outcome="not_enrolled"))
    return enter(state, Place.PENSION_FOUND, eligibility=check)


def refused(state: State, event: el.CheckRefused) -> Step:
    return _give_up(state, event.code)


def unanswered(state: State, _event: ev.Event) -> Step:
    return _give_up(state, "no_answer")


def undecided(state: State, event: ev.Event) -> Step:
    """No clerk came to compare: a number for a window. Of what the server does not say at all,
    nobody waits twice."""
    check = state.session.eligibility
    if not check.waiting or check.clerk_away:
        return unanswered(state, event)
    return _wait_no_longer(state, state.session.request_id or "", "clerk_away")


def wait_no_longer(state: State, event: el.ToWindowTouched) -> Step:
    """Only a clerk's look may be left: what the server decides comes in a moment."""
    if not state.session.eligibility.waiting:
        return state, ()
    return _wait_no_longer(state, event.request_id, "did_not_wait")


def _wait_no_longer(state: State, request_id: str, why: str) -> Step:
    asked, effects = _settle(state, request_id, "gave_up", why)
    told = replace(asked.session.eligibility, waiting=False, clerk_away=True)
    return replace(asked, session=replace(asked.session, eligibility=told)), effects


def _give_up(state: State, code: str) -> Step:
    check = _check(state, outcome=code, waiting=False)
    return enter(state, Place.PENSION_DONE, el.ForgetCheck(), eligibility=check)


# --- the camera ---------------------------------------------------------------------------------


def begin(state: State, event: el.StartTouched) -> Step:
    pensioner = state.session.eligibility.pensioner
    if pensioner is None:
        return be_active(state, event)
    wish = el.BeginCheck(event.request_id, pensioner.person, pensioner.consent_version)
    check = _check(state, tries=1, face=el.FaceShown())
    return enter(state, Place.PENSION_FACE, wish, request_id=event.request_id, eligibility=check)


def again(state: State, event: el.StartTouched) -> Step:
    check = _check(state, tries=state.session.eligibility.tries + 1, face=el.FaceShown())
    wish = el.TryAgain(event.request_id)
    return enter(state, Place.PENSION_FACE, wish, request_id=event.request_id, eligibility=check)


def face_seen(state: State, event: el.FaceSeen) -> Step:
    """Somebody stands before the camera: that is as good as a touch."""
    check = el.with_face(state.session.eligibility, el.seen_now(event, state.now_s))
    session = replace(state.session, eligibility=check)
    return replace(state, session=session, active_s=state.now_s), ()


def more_time(state: State, _event: ev.Event) -> Step:
    return replace(state, active_s=state.now_s), (el.GiveMoreTime(),)


def face_ended(state: State, event: el.FaceEnded) -> Step:
    """What a machine doubts a person looks at; what it did not recognise may be tried again."""
    check = state.session.eligibility
    if event.decision == "reject" and check.tries < el.TRIES:
        return enter(state, Place.PENSION_AGAIN, eligibility=replace(check, unmade=event.unmade))
    if event.decision in ("pass", "grey", "reject"):
        return _settle(state, event.request_id, event.decision)
    return _settle(state, event.request_id, "gave_up", event.decision)


def to_window(state: State, event: el.ToWindowTouched) -> Step:
    """During a check the server gives the number, with the reason; before one it is taken."""
    if state.place in (Place.PENSION_FACE, Place.PENSION_AGAIN):
        gave_up = "reject" if state.place is Place.PENSION_AGAIN else "gave_up"
        return _settle(state, event.request_id, gave_up)
    at_consent, effects = enter(state, Place.ELIGIBILITY, el.ForgetCheck())
    asked, more = way.take_number(at_consent, ev.TakeTouched(event.request_id))
    return asked, (*effects, *more)


def _settle(state: State, request_id: str, decision: str, reason: str = "") -> Step:
    wish = el.SettleCheck(derived_request_id(request_id, "settle"), decision, reason)
    return enter(state, Place.PENSION_SETTLING, wish, request_id=wish.request_id)


# --- the result ---------------------------------------------------------------------------------


def settled(state: State, event: el.CheckSettled) -> Step:
    if event.status == "waiting_for_clerk":
        session = replace(state.session, eligibility=_check(state, waiting=True))
        return replace(state, session=session, entered_s=state.now_s), ()
    if event.status == "passed":
        return _passed(state, event)
    check = _check(state, outcome="window", waiting=False, sent=event.sent)
    paper: tuple[Effect, ...] = (el.ForgetCheck(),)
    if event.ticket is not None:
        language = state.manner.language
        paper = (*paper, PrintTicket(event.request_id, event.ticket, language, event.sent))
    return enter(state, Place.PENSION_DONE, *paper, eligibility=check, ticket=event.ticket)


def _passed(state: State, event: el.CheckSettled) -> Step:
    check = _check(
        state,
        outcome="passed",
        next_due=event.next_due,
        waiting=False,
        renewal=event.renewal,
    )
    slip = el.PrintSlip(event.request_id, event.next_due, state.manner.language)
    return enter(
        state,
        Place.PENSION_DONE,
        el.ForgetCheck(),
        slip,
        eligibility=check,
        list_request=event.request_id,
        list_paper=Paper.NONE,
    )


def renew(state: State, event: el.RenewTouched) -> Step:
    """Asked once; without an answer nothing is renewed."""
    check = state.session.eligibility
    if not check.renewal or check.renewed or check.pensioner is None:
        return be_active(state, event)
    version = check.pensioner.consent_version
    wish = el.RenewReference(event.request_id, check.renewal, version, event.agreed)
    asked = replace(check, renewed="asked" if event.agreed else "declined")
    session = replace(state.session, eligibility=asked, request_id=event.request_id)
    return replace(state, session=session, active_s=state.now_s), (wish,)


def renewal_taken(state: State, event: el.RenewalTaken) -> Step:
    session = replace(state.session, eligibility=_check(state, renewed=event.outcome))
    return replace(state, session=session, active_s=state.now_s), ()


def printed(state: State, event: ev.PrintEnded) -> Step:
    """The number stands on the screen: bad news of its paper changes the words and no more."""
    told, effects = number.print_ended_late(state, event)
    return enter(told, Place.PENSION_DONE, *effects)


# --- leaving ------------------------------------------------------------------------------------


def leave(state: State, event: ev.Event) -> Step:
    home, effects = go_home(state, event)
    return home, (*effects, el.ForgetCheck())


def leave_unattended(state: State, event: ev.Event) -> Step:
    home, effects = go_home_unattended(state, event)
    return home, (*effects, el.ForgetCheck())


def back_to_consent(state: State, _event: ev.Event) -> Step:
    trail = state.session.trail[:-1] if state.place is Place.PENSION_WHO else ()
    home, effects = arrive_home(state, el.ForgetCheck())
    return enter(home, Place.ELIGIBILITY, *effects, trail=trail)
