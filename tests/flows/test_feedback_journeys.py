"""Journeys of rating a visit and of the suggestion box, also in the dark."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow import feedback as fb
from kiosk.flow.facts import LeaseFacts
from kiosk.flow.feedback_moves import offered
from kiosk.flow.states import Around, Link, Place, Session, State
from kiosk.flow.table import step
from kiosk.sample_feedback import OTHER, STEP
from kiosk.sample_ways import with_content
from kiosk.samples import PERSON
from tests.flows.journeys import HALL, R, travel_from

HOME = State(place=Place.HOME, around=with_content(Around(HALL, server=Link.UP)))
DOOR = (Place.HOME, ev.DoorTouched(ev.Door.FEEDBACK))
NEXT = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a02"


def found_by_code(*steps: fb.StepFacts) -> State:
    state, effects = travel_from(
        HOME,
        DOOR,
        (Place.FEEDBACK, fb.RateTouched()),
        (Place.RATE_WHO, ev.CodeScanned("3f9c", R)),
        (Place.RATE_FINDING, fb.StepsFound(R, steps)),
    )
    assert effects == [fb.FindSteps(R, token="3f9c")]
    return state


def rated(level: int, *ticked: str) -> State:
    return travel_from(
        found_by_code(STEP),
        (Place.RATE, fb.LevelTouched(level)),
        *((Place.REASONS, fb.TickTouched(name)) for name in ticked),
    )[0]


def test_by_card_the_person_is_forgotten_as_soon_as_their_visits_are_asked_for() -> None:
    state, effects = travel_from(
        HOME,
        DOOR,
        (Place.FEEDBACK, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        Place.RATE_FINDING,
    )
    (wish,) = effects
    assert isinstance(wish, fb.FindSteps)
    assert (wish.person, state.session.person) == (PERSON, None)
    assert PERSON.id_number not in repr(effects)
    state, _ = step(state, fb.StepsFound(wish.request_id, (STEP, OTHER)))
    assert state.place is Place.RATE_WHICH
    assert step(state, ev.BackTouched())[0].place is Place.RATE_WHO


def test_one_visit_five_levels_reasons_and_thanks() -> None:
    state, effects = travel_from(
        rated(2, "slow", "wait", "slow"),
        (Place.REASONS, fb.SendTouched(NEXT)),
        (Place.SENDING, fb.FeedbackEnded(NEXT, "sent", "2026-03-09")),
        Place.SENT,
    )
    assert effects == [fb.SendReview(NEXT, "t-1", 1, 2, ("wait",), "")]
    assert state.session.feedback == fb.Feedback(outcome="sent", answer_by="2026-03-09")
    assert step(state, ev.HomeTouched())[0].session == Session()


def test_nothing_is_sent_that_was_not_confirmed() -> None:
    state = rated(1, "rude")
    for event in (ev.HomeTouched(), ev.TimeRanOut()):
        left, effects = step(state, event)
        assert (left.place, effects) == (Place.HOME, ())


def test_another_level_asks_anew_and_the_same_one_keeps_what_was_ticked() -> None:
    back, _ = travel_from(rated(1, "rude"), (Place.REASONS, ev.BackTouched()), Place.RATE)
    same, _ = step(back, fb.LevelTouched(1))
    other, _ = step(back, fb.LevelTouched(5))
    assert (same.session.feedback.ticked, other.session.feedback.ticked) == (("rude",), ())
    assert "rude" not in offered(other)
    assert set(offered(step(back, fb.LevelTouched(3))[0])) == set(offered(same))
    assert step(other, fb.TickTouched("rude"))[0].session == other.session
    assert step(other, fb.PhoneTouched())[0].place is Place.REASONS, "only who is dissatisfied"


def test_a_number_is_left_or_not_and_going_back_forgets_it() -> None:
    digits = [(Place.PHONE, ev.DigitTouched(sign)) for sign in "138000011112"]
    typed, _ = travel_from(rated(1), (Place.REASONS, fb.PhoneTouched()), *digits)
    assert typed.session.feedback.phone == "13800001111"
    left, effects = travel_from(
        typed, (Place.PHONE, fb.PhoneGiven()), (Place.REASONS, fb.SendTouched(NEXT)), Place.SENDING
    )
    assert effects == [fb.SendReview(NEXT, "t-1", 1, 1, (), "13800001111")]
    assert "138" not in repr(effects) + repr(left)
    regretted, _ = travel_from(typed, (Place.PHONE, ev.BackTouched()), Place.REASONS)
    assert regretted.session.feedback.phone == ""
    short, _ = travel_from(rated(1), (Place.REASONS, fb.PhoneTouched()), *digits[:3])
    assert step(short, fb.PhoneGiven())[0].place is Place.PHONE


def test_a_suggestion_says_something_before_it_can_be_sent() -> None:
    box, _ = travel_from(HOME, DOOR, (Place.FEEDBACK, fb.SuggestTouched()), Place.SUGGEST)
    assert step(box, fb.SendTouched(NEXT))[0].place is Place.SUGGEST
    _, effects = travel_from(
        box,
        (Place.SUGGEST, fb.TickTouched("windows")),
        (Place.SUGGEST, fb.SendTouched(NEXT)),
        Place.SENDING,
    )
    assert effects == [fb.SendSuggestion(NEXT, ("windows",), "")]


@pytest.mark.parametrize("later", [fb.FeedbackEnded(NEXT, "not_kept"), ev.TimeRanOut()])
def test_what_could_not_be_sent_or_kept_stays_for_another_try_under_the_same_name(
    later: ev.Event,
) -> None:
    _, effects = travel_from(
        rated(2, "slow"),
        (Place.REASONS, fb.SendTouched(NEXT)),
        (Place.SENDING, later),
        (Place.SENT, ev.BackTouched()),
        (Place.REASONS, fb.SendTouched(R)),
        Place.SENDING,
    )
    review = fb.SendReview(NEXT, "t-1", 1, 2, ("slow",), "")
    assert effects == [review, review], "one request, so that it counts once"


def test_without_a_visit_or_a_server_the_box_is_still_open() -> None:
    assert found_by_code().session.feedback.outcome == "none"
    lent = LeaseFacts((("A", 3),))
    dark = replace(HOME, around=replace(HOME.around, server=Link.DOWN, lease=lent))
    state, _ = travel_from(
        dark,
        DOOR,
        (Place.FEEDBACK, fb.RateTouched()),
        (Place.RATE_WHO, ev.CodeScanned("3f9c", R)),
        (Place.RATE_FINDING, fb.FeedbackEnded(R, "no_answer")),
        (Place.SENT, fb.SuggestTouched()),
        (Place.SUGGEST, ev.BackTouched()),
        Place.HOME,
    )
    assert state.session == Session()


def test_at_the_first_screen_a_scanned_ticket_still_finds_its_place_in_the_queue() -> None:
    _, effects = travel_from(HOME, (Place.HOME, ev.CodeScanned("3f9c", R)), Place.LOOKING)
    assert effects == [fx.FindTickets(R, token="3f9c")]


def typed_in(number: str, code: str) -> State:
    return travel_from(
        HOME,
        DOOR,
        (Place.FEEDBACK, fb.RateTouched()),
        (Place.RATE_WHO, fb.TypeTouched()),
        *((Place.RATE_NUMBER, ev.KeyTouched(sign)) for sign in number),
        (Place.RATE_NUMBER, fb.NumberGiven()),
        *((Place.RATE_CODE, ev.DigitTouched(digit)) for digit in code),
    )[0]


def test_without_card_and_scanner_number_and_code_find_the_visit() -> None:
    state, effects = step(typed_in("d023", "48219"), fb.CodeGiven(R))
    assert effects == (fb.FindSteps(R, number="D023", code="4821"),)
    assert "4821" not in repr(effects) + repr(state.session.feedback)
    assert state.session.feedback == fb.Feedback(), "what was typed is forgotten at once"
    state, _ = step(state, fb.StepsFound(R, (STEP,)))
    assert state.place is Place.RATE
    assert step(state, ev.BackTouched())[0].place is Place.RATE_WHO


def test_a_number_alone_goes_nowhere_and_half_a_code_neither() -> None:
    letter, _ = travel_from(HOME, DOOR, (Place.FEEDBACK, fb.RateTouched()), Place.RATE_WHO)
    for event in (fb.TypeTouched(), ev.KeyTouched("D"), fb.NumberGiven()):
        letter, _ = step(letter, event)
    assert letter.place is Place.RATE_NUMBER
    for given in ("", "482"):
        assert step(typed_in("D023", given), fb.CodeGiven(R))[1] == ()
    state, _ = step(typed_in("D023", "48"), ev.EraseTouched())
    assert state.session.feedback.code == "4"
    back, _ = step(state, ev.BackTouched())
    assert (back.place, back.session.feedback.number) == (Place.RATE_NUMBER, "D023")
    assert step(typed_in("D023", "48"), ev.HomeTouched())[0].session == Session()
    lying, effects = step(state, ev.CodeScanned("3f9c", NEXT))
    assert (lying.place, lying.around.scanner) == (Place.RATE_FINDING, True)
    assert effects == (fb.FindSteps(NEXT, token="3f9c"),)


def test_who_mistyped_types_again_from_the_number_on() -> None:
    state, _ = step(typed_in("D023", "4821"), fb.CodeGiven(R))
    state, _ = step(state, fb.FeedbackEnded(R, "code_wrong"))
    assert (state.place, state.session.feedback.outcome) == (Place.SENT, "code_wrong")
    state, _ = step(state, fb.TypeTouched())
    assert (state.place, state.session.feedback) == (Place.RATE_NUMBER, fb.Feedback())
    assert step(state, ev.BackTouched())[0].place is Place.RATE_WHO
