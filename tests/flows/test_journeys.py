"""Journeys through the kiosk: a list of (place expected, event); an unexpected place fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.facts import ClassFacts, PersonFacts
from kiosk.flow.moves import derived_request_id
from kiosk.flow.states import CardTrouble, Link, Manner, Paper, Place, Session, State
from kiosk.flow.table import UnexpectedEvent, step
from kiosk.samples import PERSON, beyond, sample_hall, sample_ticket

HALL = sample_hall(closed="E")
TICKET = sample_ticket()
R = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a01"
CHOOSE = ev.ServiceTouched("D", R)
PRINTER_OK = ev.PrinterAnswered(R, True, "ok")
PRINTER_OUT = ev.PrinterAnswered(R, False, "out")
PRINTER_MUTE = ev.PrinterAnswered(R, None, "unknown")
ISSUED = ev.TicketIssued(R, TICKET)
PRINTED = ev.PrintEnded(R, TICKET, ev.Outcome.CONFIRMED, "ok")
PRINT_FAILED = ev.PrintEnded(R, TICKET, ev.Outcome.FAILED, "out")
PRINT_UNKNOWN = ev.PrintEnded(R, TICKET, ev.Outcome.UNKNOWN, "unknown")
NOT_PRINTED = fx.ReportPrintFailed(derived_request_id(R, "print-failed"), TICKET.id)
KEPT = fx.KeepTicket(derived_request_id(R, "keep"), TICKET.id)


def travel(*journey: tuple[Place, ev.Event] | Place) -> tuple[State, list[fx.Effect]]:
    """Runs (place expected before, event) …, last place expected. All effects on the way."""
    state, effects = State(), []
    for stage in journey:
        place, event = stage if isinstance(stage, tuple) else (stage, None)
        assert state.place is place, f"at {state.place}, expected {place} before {event}"
        if event is not None:
            state, done = step(state, event)
            effects.extend(done)
    return state, effects


START = (Place.STARTING, ev.HallSeen(HALL))


def test_touching_a_service_asks_the_printer_first_and_ends_at_home() -> None:
    state, effects = travel(
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, PRINTED),
        (Place.TICKET, ev.Tick(24.0)),
        (Place.TICKET, ev.Tick(25.0)),
        Place.HOME,
    )
    assert effects == [
        fx.AskPrinter(R),
        fx.RequestTicket(R, "D", None),
        fx.PrintTicket(R, TICKET, ev.Language.CHINESE),
        fx.ReportPrinted(derived_request_id(R, "printed"), TICKET.id),
    ]
    assert state.session == Session()


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
    assert fx.RequestTicket(R, "D", PERSON) in effects


def ages(*limits: int | None) -> ev.HallSeen:
    classes = tuple(ClassFacts(f"c{n}", "优先", "", age) for n, age in enumerate(limits))
    return ev.HallSeen(replace(HALL, classes=classes))


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


def test_without_paper_the_person_decides_and_no_number_is_asked_before() -> None:
    state, effects = travel(
        START, (Place.HOME, CHOOSE), (Place.CHECKING, PRINTER_OUT), Place.NO_PAPER
    )
    assert not any(isinstance(e, fx.RequestTicket) for e in effects)
    assert state.session.printer_state == "out"
    state, effects = travel(
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, PRINTER_OUT),
        (Place.NO_PAPER, ev.WithoutPaperTouched()),
        (Place.ISSUING, ISSUED),
        Place.TICKET,
    )
    assert state.session.paper is Paper.DECLINED
    assert not any(isinstance(e, fx.PrintTicket) for e in effects)
    assert effects[-2:] == [KEPT, NOT_PRINTED]


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


def test_a_mute_printer_gives_a_hint_and_nothing_is_reported_of_its_paper() -> None:
    state, effects = travel(
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, PRINTER_MUTE),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, PRINT_UNKNOWN),
        Place.TICKET,
    )
    assert state.session.paper is Paper.UNSURE
    assert isinstance(effects[-1], fx.PrintTicket)


def unprinted() -> tuple[tuple[Place, ev.Event], ...]:
    return (
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, PRINT_FAILED),
    )


def test_a_failed_print_can_be_kept() -> None:
    state, effects = travel(*unprinted(), (Place.UNPRINTED, ev.KeepTouched()), Place.TICKET)
    assert state.session.paper is Paper.FAILED
    assert effects[-2:] == [NOT_PRINTED, KEPT]
    assert not any(isinstance(e, fx.CancelTicket) for e in effects)


def test_a_failed_print_can_be_cancelled() -> None:
    _, effects = travel(
        *unprinted(),
        (Place.UNPRINTED, ev.CancelTouched()),
        (Place.CANCELLING, ev.TicketCancelled(R)),
        Place.CANCELLED,
    )
    assert effects[-1] == fx.CancelTicket(R, TICKET.id)


def test_no_answer_cancels_a_number_without_paper() -> None:
    _, effects = travel(
        *unprinted(),
        (Place.UNPRINTED, ev.Tick(59.9)),
        (Place.UNPRINTED, ev.Tick(60.0)),
        Place.CANCELLING,
    )
    assert effects[-1] == fx.CancelTicket(R, TICKET.id)


def test_home_and_back_do_not_get_round_the_question() -> None:
    travel(
        *unprinted(),
        (Place.UNPRINTED, ev.HomeTouched()),
        (Place.UNPRINTED, ev.BackTouched()),
        Place.UNPRINTED,
    )


def test_no_answer_never_cancels_a_number_that_was_held_before() -> None:
    held = replace(TICKET, reprint=True, printed=True)
    _, effects = travel(
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ev.TicketIssued(R, held)),
        (Place.PRINTING, ev.PrintEnded(R, held, ev.Outcome.FAILED, "out")),
        (Place.UNPRINTED, ev.Tick(60.0)),
        Place.HOME,
    )
    assert not any(isinstance(e, fx.CancelTicket | fx.ReportPrintFailed) for e in effects)


@pytest.mark.parametrize("status", ["called", "serving", "parked"])
@pytest.mark.parametrize("printer", [PRINTER_OK, PRINTER_OUT])
def test_a_number_beyond_waiting_stands_on_the_screen_at_once_and_is_not_printed(
    status: str, printer: ev.PrinterAnswered
) -> None:
    held = beyond(TICKET, status, "4")
    way: tuple[tuple[Place, ev.Event], ...] = (
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, printer),
    )
    if printer is PRINTER_OUT:
        way += ((Place.NO_PAPER, ev.WithoutPaperTouched()),)
    state, effects = travel(*way, (Place.ISSUING, ev.TicketIssued(R, held)), Place.TICKET)
    assert state.session.ticket == held
    assert not any(isinstance(e, fx.PrintTicket | fx.ReportPrintFailed) for e in effects)


def test_a_number_back_in_line_is_printed_and_never_given_back_unasked() -> None:
    back = replace(TICKET, rejoined=True)
    _, effects = travel(
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ev.TicketIssued(R, back)),
        (Place.PRINTING, ev.PrintEnded(R, back, ev.Outcome.FAILED, "out")),
        (Place.UNPRINTED, ev.Tick(60.0)),
        Place.HOME,
    )
    assert fx.PrintTicket(R, back, ev.Language.CHINESE) in effects
    assert not any(isinstance(e, fx.CancelTicket) for e in effects)
    assert effects[-2:] == [NOT_PRINTED, KEPT]


def test_leaving_while_the_number_is_asked_gives_it_back() -> None:
    _, effects = travel(
        START,
        (Place.HOME, CHOOSE),
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
        (Place.HOME, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ev.Tick(40.0)),
        Place.REFUSED,
    )
    assert state.session.refusal == "no_answer"
    assert effects[-1] == fx.AbandonTicket(R)


def test_whoever_left_while_it_printed_leaves_no_ghost() -> None:
    there = (
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, ev.HomeTouched()),
    )
    state, effects = travel(*there, (Place.HOME, PRINT_FAILED), Place.HOME)
    assert effects[-1] == fx.CancelTicket(R, TICKET.id)
    assert not state.left_printing
    _, effects = travel(*there, (Place.HOME, PRINTED), Place.HOME)
    assert isinstance(effects[-1], fx.ReportPrinted)


SHOWN_UNPRINTED = (
    START,
    (Place.HOME, CHOOSE),
    (Place.CHECKING, PRINTER_OK),
    (Place.ISSUING, ISSUED),
    (Place.PRINTING, ev.Tick(20.0)),
)


@pytest.mark.parametrize("going", [ev.HomeTouched(), ev.Tick(45.0)])
def test_a_number_that_stood_on_the_screen_is_never_cancelled_by_a_late_failure(
    going: ev.Event,
) -> None:
    _, effects = travel(
        *SHOWN_UNPRINTED, (Place.TICKET, going), (Place.HOME, PRINT_FAILED), Place.HOME
    )
    assert effects[-2:] == [KEPT, NOT_PRINTED]
    assert not any(isinstance(e, fx.CancelTicket) for e in effects)


def test_a_late_failure_changes_the_words_of_the_ticket_screen_and_asks_nothing() -> None:
    state, effects = travel(
        *SHOWN_UNPRINTED,
        (Place.TICKET, PRINT_FAILED),
        (Place.TICKET, ev.Tick(44.9)),
        (Place.TICKET, ev.Tick(45.0)),
        Place.HOME,
    )
    assert effects[-2:] == [KEPT, NOT_PRINTED]
    state, _ = travel(*SHOWN_UNPRINTED, (Place.TICKET, PRINT_FAILED), Place.TICKET)
    assert state.session.paper is Paper.FAILED
    state, effects = travel(*SHOWN_UNPRINTED, (Place.TICKET, PRINTED), Place.TICKET)
    assert state.session.paper is Paper.PRINTED
    assert isinstance(effects[-1], fx.ReportPrinted)


def test_the_next_person_at_the_kiosk_cancels_nobodys_number() -> None:
    other = ev.ServiceTouched("A", "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a02")
    _, effects = travel(
        *SHOWN_UNPRINTED,
        (Place.TICKET, ev.HomeTouched()),
        (Place.HOME, other),
        (Place.CHECKING, PRINT_FAILED),
        Place.CHECKING,
    )
    assert effects[-1] == NOT_PRINTED


def test_of_a_paper_that_nobody_knows_of_nothing_is_reported_after_leaving_either() -> None:
    _, effects = travel(
        *SHOWN_UNPRINTED, (Place.TICKET, ev.HomeTouched()), (Place.HOME, PRINT_UNKNOWN), Place.HOME
    )
    assert not any(isinstance(e, fx.ReportPrinted | fx.ReportPrintFailed) for e in effects)


def test_an_answer_to_an_older_request_moves_nothing() -> None:
    other = ev.ServiceTouched("A", "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a02")
    state, _ = travel(
        START,
        (Place.HOME, CHOOSE),
        (Place.CHECKING, ev.HomeTouched()),
        (Place.HOME, other),
        (Place.CHECKING, PRINTER_OUT),
        Place.CHECKING,
    )
    assert state.session.request_id == other.request_id


@pytest.mark.parametrize("service", ["E", "nowhere"])
def test_a_closed_or_unknown_service_is_refused_without_asking_anybody(service: str) -> None:
    state, effects = travel(START, (Place.HOME, ev.ServiceTouched(service, R)), Place.REFUSED)
    assert effects == []
    assert state.session.refusal == "service_closed"


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


def test_the_reader_may_be_away_and_touching_still_works() -> None:
    state, _ = travel(START, (Place.HOME, ev.ReaderLost()), (Place.HOME, CHOOSE), Place.CHECKING)
    assert state.around.reader is Link.DOWN


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


def test_leaving_by_itself_resets_view_and_language_but_a_touch_keeps_them() -> None:
    large = (Place.HOME, ev.ViewChosen(ev.View.ELDER))
    english = (Place.HOME, ev.LanguageChosen(ev.Language.ENGLISH))
    card = ((Place.HOME, ev.CardLaid()), (Place.READING, ev.CardKnown(PERSON)))
    state, _ = travel(START, large, english, *card, (Place.GREETING, ev.BackTouched()), Place.HOME)
    assert state.manner == Manner(ev.View.ELDER, ev.Language.ENGLISH)
    state, _ = travel(START, large, english, *card, (Place.GREETING, ev.Tick(60.0)), Place.HOME)
    assert state.manner == Manner()
    state, _ = travel(START, large, (Place.HOME, ev.Tick(60.0)), Place.HOME)
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
    assert effects[-1] == fx.RequestTicket(R, "D", PERSON)
