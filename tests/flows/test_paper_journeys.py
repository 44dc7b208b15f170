"""Journeys with paper, without, and with paper that nobody knows of: rule 4, no ghost tickets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.moves import derived_request_id
from kiosk.flow.states import Paper, Place, Session
from kiosk.flow.table import step
from kiosk.samples import beyond
from tests.flows.journeys import (
    CHOOSE,
    ISSUED,
    KEPT,
    NOT_PRINTED,
    PRINT_FAILED,
    PRINT_UNKNOWN,
    PRINTED,
    PRINTER_MUTE,
    PRINTER_OK,
    PRINTER_OUT,
    START,
    TAKE,
    TICKET,
    R,
    travel,
)


def unprinted() -> tuple[tuple[Place, ev.Event], ...]:
    return (
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, PRINT_FAILED),
    )


SHOWN_UNPRINTED = (
    START,
    (Place.HOME, TAKE),
    (Place.SERVICES, CHOOSE),
    (Place.CHECKING, PRINTER_OK),
    (Place.ISSUING, ISSUED),
    (Place.PRINTING, ev.Tick(20.0)),
)


def test_touching_a_service_asks_the_printer_first_and_ends_at_home() -> None:
    state, effects = travel(
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
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


def test_without_paper_the_person_decides_and_no_number_is_asked_before() -> None:
    state, effects = travel(
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OUT),
        Place.NO_PAPER,
    )
    assert not any(isinstance(e, fx.RequestTicket) for e in effects)
    assert state.session.printer_state == "out"
    state, effects = travel(
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OUT),
        (Place.NO_PAPER, ev.WithoutPaperTouched()),
        (Place.ISSUING, ISSUED),
        Place.TICKET,
    )
    assert state.session.paper is Paper.DECLINED
    assert not any(isinstance(e, fx.PrintTicket) for e in effects)
    assert effects[-2:] == [KEPT, NOT_PRINTED]


def test_a_mute_printer_gives_a_hint_and_nothing_is_reported_of_its_paper() -> None:
    state, effects = travel(
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_MUTE),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, PRINT_UNKNOWN),
        Place.TICKET,
    )
    assert state.session.paper is Paper.UNSURE
    assert isinstance(effects[-1], fx.PrintTicket)


SILENT = (
    START,
    (Place.HOME, TAKE),
    (Place.SERVICES, CHOOSE),
    (Place.CHECKING, PRINTER_OK),
    (Place.ISSUING, ISSUED),
    (Place.PRINTING, PRINT_UNKNOWN),
)


def test_a_printer_that_falls_silent_in_the_middle_asks_whether_paper_came() -> None:
    state, effects = travel(*SILENT, Place.UNPRINTED)
    assert state.session.paper is Paper.UNSURE
    assert isinstance(effects[-1], fx.PrintTicket), "nobody knows, so nothing is reported"
    kept, said = step(state, ev.KeepTouched())
    assert (kept.place, said) == (Place.TICKET, (KEPT,))
    cancelled, said = step(state, ev.CancelTouched())
    assert (cancelled.place, said) == (Place.CANCELLING, (fx.CancelTicket(R, TICKET.id),))


def test_who_went_with_the_paper_that_nobody_knows_of_keeps_the_number() -> None:
    state, _ = travel(*SILENT, Place.UNPRINTED)
    home, effects = step(state, ev.Tick(state.limits.unprinted_s + 1))
    assert (home.place, effects) == (Place.HOME, ())


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
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
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
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
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
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ev.TicketIssued(R, back)),
        (Place.PRINTING, ev.PrintEnded(R, back, ev.Outcome.FAILED, "out")),
        (Place.UNPRINTED, ev.Tick(60.0)),
        Place.HOME,
    )
    assert fx.PrintTicket(R, back, ev.Language.CHINESE) in effects
    assert not any(isinstance(e, fx.CancelTicket) for e in effects)
    assert effects[-2:] == [NOT_PRINTED, KEPT]


def test_whoever_left_while_it_printed_leaves_no_ghost() -> None:
    there = (
        START,
        (Place.HOME, TAKE),
        (Place.SERVICES, CHOOSE),
        (Place.CHECKING, PRINTER_OK),
        (Place.ISSUING, ISSUED),
        (Place.PRINTING, ev.HomeTouched()),
    )
    state, effects = travel(*there, (Place.HOME, PRINT_FAILED), Place.HOME)
    assert effects[-1] == fx.CancelTicket(R, TICKET.id)
    assert not state.left_printing
    _, effects = travel(*there, (Place.HOME, PRINTED), Place.HOME)
    assert isinstance(effects[-1], fx.ReportPrinted)


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
        (Place.HOME, TAKE),
        (Place.SERVICES, other),
        (Place.CHECKING, PRINT_FAILED),
        Place.CHECKING,
    )
    assert effects[-1] == NOT_PRINTED


def test_of_a_paper_that_nobody_knows_of_nothing_is_reported_after_leaving_either() -> None:
    _, effects = travel(
        *SHOWN_UNPRINTED, (Place.TICKET, ev.HomeTouched()), (Place.HOME, PRINT_UNKNOWN), Place.HOME
    )
    assert not any(isinstance(e, fx.ReportPrinted | fx.ReportPrintFailed) for e in effects)
