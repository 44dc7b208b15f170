"""The kiosk's lifecycle: one table, place by event. `step` is the only way on.

A pair without an entry is a mistake of ours and raises, naming both; what may be ignored says so.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow import events as ev
from kiosk.flow import moves as mv
from kiosk.flow.states import Place, State


class UnexpectedEvent(Exception):
    """An event that has no entry where the kiosk is. State is unchanged."""

    def __init__(self, place: Place, event: ev.Event) -> None:
        super().__init__(f"{type(event).__name__} has no entry at {place.value}")
        self.place, self.event_name = place, type(event).__name__


Row = dict[type[ev.Event], mv.Move]

ALWAYS: Row = {
    ev.Touched: mv.be_active,
    ev.StillHere: mv.be_active,
    ev.HelpTouched: mv.toggle_help,
    ev.ViewChosen: mv.choose_view,
    ev.LanguageChosen: mv.choose_language,
    ev.HallSeen: mv.see_hall,
    ev.HallLost: mv.lose_hall,
    ev.ReaderLost: mv.lose_reader,
    ev.ReaderFound: mv.find_reader,
    ev.CardLaid: mv.note_card,
    ev.CardLifted: mv.note_no_card,
    # A reading that ends after its place was left belongs to nobody any more.
    ev.CardKnown: mv.stay,
    ev.CardFailed: mv.stay,
    # Buttons that a place does not show cannot be meant.
    ev.BackTouched: mv.stay,
    ev.HomeTouched: mv.stay,
    ev.PageTouched: mv.stay,
    ev.ServiceTouched: mv.stay,
    ev.CheckInTouched: mv.stay,
    ev.DigitTouched: mv.stay,
    ev.EraseTouched: mv.stay,
    ev.CodeTouched: mv.stay,
    ev.WithoutPaperTouched: mv.stay,
    ev.KeepTouched: mv.stay,
    ev.CancelTouched: mv.stay,
    # Answers that this place has no use for.
    ev.PrinterAnswered: mv.stay,
    ev.TicketIssued: mv.stay,
    ev.TicketDelayed: mv.stay,
    ev.TicketRefused: mv.stay,
    ev.TicketCancelled: mv.stay,
    ev.PrintEnded: mv.print_ended_unseen,
}

_LEAVE: Row = {
    ev.BackTouched: mv.go_home,
    ev.HomeTouched: mv.go_home,
    ev.TimeRanOut: mv.go_home_unattended,
}

TABLE: dict[Place, Row] = {
    Place.STARTING: {**ALWAYS, ev.HallSeen: mv.open_service, ev.HallLost: mv.close_service},
    Place.AWAY: {**ALWAYS, ev.HallSeen: mv.open_service, ev.TimeRanOut: mv.reset_manner},
    Place.HOME: {
        **ALWAYS,
        ev.TimeRanOut: mv.reset_manner,
        ev.HallLost: mv.close_service,
        ev.PageTouched: mv.turn_page,
        ev.ServiceTouched: mv.choose_service,
        ev.CheckInTouched: mv.check_in,
        ev.CardLaid: mv.start_reading,
    },
    Place.READING: {
        **ALWAYS,
        **_LEAVE,
        ev.TimeRanOut: mv.card_unreadable,
        ev.CardKnown: mv.greet,
        ev.CardFailed: mv.card_unreadable,
        ev.CardLifted: mv.card_lifted_too_soon,
        ev.ReaderLost: mv.reader_gone_meanwhile,
    },
    Place.CARD_TROUBLE: {**ALWAYS, **_LEAVE, ev.CardLaid: mv.start_reading},
    Place.GREETING: {
        **ALWAYS,
        **_LEAVE,
        ev.PageTouched: mv.turn_page,
        ev.ServiceTouched: mv.choose_service,
        ev.CheckInTouched: mv.check_in,
        ev.CardLaid: mv.start_reading,
    },
    Place.CODE: {
        **ALWAYS,
        **_LEAVE,
        ev.DigitTouched: mv.type_digit,
        ev.EraseTouched: mv.erase_digit,
        ev.CodeTouched: mv.give_code,
        ev.CardLaid: mv.start_reading,
    },
    Place.CHECKING: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: mv.back_to_choice,
        ev.TimeRanOut: mv.printer_hangs,
        ev.PrinterAnswered: mv.printer_answered,
    },
    Place.NO_PAPER: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: mv.back_to_choice,
        ev.WithoutPaperTouched: mv.go_without_paper,
        ev.CardLaid: mv.start_reading,
    },
    Place.ISSUING: {
        **ALWAYS,
        ev.HomeTouched: mv.leave_issuing,
        ev.TimeRanOut: mv.no_number,
        ev.TicketIssued: mv.issued,
        ev.TicketDelayed: mv.delayed,
        ev.TicketRefused: mv.refused,
    },
    Place.PRINTING: {
        **ALWAYS,
        ev.HomeTouched: mv.leave_printing,
        ev.TimeRanOut: mv.print_unanswered,
        ev.PrintEnded: mv.print_ended,
    },
    Place.TICKET: {
        **ALWAYS,
        ev.HomeTouched: mv.go_home,
        ev.TimeRanOut: mv.go_home_unattended,
        ev.CardLaid: mv.start_reading,
        # The driver's late answer about the paper of this very number.
        ev.PrintEnded: mv.print_ended_late,
    },
    Place.UNPRINTED: {
        **ALWAYS,
        ev.TimeRanOut: mv.unanswered,
        ev.KeepTouched: mv.keep_number,
        ev.CancelTouched: mv.cancel_number,
    },
    Place.CANCELLING: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: mv.stay,
        ev.TicketCancelled: mv.cancelled,
    },
    Place.CANCELLED: {**ALWAYS, **_LEAVE, ev.BackTouched: mv.stay, ev.CardLaid: mv.start_reading},
    Place.REFUSED: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: mv.back_to_choice,
        ev.CardLaid: mv.start_reading,
    },
}


def _move(state: State, event: ev.Event) -> mv.Step:
    move = TABLE[state.place].get(type(event))
    if move is None:
        raise UnexpectedEvent(state.place, event)
    return move(state, event)


def step(state: State, event: ev.Event) -> mv.Step:
    """The next state and what is to be done. Raises UnexpectedEvent; `state` is never changed.

    An answer to another request than the running one goes to the row for everywhere, which knows
    what to do about a paper that came out, or did not, after its person had left.
    """
    if isinstance(event, ev.Tick):
        return _let_time_pass(state, event)
    if isinstance(event, ev.Answer) and event.request_id != state.session.request_id:
        return ALWAYS[type(event)](state, event)
    return _move(state, event)


def _let_time_pass(state: State, tick: ev.Tick) -> mv.Step:
    later = replace(state, now_s=tick.now_s)
    left_s = later.left_s
    if left_s is None or left_s > 0:
        return later, ()
    return _move(later, ev.TimeRanOut())


def allows(state: State, event_type: type[ev.Event]) -> bool:
    """Whether the event would do anything here: what a screen asks before it offers a button."""
    return TABLE[state.place].get(event_type, mv.stay) is not mv.stay
