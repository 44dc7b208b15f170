"""Journeys of the yearly check: passes, doubts, refusals, tries, and every way to a window."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import eligibility as el
from kiosk.flow import events as ev
from kiosk.flow.states import Around, Link, Paper, Place, Session, State
from kiosk.flow.table import step
from kiosk.sample_eligibility import PERSON as PENSIONER
from kiosk.sample_ways import with_content
from kiosk.samples import PERSON
from tests.flows.journeys import HALL, TICKET, R, travel_from

AROUND = replace(with_content(Around(HALL, server=Link.UP)), face_check=True)
HOME = State(place=Place.HOME, around=AROUND)
DOOR = ev.DoorTouched(ev.Door.ELIGIBILITY)
AGAIN = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a02"
WINDOW = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a03"


def request_of(effects: list[fx.Effect]) -> str:
    return str(effects[-1].request_id)  # type: ignore[attr-defined]


def known(pensioner: el.PensionerFacts = PENSIONER) -> State:
    state, effects = travel_from(
        HOME,
        (Place.HOME, DOOR),
        (Place.ELIGIBILITY, el.AgreeTouched()),
        (Place.PENSION_WHO, ev.CardLaid()),
        (Place.PENSION_WHO, ev.CardKnown(PERSON)),
        Place.PENSION_FINDING,
    )
    assert effects[0] == el.WarmUp()
    assert effects[-1] == el.FindPensioner(request_of(effects), PERSON.id_number)
    return step(state, el.PensionerFound(request_of(effects), pensioner))[0]


def before_the_camera() -> State:
    state, effects = step(known(), el.StartTouched(R))
    assert effects == (el.BeginCheck(R, "p-1", "2026-1"),)
    assert state.place is Place.PENSION_FACE
    return state


def ended(state: State, decision: str, request: str = R) -> tuple[State, list[fx.Effect]]:
    state, effects = step(state, el.FaceEnded(request, decision))
    return state, list(effects)


def test_card_look_two_movements_slip() -> None:
    state = before_the_camera()
    state, _ = step(state, el.FaceSeen(R, "act", None, "turn_left", 0, 10.0))
    assert state.session.eligibility.face.action == "turn_left"
    state, effects = ended(state, "pass")
    assert effects == [el.SettleCheck(request_of(effects), "pass")]
    settle = request_of(effects)
    state, done = step(state, el.CheckSettled(settle, "passed", "2027-03-02", None))
    assert state.place is Place.PENSION_DONE
    assert done == (el.ForgetCheck(), el.PrintSlip(settle, "2027-03-02", ev.Language.CHINESE))
    state, _ = step(state, ev.HomeTouched())
    assert (state.place, state.session) == (Place.HOME, Session())


def test_in_doubt_a_clerk_is_waited_for() -> None:
    state, effects = ended(before_the_camera(), "grey")
    settle = request_of(effects)
    state, _ = step(state, el.CheckSettled(settle, "waiting_for_clerk", "", None))
    assert state.place is Place.PENSION_SETTLING
    assert state.session.eligibility.waiting
    state, _ = step(state, el.CheckSettled(settle, "passed", "2027-03-02", None))
    assert state.session.eligibility.outcome == "passed"


@pytest.mark.parametrize("agreed", [True, False])
def test_who_passed_by_a_clerks_look_may_renew_the_reference(agreed: bool) -> None:
    state, effects = ended(before_the_camera(), "grey")
    settle = request_of(effects)
    state, _ = step(state, el.CheckSettled(settle, "waiting_for_clerk", "", None))
    state, _ = step(state, el.CheckSettled(settle, "passed", "2027-03-02", None, renewal="c-1"))
    state, wish = step(state, el.RenewTouched(AGAIN, agreed))
    assert wish == (el.RenewReference(AGAIN, "c-1", "2026-1", agreed),)
    assert step(state, el.RenewTouched(WINDOW, agreed))[1] == ()  # asked once
    outcome = "accepted" if agreed else "declined"
    state, _ = step(state, el.RenewalTaken(AGAIN, outcome))
    assert (state.place, state.session.eligibility.renewed) == (Place.PENSION_DONE, outcome)
    state, _ = step(state, ev.ListPrinted(settle, ev.Outcome.CONFIRMED))
    assert state.session.list_paper is not Paper.NONE  # the slip's own news still counts


def test_where_no_clerk_answers_in_time_a_number_for_a_window_is_asked_for() -> None:
    state, effects = ended(before_the_camera(), "grey")
    state, _ = step(state, el.CheckSettled(request_of(effects), "waiting_for_clerk", "", None))
    state, given_up = step(state, ev.Tick(state.now_s + state.limits.clerk_s + 1))
    settle = request_of(list(given_up))
    assert given_up == (el.SettleCheck(settle, "gave_up", "clerk_away"),)
    assert (state.place, settle != request_of(effects)) == (Place.PENSION_SETTLING, True)
    told = el.CheckSettled(settle, "window", "", TICKET, "in_person")
    assert step(state, told)[0].session.ticket == TICKET
    silent, _ = step(state, ev.Tick(state.now_s + state.limits.clerk_s + 1))
    assert silent.session.eligibility.outcome == "no_answer"


def test_who_does_not_want_to_wait_for_a_clerk_gets_a_number() -> None:
    state, effects = ended(before_the_camera(), "grey")
    settle = request_of(effects)
    assert step(state, el.ToWindowTouched(WINDOW)) == (state, ())  # the server answers in a moment
    state, _ = step(state, el.CheckSettled(settle, "waiting_for_clerk", "", None))
    state, given_up = step(state, el.ToWindowTouched(WINDOW))
    wish = request_of(list(given_up))
    assert given_up == (el.SettleCheck(wish, "gave_up", "did_not_wait"),)
    assert step(state, el.ToWindowTouched(AGAIN)) == (state, ())
    late, _ = step(state, el.CheckSettled(settle, "passed", "2027-03-02", None))
    assert late == state  # what is settled now is the new wish
    told = el.CheckSettled(wish, "window", "", TICKET, "in_person")
    assert step(state, told)[0].session.ticket == TICKET


def test_after_three_tries_a_window_with_its_number() -> None:
    state = before_the_camera()
    state, effects = ended(state, "reject")
    assert (state.place, effects) == (Place.PENSION_AGAIN, [])
    state, effects_2 = step(state, el.StartTouched(AGAIN))
    assert effects_2 == (el.TryAgain(AGAIN),)
    state, _ = ended(state, "reject", AGAIN)
    state, _ = step(state, el.StartTouched(WINDOW))
    state, effects = ended(state, "reject", WINDOW)
    assert effects == [el.SettleCheck(request_of(effects), "reject")]
    settled = el.CheckSettled(request_of(effects), "window", "", TICKET, "not_recognised")
    state, done = step(state, settled)
    assert state.place is Place.PENSION_DONE
    assert state.session.ticket == TICKET
    chinese = ev.Language.CHINESE
    assert fx.PrintTicket(request_of(effects), TICKET, chinese, "not_recognised") in done


def test_the_paper_of_the_windows_number_is_reported_and_the_words_stay() -> None:
    state, effects = ended(before_the_camera(), "no_camera")
    settle = request_of(effects)
    assert effects == [el.SettleCheck(settle, "gave_up", "no_camera")]
    state, _ = step(state, el.CheckSettled(settle, "window", "", TICKET))
    state, told = step(state, ev.PrintEnded(settle, TICKET, ev.Outcome.CONFIRMED, "ok"))
    assert state.place is Place.PENSION_DONE
    assert isinstance(told[0], fx.ReportPrinted)


@pytest.mark.parametrize("place", ["face", "again"])
def test_a_window_can_be_asked_for_during_the_check(place: str) -> None:
    state = before_the_camera()
    if place == "again":
        state, _ = ended(state, "reject")
    state, effects = step(state, el.ToWindowTouched(WINDOW))
    wish = effects[-1]
    assert isinstance(wish, el.SettleCheck)
    assert wish.decision == ("reject" if place == "again" else "gave_up")


@pytest.mark.parametrize("at", [Place.PENSION_WHO, Place.PENSION_FOUND, Place.PENSION_DONE])
def test_before_a_check_a_window_is_a_number_like_any_other(at: Place) -> None:
    check = el.Eligibility(pensioner=PENSIONER, outcome="not_registered")
    here = replace(HOME, place=at, session=Session(eligibility=check))
    state, effects = step(here, el.ToWindowTouched(WINDOW))
    assert el.ForgetCheck() in effects
    assert state.session.matter == "D-02"
    assert state.place is Place.CHECKING


@pytest.mark.parametrize("code", ["not_registered", "no_answer", "not_enrolled"])
def test_a_refusal_says_why_and_offers_a_window(code: str) -> None:
    state, effects = travel_from(
        HOME,
        (Place.HOME, DOOR),
        (Place.ELIGIBILITY, el.AgreeTouched()),
        (Place.PENSION_WHO, ev.CardKnown(PERSON)),
        Place.PENSION_FINDING,
    )
    state, _ = step(state, el.CheckRefused(request_of(effects), code))
    assert (state.place, state.session.eligibility.outcome) == (Place.PENSION_DONE, code)


def test_who_has_no_photo_enrolled_is_sent_to_a_window() -> None:
    state = known(replace(PENSIONER, enrolled=False))
    assert state.session.eligibility.outcome == "not_enrolled"


def test_the_number_can_be_typed_and_stands_nowhere_afterwards() -> None:
    keys = [(Place.PENSION_WHO, ev.KeyTouched(sign)) for sign in "X34052419800101001x9"]
    state, effects = travel_from(
        HOME,
        (Place.HOME, DOOR),
        (Place.ELIGIBILITY, el.AgreeTouched()),
        (Place.PENSION_WHO, ev.FindTouched(R)),
        *keys,
        (Place.PENSION_WHO, ev.FindTouched(R)),
        Place.PENSION_FINDING,
    )
    assert effects[-1] == el.FindPensioner(R, "34052419800101001X")
    assert "3405" not in repr((state, effects))


def test_whoever_leaves_takes_everything_along() -> None:
    for event in (ev.HomeTouched(), ev.BackTouched()):
        state, effects = step(before_the_camera(), event)
        assert effects == (el.ForgetCheck(),)
        assert state.session.eligibility == el.Eligibility()
    late, effects = step(state, el.FaceEnded(R, "pass"))
    assert (late.place, effects) == (Place.ELIGIBILITY, ())


def test_nobody_before_the_camera_ends_it() -> None:
    state = before_the_camera()
    state, effects = step(state, ev.Tick(state.limits.face_s + 1))
    assert (state.place, effects) == (Place.HOME, (el.ForgetCheck(),))


def test_more_time_is_passed_on() -> None:
    _, effects = step(before_the_camera(), el.MoreTimeTouched())
    assert effects == (el.GiveMoreTime(),)


def test_without_a_camera_only_the_window_is_offered() -> None:
    blind = replace(HOME, around=replace(AROUND, face_check=False))
    state, effects = travel_from(
        blind, (Place.HOME, DOOR), (Place.ELIGIBILITY, el.AgreeTouched()), Place.ELIGIBILITY
    )
    assert effects == []
    assert step(state, el.FaceCheckFound(True))[0].around.face_check


def test_no_walk_through_the_check_gets_stuck_or_keeps_a_person() -> None:
    chance = random.Random(7)
    reached: set[Place] = set()
    for _ in range(400):
        state = HOME
        for _ in range(25):
            state, _ = step(state, _any(state, chance))
            reached.add(state.place)
        state, _ = step(state, ev.Tick(state.now_s + 10_000))
        for _ in range(4):
            state, _ = step(state, ev.Tick(state.now_s + 10_000))
        assert state.session == Session() or state.place in (Place.CANCELLING, Place.UNPRINTED)
    assert {p for p in Place if p.value.startswith("pension")} <= reached


def _any(state: State, chance: random.Random) -> ev.Event:
    request, fresh = state.session.request_id or "", f"{chance.getrandbits(128):032x}"
    return chance.choice(
        [
            DOOR,
            el.AgreeTouched(),
            ev.CardKnown(PERSON),
            ev.CardFailed(),
            el.PensionerFound(request, replace(PENSIONER, due=chance.random() < 0.5)),
            el.StartTouched(fresh),
            el.FaceSeen(request, "act", None, "nod", 0, 9.0),
            el.FaceEnded(request, chance.choice(["pass", "grey", "reject", "no_camera"])),
            el.CheckSettled(request, "waiting_for_clerk", "", None),
            el.CheckSettled(request, "passed", "2027-01-01", None),
            el.CheckSettled(request, "window", "", TICKET),
            el.CheckRefused(request, "no_answer") if chance.random() < 0.2 else DOOR,
            el.ToWindowTouched(fresh) if chance.random() < 0.2 else DOOR,
            el.MoreTimeTouched(),
            ev.Tick(state.now_s + chance.choice([0.2, 5.0])),
        ]
    )


def test_with_nobody_before_the_camera_it_is_asked_before_the_kiosk_goes_home() -> None:
    """Once more was touched, and the chair is empty; then nobody touches anything."""
    state, _ = ended(before_the_camera(), "reject")
    for event in (el.StartTouched(AGAIN), el.FaceSeen(AGAIN, "place", "no_face", None, 0, None)):
        state, _ = step(state, event)
    limits = state.limits
    state, _ = step(state, ev.Tick(state.now_s + limits.face_s - limits.warning_s))
    assert state.warned
    state, effects = step(state, ev.StillHere())
    assert (state.warned, effects) == (False, (el.GiveMoreTime(),))
    state, _ = ended(state, "reject", AGAIN)
    state, _ = step(state, ev.Tick(state.now_s + limits.found_s - limits.warning_s))
    assert (state.place, state.warned) == (Place.PENSION_AGAIN, True)
    state, _ = step(state, ev.StillHere())
    assert not state.warned
    state, effects = step(state, ev.Tick(state.now_s + limits.found_s + 1))
    assert (state.place, el.ForgetCheck() in effects) == (Place.HOME, True)


def test_who_laid_the_card_first_needs_no_second_reading() -> None:
    home = replace(HOME, place=Place.GREETING)
    greeted = replace(home, session=replace(home.session, person=PERSON))
    state, effects = travel_from(
        greeted,
        (Place.GREETING, DOOR),
        (Place.ELIGIBILITY, el.AgreeTouched()),
        Place.PENSION_FINDING,
    )
    assert effects[-1] == el.FindPensioner(request_of(effects), PERSON.id_number)
    assert state.session.person == PERSON
