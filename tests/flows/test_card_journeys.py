"""Journeys with an ID card: read, not read, and whose it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.facts import ClassFacts, PersonFacts
from kiosk.flow.states import CardTrouble, Link, Place, Session
from kiosk.flow.table import step
from kiosk.samples import PERSON
from tests.flows.journeys import (
    CHOOSE,
    HALL,
    ISSUED,
    PRINTED,
    PRINTER_OK,
    PRINTER_OUT,
    START,
    TAKE,
    R,
    travel,
)


def ages(*limits: int | None) -> ev.HallSeen:
    classes = tuple(ClassFacts(f"c{n}", "优先", "", age) for n, age in enumerate(limits))
    return ev.HallSeen(replace(HALL, classes=classes))


def test_a_card_greets_an_elderly_person_and_goes_with_the_request() -> None:
    state, effects = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        Place.GREETING,
    )
    assert state.session.priority_age == 60
    state, effects = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        (Place.GREETING, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        Place.ISSUING,
    )
    assert fx.RequestTicket(R, "D", PERSON, class_by_age="elderly") in effects


@pytest.mark.parametrize(
    ("birth_year", "month", "hall", "reached"),
    [
        (1966, 3, ages(60), 60),
        (1966, 4, ages(60), None),
        (2000, 1, ages(60), None),
        (1950, 1, ages(60, None, 70), 70),
        (1958, 1, ages(60, None, 70), 60),
        (1958, 1, ages(70), None),
        (1930, 1, ages(None), None),
    ],
)
def test_priority_by_age_follows_the_halls_rule_from_the_birthday_on(
    birth_year: int, month: int, hall: ev.HallSeen, reached: int | None
) -> None:
    birth = HALL.business_day.replace(year=birth_year, month=month)
    state, _ = travel(
        (Place.STARTING, hall),
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PersonFacts("x", "王芳", birth))),
        Place.GREETING,
    )
    assert state.session.priority_age == reached


def test_back_from_no_paper_keeps_the_card() -> None:
    state, _ = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        (Place.GREETING, CHOOSE),
        (Place.CHECKING, PRINTER_OUT),
        (Place.NO_PAPER, ev.BackTouched()),
        Place.GREETING,
    )
    assert state.session.person == PERSON
    assert state.session.request_id is None


def test_a_card_lifted_too_soon_can_be_laid_again() -> None:
    state, _ = travel(
        START, (Place.HOME, ev.CardLaid()), (Place.READING, ev.CardLifted()), Place.CARD_TROUBLE
    )
    assert state.session.card_trouble is CardTrouble.LIFTED
    travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardFailed()),
        (Place.CARD_TROUBLE, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        Place.GREETING,
    )


def test_the_next_card_at_the_ticket_forgets_the_person_before() -> None:
    state, _ = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        (Place.GREETING, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, PRINTED),
        (Place.TICKET, ev.CardLaid()),
        Place.READING,
    )
    assert state.session == Session()


def test_a_card_known_after_its_place_was_left_is_nobodys() -> None:
    state, _ = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.BackTouched()),
        (Place.HOME, ev.CardKnown(PERSON)),
        Place.HOME,
    )
    assert state.session.person is None


def test_the_reader_may_be_away_and_touching_still_works() -> None:
    state, _ = travel(
        START,
        (Place.HOME, ev.ReaderLost()),
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        Place.CHECKING,
    )
    assert state.around.reader is Link.DOWN


def test_neither_person_nor_card_shows_in_a_representation() -> None:
    state, _ = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        Place.GREETING,
    )
    for text in (repr(state), repr(ev.CardKnown(PERSON)), repr(fx.RequestTicket(R, "D", PERSON))):
        assert PERSON.id_number not in text
        assert PERSON.name not in text


def test_a_card_that_goes_as_soon_as_it_failed_was_taken_away_too_early() -> None:
    """The reader says that it cannot read, and a moment later that nothing lies there."""
    failed, _ = travel(START, (Place.HOME, ev.CardLaid()), (Place.READING, ev.CardFailed()))
    assert failed.place is Place.CARD_TROUBLE
    at_once, _ = step(failed, ev.CardLifted())
    assert at_once.session.card_trouble is CardTrouble.LIFTED
    later, _ = step(step(failed, ev.Tick(failed.now_s + 2.0))[0], ev.CardLifted())
    assert later.session.card_trouble is CardTrouble.UNREADABLE
    assert not later.around.card_lies
