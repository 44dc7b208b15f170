"""Journeys to a number: asked for, refused, given back; who leaves, and when time is over."""

from __future__ import annotations

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.states import Manner, Place, State
from kiosk.flow.table import UnexpectedEvent, step
from kiosk.samples import PERSON
from tests.flows.journeys import (
    CHOOSE,
    HALL,
    ISSUED,
    PRINTER_OK,
    PRINTER_OUT,
    START,
    TAKE,
    R,
    travel,
)


def test_leaving_while_the_number_is_asked_gives_it_back() -> None:
    _, effects = travel(
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ev.TicketDelayed(R)),
        (Place.ISSUING, ev.HomeTouched()),
        (Place.HOME, ISSUED),
        Place.HOME,
    )
    assert effects[-1] == fx.AbandonTicket(R)


def test_a_server_that_never_answers_sends_the_person_to_a_desk() -> None:
    state, effects = travel(
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ev.Tick(40.0)),
        Place.REFUSED,
    )
    assert state.session.refusal == "no_answer"
    assert effects[-1] == fx.AbandonTicket(R)


def test_an_answer_to_an_older_request_moves_nothing() -> None:
    other = ev.ServiceTouched("A", "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a02")
    state, _ = travel(
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, ev.HomeTouched()),
        (Place.HOME, TAKE),
        (Place.SERVICES, other),
        (Place.CHECKING, PRINTER_OUT),
        Place.CHECKING,
    )
    assert state.session.request_id == other.request_id


@pytest.mark.parametrize("service", ["E", "nowhere"])
def test_a_closed_or_unknown_service_is_refused_without_asking_anybody(service: str) -> None:
    state, effects = travel(
        START, (Place.HOME, TAKE), (Place.SERVICES, ev.ServiceTouched(service, R)), Place.REFUSED
    )
    assert effects == []
    assert state.session.refusal == "service_closed"


def test_losing_the_server_closes_home_but_no_running_journey() -> None:
    travel(
        START,
        (Place.HOME, ev.HallLost()),
        (Place.AWAY, CHOOSE),
        (Place.AWAY, ev.CardLaid()),
        (Place.AWAY, ev.HallSeen(HALL)),
        Place.HOME,
    )
    travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.HallLost()),
        (Place.READING, ev.CardKnown(PERSON)),
        (Place.GREETING, ev.HomeTouched()),
        Place.AWAY,
    )


def test_a_warning_comes_first_and_more_time_is_given() -> None:
    state, _ = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        (Place.GREETING, ev.Tick(44.0)),
        Place.GREETING,
    )
    assert not state.warned
    state, _ = step(state, ev.Tick(46.0))
    assert state.warned
    state, _ = step(state, ev.StillHere())
    assert not state.warned
    state, _ = step(state, ev.Tick(105.9))
    assert state.place is Place.GREETING
    state, _ = step(state, ev.Tick(106.0))
    assert state.place is Place.HOME


@pytest.mark.parametrize(
    ("touched", "spoken"),
    [
        ("L", True),
        ("LN", False),
        ("LC", False),
        ("VLN", True),  # switched on by hand: stays
        ("LVN", False),
        ("LVL", False),  # switched off by hand: stays off
        ("LVVN", True),
        ("VLVN", False),
        ("NVC", True),
    ],
)
def test_the_voice_that_came_with_large_type_goes_with_it(touched: str, spoken: bool) -> None:
    views = {"N": ev.View.NORMAL, "L": ev.View.ELDER, "C": ev.View.CONTRAST}
    state = State(place=Place.HOME)
    for sign in touched:
        wish = ev.VoiceTouched() if sign == "V" else ev.ViewChosen(views[sign])
        state, _ = step(state, wish)
    assert state.manner.spoken is spoken


def test_leaving_by_itself_resets_view_and_language_but_a_touch_keeps_them() -> None:
    large = (Place.HOME, ev.ViewChosen(ev.View.ELDER))
    english = (Place.HOME, ev.LanguageChosen(ev.Language.ENGLISH))
    card = ((Place.HOME, ev.CardLaid()), (Place.READING, ev.CardKnown(PERSON)))
    state, _ = travel(START, large, english, *card, (Place.GREETING, ev.BackTouched()), Place.HOME)
    large_english = Manner(ev.View.ELDER, ev.Language.ENGLISH, spoken=True, spoken_for_view=True)
    assert state.manner == large_english
    state, _ = travel(START, large, english, *card, (Place.GREETING, ev.Tick(60.0)), Place.HOME)
    assert state.manner == Manner()
    state, _ = travel(START, large, (Place.HOME, ev.Tick(60.0)), Place.ATTRACT)
    assert state.manner == Manner()


def test_help_opens_and_closes_and_never_outlives_a_place() -> None:
    state, _ = travel(START, (Place.HOME, ev.HelpTouched()), Place.HOME)
    assert state.help_open
    state, _ = step(state, ev.CardLaid())
    assert not state.help_open


def test_busy_places_are_not_prolonged_by_touching() -> None:
    state, _ = travel(START, (Place.HOME, ev.CardLaid()), Place.READING)
    for second in range(1, 16):
        state, _ = step(state, ev.Tick(float(second)))
        state, _ = step(state, ev.Touched())
    assert state.place is Place.CARD_TROUBLE


def test_an_event_without_an_entry_names_place_and_event_and_changes_nothing() -> None:
    state = State()
    with pytest.raises(UnexpectedEvent, match="TimeRanOut has no entry at starting"):
        step(state, ev.TimeRanOut())
    assert state == State()
