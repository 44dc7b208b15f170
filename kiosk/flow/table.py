"""The kiosk's lifecycle: one table, place by event. `step` is the only way on.

A pair without an entry is a mistake of ours and raises, naming both; what may be ignored says so.
A capability of its own may bring its rows in a file of its own: they are joined below.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow import card_moves as card
from kiosk.flow import eligibility_table as eligibility
from kiosk.flow import events as ev
from kiosk.flow import feedback_moves as feedback
from kiosk.flow import feedback_table, signs
from kiosk.flow import mine_moves as mine
from kiosk.flow import moves as mv
from kiosk.flow import number_moves as number
from kiosk.flow import staff_table as staff
from kiosk.flow import way_moves as way
from kiosk.flow.states import Place, State


class UnexpectedEvent(Exception):
    """An event that has no entry where the kiosk is. State is unchanged."""

    def __init__(self, place: Place, event: ev.Event) -> None:
        super().__init__(f"{type(event).__name__} has no entry at {place.value}")
        self.place, self.event_name = place, type(event).__name__


Row = dict[type[ev.Event], mv.Move]

# Buttons that a place does not show cannot be meant.
_TOUCHES: Row = dict.fromkeys(
    (
        ev.BackTouched,
        ev.HomeTouched,
        ev.PageTouched,
        ev.DoorTouched,
        ev.ServiceTouched,
        ev.MatterTouched,
        ev.AnswerTouched,
        ev.ClassTouched,
        ev.NoticeTouched,
        ev.TakeTouched,
        ev.ListPrintTouched,
        ev.CheckInTouched,
        ev.DigitTouched,
        ev.KeyTouched,
        ev.SignTouched,
        ev.SignsTurned,
        ev.EraseTouched,
        ev.CodeTouched,
        ev.FindTouched,
        ev.CodeScanned,
        ev.ActTouched,
        ev.WithoutPaperTouched,
        ev.KeepTouched,
        ev.CancelTouched,
    ),
    mv.stay,
)
# Answers that a place has no use for.
_ANSWERS: Row = dict.fromkeys(
    (
        ev.PrinterAnswered,
        ev.TicketIssued,
        ev.TicketDelayed,
        ev.TicketRefused,
        ev.TicketCancelled,
        ev.TicketsFound,
        ev.TicketChanged,
    ),
    mv.stay,
)

ALWAYS: Row = {
    **_TOUCHES,
    **_ANSWERS,
    **eligibility.EVERYWHERE,
    **feedback_table.EVERYWHERE,
    **staff.EVERYWHERE,
    ev.Touched: mv.be_active,
    ev.StillHere: mv.be_active,
    ev.HelpTouched: mv.toggle_help,
    ev.CallHelpTouched: mv.call_help,
    ev.HelpSeen: mv.see_help,
    ev.ViewChosen: mv.choose_view,
    ev.LanguageChosen: mv.choose_language,
    ev.LowTouched: mv.toggle_low,
    ev.VoiceTouched: mv.toggle_voice,
    ev.HallSeen: mv.see_hall,
    ev.HallRemembered: mv.remember_hall,
    ev.HallLost: mv.lose_hall,
    ev.TicketSeen: mv.stay,
    ev.LeaseSeen: mv.see_lease,
    ev.ContentSeen: mv.see_content,
    ev.LexiconRead: mv.take_lexicon,
    ev.ReaderLost: mv.lose_reader,
    ev.ReaderFound: mv.find_reader,
    ev.CardLaid: mv.note_card,
    ev.CardLifted: mv.note_no_card,
    # A reading that ends after its place was left belongs to nobody any more.
    ev.CardKnown: mv.stay,
    ev.CardFailed: mv.stay,
    ev.PrintEnded: number.print_ended_unseen,
    ev.ListPrinted: way.list_printed,
}

_LEAVE: Row = {
    ev.BackTouched: mv.go_back,
    ev.HomeTouched: mv.go_home,
    ev.TimeRanOut: mv.go_home_unattended,
}

# Where somebody chooses: a card tells who they are, a ticket held to the scanner which it is.
_CHOOSE: Row = {
    **ALWAYS,
    **_LEAVE,
    ev.DoorTouched: way.open_door,
    ev.PageTouched: way.turn_page,
    ev.CardLaid: card.read_and_return,
    ev.CodeScanned: mine.find_by_code,
}

_RESTING: dict[Place, Row] = {
    Place.STARTING: ALWAYS,
    Place.AWAY: {
        **ALWAYS,
        ev.TimeRanOut: mv.reset_manner,
        ev.DoorTouched: way.open_content,
    },
    Place.ATTRACT: {
        **ALWAYS,
        ev.Touched: mv.go_home,
        ev.StillHere: mv.go_home,
        ev.CardLaid: card.start_reading,
        ev.CodeScanned: mine.find_by_code,
    },
    Place.HOME: {
        **ALWAYS,
        ev.TimeRanOut: mv.go_idle,
        ev.DoorTouched: way.open_door,
        ev.CheckInTouched: number.check_in,
        ev.CardLaid: card.start_reading,
        ev.CodeScanned: mine.find_by_code,
    },
}

_CARD: dict[Place, Row] = {
    Place.READING: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: card.leave_reading,
        ev.TimeRanOut: card.card_unreadable,
        ev.CardKnown: feedback.known,
        ev.CardFailed: card.card_unreadable,
        ev.CardLifted: card.card_lifted_too_soon,
        ev.ReaderLost: card.reader_gone_meanwhile,
    },
    Place.CARD_TROUBLE: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: card.without_card,
        ev.CardLaid: card.read_again,
        ev.CardLifted: card.lifted_after_trouble,
    },
}

_WAYS: dict[Place, Row] = {
    Place.SERVICES: {
        **_CHOOSE,
        ev.ServiceTouched: number.choose_service,
        ev.CardLaid: card.start_reading,
    },
    Place.GREETING: {
        **_CHOOSE,
        ev.ServiceTouched: number.choose_service,
        ev.CheckInTouched: number.check_in,
        ev.CardLaid: card.start_reading,
    },
    Place.MATTERS: {
        **_CHOOSE,
        ev.MatterTouched: way.show_matter,
        ev.KeyTouched: way.type_key,
        ev.SignTouched: way.choose_sign,
        ev.SignsTurned: signs.turn,
        ev.EraseTouched: way.erase_key,
    },
    Place.QUESTIONS: {
        **_CHOOSE,
        ev.BackTouched: way.unanswer,
        ev.AnswerTouched: way.answer_question,
    },
    Place.GUIDE: {
        **_CHOOSE,
        ev.TakeTouched: way.take_number,
        ev.ListPrintTouched: way.print_list,
    },
    Place.CLAIM: {**_CHOOSE, ev.ClassTouched: way.claim_class},
    Place.ELIGIBILITY: {**_CHOOSE, **eligibility.CONSENT, ev.TakeTouched: way.take_number},
    Place.NOTICES: {**_CHOOSE, ev.NoticeTouched: way.show_notice, ev.CardLaid: card.start_reading},
    Place.NOTICE: {**_CHOOSE, ev.CardLaid: card.start_reading},
}

_MINE: dict[Place, Row] = {
    Place.MINE: {
        **ALWAYS,
        **_LEAVE,
        ev.KeyTouched: mine.type_sign,
        ev.EraseTouched: mv.erase,
        ev.FindTouched: mine.find_by_number,
        ev.CodeScanned: mine.find_by_code,
        ev.CardLaid: card.read_for_ticket,
    },
    Place.LOOKING: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: mine.leave_refusal,
        ev.TimeRanOut: mine.give_up_looking,
        ev.TicketsFound: mine.found,
        ev.TicketChanged: mine.changed,
        ev.TicketRefused: mine.refused,
    },
    Place.FOUND: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: mine.leave_found,
        ev.PageTouched: mine.next_ticket,
        ev.ActTouched: mine.act,
        ev.HallSeen: mine.look_again,
        ev.TicketSeen: mine.seen_again,
        ev.CardLaid: card.read_for_ticket,
        ev.CodeScanned: mine.find_by_code,
    },
    Place.SURE: {
        **ALWAYS,
        **_LEAVE,
        ev.KeepTouched: mv.go_back,
        ev.CancelTouched: mine.give_back,
    },
}

_NUMBER: dict[Place, Row] = {
    Place.CODE: {
        **ALWAYS,
        **_LEAVE,
        ev.DigitTouched: number.type_digit,
        ev.EraseTouched: mv.erase,
        ev.CodeTouched: number.give_code,
        ev.CardLaid: card.start_reading,
    },
    Place.CHECKING: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: number.back_to_choice,
        ev.TimeRanOut: number.printer_hangs,
        ev.PrinterAnswered: number.printer_answered,
    },
    Place.NO_PAPER: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: number.back_to_choice,
        ev.WithoutPaperTouched: number.go_without_paper,
        ev.CardLaid: card.start_reading,
    },
    Place.ISSUING: {
        **ALWAYS,
        ev.HomeTouched: number.leave_issuing,
        ev.TimeRanOut: number.no_number,
        ev.TicketIssued: number.issued,
        ev.TicketDelayed: number.delayed,
        ev.TicketRefused: number.refused,
    },
    Place.PRINTING: {
        **ALWAYS,
        ev.HomeTouched: number.leave_printing,
        ev.TimeRanOut: number.print_unanswered,
        ev.PrintEnded: number.print_ended,
    },
    Place.TICKET: {
        **ALWAYS,
        ev.HomeTouched: mv.go_home,
        ev.TimeRanOut: mv.go_home_unattended,
        ev.CardLaid: card.start_reading,
        ev.CodeScanned: mine.find_by_code,
        # The driver's late answer about the paper of this very number.
        ev.PrintEnded: number.print_ended_late,
    },
    Place.UNPRINTED: {
        **ALWAYS,
        ev.TimeRanOut: number.unanswered,
        ev.KeepTouched: number.keep_number,
        ev.CancelTouched: number.cancel_number,
    },
    Place.CANCELLING: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: mv.stay,
        ev.TimeRanOut: mine.note_giving_back,
        ev.TicketCancelled: number.cancelled,
        ev.TicketRefused: number.not_cancelled,
    },
    Place.CANCELLED: {**ALWAYS, **_LEAVE, ev.BackTouched: mv.stay, ev.CardLaid: card.start_reading},
    Place.REFUSED: {
        **ALWAYS,
        **_LEAVE,
        ev.BackTouched: mine.leave_refusal,
        ev.CardLaid: card.start_reading,
    },
}

TABLE: dict[Place, Row] = {
    **_RESTING,
    **_CARD,
    **_WAYS,
    **_MINE,
    **_NUMBER,
    **eligibility.rows(ALWAYS),
    **feedback_table.rows(ALWAYS),
    **staff.rows(ALWAYS),
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
    if isinstance(event, ev.CodeScanned):
        state = mv.note_scanner(state)
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
