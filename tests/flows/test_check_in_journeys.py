"""Journeys of people who have an appointment."""

from __future__ import annotations

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.states import Place, Session
from kiosk.flow.table import step
from kiosk.samples import PERSON
from tests.flows.journeys import (
    CHOOSE,
    ISSUED,
    PRINTED,
    PRINTER_OK,
    START,
    R,
    travel,
)


def test_an_appointment_is_checked_in_by_its_code() -> None:
    digits = [(Place.CODE, ev.DigitTouched(digit)) for digit in "5716633"]  # one too many
    state, effects = travel(
        START,
        (Place.HOME, ev.CheckInTouched("unused")),
        *digits,
        (Place.CODE, ev.CodeTouched(R)),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, PRINTED),
        Place.TICKET,
    )
    assert effects[:2] == [fx.AskPrinter(R), fx.RequestCheckIn(R, "571663", None)]
    assert step(state, ev.HomeTouched())[0].session == Session()


def test_the_last_digits_of_a_phone_will_do_and_three_will_not() -> None:
    at_keypad, _ = travel(START, (Place.HOME, ev.CheckInTouched("unused")), Place.CODE)
    for digit in "801":
        at_keypad, _ = step(at_keypad, ev.DigitTouched(digit))
    assert step(at_keypad, ev.CodeTouched(R))[0].place is Place.CODE
    for event in (ev.DigitTouched("2"), ev.EraseTouched(), ev.DigitTouched("3")):
        at_keypad, _ = step(at_keypad, event)
    sent, _ = step(at_keypad, ev.CodeTouched(R))
    assert (sent.place, sent.session.code) == (Place.CHECKING, "8013")


def test_a_card_says_whose_appointment_it_is() -> None:
    _, effects = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        (Place.GREETING, ev.CheckInTouched(R)),
        (Place.CHECKING, PRINTER_OK),
        Place.ISSUING,
    )
    assert effects[-1] == fx.RequestCheckIn(R, "", PERSON)


def test_who_is_refused_may_type_the_code_again() -> None:
    refused = ev.TicketRefused(R, "appointment_too_early", "2026-03-02T15:00:00+08:00")
    state, _ = travel(
        START,
        (Place.HOME, ev.CheckInTouched("unused")),
        *[(Place.CODE, ev.DigitTouched("1"))] * 6,
        (Place.CODE, ev.CodeTouched(R)),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, refused),
        (Place.REFUSED, ev.BackTouched()),
        Place.CODE,
    )
    assert state.session == Session(checks_in=True)


def test_who_chose_a_service_after_all_gets_its_number() -> None:
    _, effects = travel(
        START,
        (Place.HOME, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        (Place.GREETING, ev.CheckInTouched(R)),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ev.TicketRefused(R, "not_found")),
        (Place.REFUSED, ev.BackTouched()),
        (Place.GREETING, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        Place.ISSUING,
    )
    assert effects[-1] == fx.RequestTicket(R, "D", PERSON, class_by_age="elderly")
