"""The single moves of the kiosk: each takes state and event and gives the next state and effects.

Pure. Which move belongs where stands in `kiosk.flow.table`; nothing here asks where it is called.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk.flow import events as ev
from kiosk.flow.effects import (
    AbandonTicket,
    AskPrinter,
    CancelTicket,
    Effect,
    KeepTicket,
    PrintTicket,
    ReportPrinted,
    ReportPrintFailed,
    RequestCheckIn,
    RequestTicket,
)
from kiosk.flow.facts import TicketFacts, age_on
from kiosk.flow.states import CardTrouble, Link, Manner, Paper, Place, Session, State

Step = tuple[State, tuple[Effect, ...]]
Move = Callable[[State, Any], Step]

SERVICES_PER_PAGE = 8
CODE_DIGITS = 6  # an appointment's code
PHONE_DIGITS = 4  # or the last digits of the phone it was booked with

_PAPER = {
    ev.Outcome.CONFIRMED: Paper.PRINTED,
    ev.Outcome.FAILED: Paper.FAILED,
    ev.Outcome.UNKNOWN: Paper.UNSURE,
}


def stay(state: State, _event: ev.Event) -> Step:
    """The event means nothing here, and that is intended."""
    return state, ()


def enter(state: State, place: Place, *effects: Effect, **session: Any) -> Step:
    """Goes to `place`; its clock starts now, and the help closes."""
    moved = replace(
        state,
        place=place,
        session=replace(state.session, **session),
        help_open=False,
        entered_s=state.now_s,
        active_s=state.now_s,
    )
    return moved, effects


# --- arriving home ------------------------------------------------------------------------------


def arrive_home(state: State, *effects: Effect) -> Step:
    """The one place where everything personal is wiped."""
    resting = {Link.UP: Place.HOME, Link.DOWN: Place.AWAY, Link.UNKNOWN: Place.STARTING}
    clean = replace(state, session=Session(), page=0)
    return enter(clean, resting[state.around.server], *effects)


def go_home(state: State, _event: ev.Event) -> Step:
    return arrive_home(state)


def go_home_unattended(state: State, _event: ev.Event) -> Step:
    """Nobody is here any more: view and language are the next person's too."""
    return arrive_home(replace(state, manner=state.usual_manner))


def reset_manner(state: State, _event: ev.Event) -> Step:
    """Nobody touched home for a while: it looks as it usually does, from the first page."""
    return replace(
        state, manner=state.usual_manner, page=0, help_open=False, active_s=state.now_s
    ), ()


def leave_printing(state: State, event: ev.Event) -> Step:
    """Left before the number stood on the ticket screen: what the printer says decides over it."""
    left = replace(state, left_printing=state.left_printing | {_request(state)})
    return go_home(left, event)


def leave_issuing(state: State, _event: ev.Event) -> Step:
    """Whoever leaves before the number came leaves no number behind."""
    return arrive_home(state, AbandonTicket(_request(state)))


def back_to_choice(state: State, _event: ev.Event) -> Step:
    """Back to choosing, with the card still known if there was one; or to the empty keypad."""
    if state.session.person is None:
        by_code = state.session.checks_in
        home, effects = arrive_home(state)
        return enter(home, Place.CODE, *effects, checks_in=True) if by_code else (home, effects)
    fresh = Session(person=state.session.person, priority_age=state.session.priority_age)
    return enter(replace(state, session=fresh), Place.GREETING)


# --- what may happen anywhere -------------------------------------------------------------------


def be_active(state: State, _event: ev.Event) -> Step:
    return replace(state, active_s=state.now_s), ()


def toggle_help(state: State, _event: ev.Event) -> Step:
    return replace(state, help_open=not state.help_open, active_s=state.now_s), ()


def choose_view(state: State, event: ev.ViewChosen) -> Step:
    manner = Manner(event.view, state.manner.language)
    return replace(state, manner=manner, active_s=state.now_s), ()


def choose_language(state: State, event: ev.LanguageChosen) -> Step:
    manner = Manner(state.manner.view, event.language)
    return replace(state, manner=manner, active_s=state.now_s), ()


def turn_page(state: State, _event: ev.Event) -> Step:
    hall = state.around.hall
    pages = -(-len(hall.services) // SERVICES_PER_PAGE) if hall else 1
    return replace(state, page=(state.page + 1) % max(pages, 1), active_s=state.now_s), ()


def see_hall(state: State, event: ev.HallSeen) -> Step:
    return replace(state, around=replace(state.around, hall=event.hall, server=Link.UP)), ()


def lose_hall(state: State, _event: ev.Event) -> Step:
    return replace(state, around=replace(state.around, server=Link.DOWN)), ()


def open_service(state: State, event: ev.HallSeen) -> Step:
    """The server is there (again): from starting or out of service to home."""
    return arrive_home(see_hall(state, event)[0])


def close_service(state: State, event: ev.Event) -> Step:
    return arrive_home(lose_hall(state, event)[0])


def lose_reader(state: State, _event: ev.Event) -> Step:
    around = replace(state.around, reader=Link.DOWN, card_lies=False)
    return replace(state, around=around), ()


def find_reader(state: State, _event: ev.Event) -> Step:
    return replace(state, around=replace(state.around, reader=Link.UP)), ()


def note_card(state: State, _event: ev.Event) -> Step:
    """A card lies there, but now is not the time to read it."""
    return replace(state, around=replace(state.around, card_lies=True, reader=Link.UP)), ()


def note_no_card(state: State, _event: ev.Event) -> Step:
    return replace(state, around=replace(state.around, card_lies=False)), ()


# --- card ---------------------------------------------------------------------------------------


def start_reading(state: State, event: ev.Event) -> Step:
    """A new card is a new person: whatever was known of the last one is forgotten first."""
    fresh = replace(note_card(state, event)[0], session=Session())
    return enter(fresh, Place.READING)


def greet(state: State, event: ev.CardKnown) -> Step:
    person, hall = event.person, state.around.hall
    reached = None
    if person.birth is not None and hall is not None:
        reached = hall.priority_age(age_on(person.birth, hall.business_day))
    return enter(state, Place.GREETING, person=person, priority_age=reached)


def _card_trouble(state: State, why: CardTrouble) -> Step:
    return enter(replace(state, session=Session()), Place.CARD_TROUBLE, card_trouble=why)


def card_unreadable(state: State, _event: ev.Event) -> Step:
    return _card_trouble(state, CardTrouble.UNREADABLE)


def card_lifted_too_soon(state: State, event: ev.Event) -> Step:
    return _card_trouble(note_no_card(state, event)[0], CardTrouble.LIFTED)


def reader_gone_meanwhile(state: State, event: ev.Event) -> Step:
    return _card_trouble(lose_reader(state, event)[0], CardTrouble.READER)


# --- one ticket ---------------------------------------------------------------------------------


def _request(state: State) -> str:
    """The running request; only places that have one call this."""
    request_id = state.session.request_id
    if request_id is None:
        raise AssertionError(f"no request is running at {state.place}")
    return request_id


def _ticket(state: State) -> TicketFacts:
    ticket = state.session.ticket
    if ticket is None:
        raise AssertionError(f"no ticket at {state.place}")
    return ticket


def derived_request_id(request_id: str, purpose: str) -> str:
    """A second command about the same ticket: its own id, the same on every retry."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{request_id}/{purpose}"))


def choose_service(state: State, event: ev.ServiceTouched) -> Step:
    """The printer is asked before a number is."""
    hall = state.around.hall
    service = hall.service(event.service) if hall else None
    chosen: dict[str, Any] = {"service": event.service, "request_id": event.request_id}
    if hall is None or service is None or not (hall.open and service.accepting):
        return enter(state, Place.REFUSED, refusal="service_closed", **chosen)
    return enter(state, Place.CHECKING, AskPrinter(event.request_id), **chosen)


def check_in(state: State, event: ev.CheckInTouched) -> Step:
    """The card says whose appointment it is; without one it is typed in."""
    if state.session.person is None:
        return enter(state, Place.CODE, checks_in=True)
    asked = AskPrinter(event.request_id)
    return enter(state, Place.CHECKING, asked, checks_in=True, request_id=event.request_id)


def type_digit(state: State, event: ev.DigitTouched) -> Step:
    code = (state.session.code + event.digit)[:CODE_DIGITS]
    return replace(state, session=replace(state.session, code=code), active_s=state.now_s), ()


def erase_digit(state: State, _event: ev.Event) -> Step:
    session = replace(state.session, code=state.session.code[:-1])
    return replace(state, session=session, active_s=state.now_s), ()


def give_code(state: State, event: ev.CodeTouched) -> Step:
    if len(state.session.code) not in (PHONE_DIGITS, CODE_DIGITS):
        return be_active(state, event)
    return enter(state, Place.CHECKING, AskPrinter(event.request_id), request_id=event.request_id)


def _ask_for_number(state: State, **session: Any) -> Step:
    who = state.session.person
    request: Effect = RequestTicket(_request(state), str(state.session.service), who)
    if state.session.checks_in:
        request = RequestCheckIn(_request(state), state.session.code, who)
    return enter(state, Place.ISSUING, request, **session)


def printer_answered(state: State, event: ev.PrinterAnswered) -> Step:
    """Only a printer that surely cannot print stands in the way; one that does not tell may try."""
    if event.can_print is False:
        return enter(state, Place.NO_PAPER, printer_state=event.state)
    return _ask_for_number(state, printer_state=event.state)


def printer_hangs(state: State, _event: ev.Event) -> Step:
    """No answer at all, not even from the driver: it will not print either."""
    return enter(state, Place.NO_PAPER, printer_state="offline")


def go_without_paper(state: State, _event: ev.Event) -> Step:
    return _ask_for_number(state, without_paper=True)


def issued(state: State, event: ev.TicketIssued) -> Step:
    if event.ticket.beyond_waiting:
        return enter(state, Place.TICKET, ticket=event.ticket)
    if state.session.without_paper:
        told = _report_kept(event.request_id, event.ticket)
        return enter(state, Place.TICKET, *told, ticket=event.ticket, paper=Paper.DECLINED)
    job = PrintTicket(event.request_id, event.ticket, state.manner.language)
    return enter(state, Place.PRINTING, job, ticket=event.ticket)


def delayed(state: State, _event: ev.Event) -> Step:
    return replace(state, session=replace(state.session, delayed=True)), ()


def refused(state: State, event: ev.TicketRefused) -> Step:
    return enter(state, Place.REFUSED, refusal=event.code, refusal_at=event.at)


def no_number(state: State, _event: ev.Event) -> Step:
    """The server never answered; should a number come yet, it is given back."""
    return enter(state, Place.REFUSED, AbandonTicket(_request(state)), refusal="no_answer")


def _report_no_paper(request_id: str, ticket: TicketFacts) -> tuple[Effect, ...]:
    """A number printed earlier stays printed, whatever happens to its second copy."""
    if ticket.held_before and ticket.printed:
        return ()
    return (ReportPrintFailed(derived_request_id(request_id, "print-failed"), ticket.id),)


def _keep(request_id: str, ticket: TicketFacts) -> Effect:
    return KeepTicket(derived_request_id(request_id, "keep"), ticket.id)


def _report_kept(request_id: str, ticket: TicketFacts) -> tuple[Effect, ...]:
    """There is no paper, and the number stays its person's all the same."""
    report = _report_no_paper(request_id, ticket)
    return (_keep(request_id, ticket), *report) if report else ()


def _report_paper(event: ev.PrintEnded) -> tuple[Effect, ...]:
    """What is certain is reported; of what nobody knows the server goes on knowing nothing."""
    if event.outcome is ev.Outcome.FAILED:
        return _report_no_paper(event.request_id, event.ticket)
    if event.outcome is ev.Outcome.CONFIRMED:
        return (ReportPrinted(derived_request_id(event.request_id, "printed"), event.ticket.id),)
    return ()


def _cancel(request_id: str, ticket: TicketFacts) -> Effect:
    """Answered under the same request, so that the screen knows which number went back."""
    return CancelTicket(request_id, ticket.id)


def print_ended(state: State, event: ev.PrintEnded) -> Step:
    if event.outcome is ev.Outcome.FAILED:
        report = _report_paper(event)
        return enter(state, Place.UNPRINTED, *report, paper=Paper.FAILED, printer_state=event.state)
    return _show_with_paper(state, event)


def _show_with_paper(state: State, event: ev.PrintEnded) -> Step:
    return enter(state, Place.TICKET, *_report_settled(event), paper=_PAPER[event.outcome])


def _report_settled(event: ev.PrintEnded) -> tuple[Effect, ...]:
    """As above, of a number that stays whatever became of its paper."""
    if event.outcome is ev.Outcome.FAILED:
        return _report_kept(event.request_id, event.ticket)
    return _report_paper(event)


def print_ended_late(state: State, event: ev.PrintEnded) -> Step:
    """The number stands on the screen to be remembered: bad news changes the words and no more."""
    return _show_with_paper(state, event)


def print_unanswered(state: State, _event: ev.Event) -> Step:
    """The driver has not come back in time: the number stands, the paper is uncertain."""
    return enter(state, Place.TICKET, paper=Paper.UNSURE)


def print_ended_unseen(state: State, event: ev.PrintEnded) -> Step:
    """The person went home meanwhile. Given back is only a number that they left while it printed:
    one that stood on the ticket screen was remembered, and is theirs.
    """
    left_printing = event.request_id in state.left_printing
    settled = replace(state, left_printing=state.left_printing - {event.request_id})
    if event.outcome is not ev.Outcome.FAILED or event.ticket.held_before or not left_printing:
        return settled, _report_settled(event)
    return settled, (*_report_paper(event), _cancel(event.request_id, event.ticket))


def keep_number(state: State, _event: ev.Event) -> Step:
    return enter(state, Place.TICKET, _keep(_request(state), _ticket(state)))


def cancel_number(state: State, _event: ev.Event) -> Step:
    return enter(state, Place.CANCELLING, _cancel(_request(state), _ticket(state)))


def unanswered(state: State, event: ev.Event) -> Step:
    """No answer gives the number back, unless the person held it before this visit to the kiosk."""
    ticket = _ticket(state)
    if ticket.held_before:
        home, effects = go_home_unattended(state, event)
        return home, (*effects, _keep(_request(state), ticket))
    return cancel_number(replace(state, manner=state.usual_manner), event)


def cancelled(state: State, _event: ev.Event) -> Step:
    return enter(state, Place.CANCELLED)
