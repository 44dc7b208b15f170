"""Moves on the way to a number: asked for, refused, printed, kept, given back. Pure."""

from __future__ import annotations

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
from kiosk.flow.facts import TicketFacts
from kiosk.flow.moves import (
    CODE_DIGITS,
    PHONE_DIGITS,
    Step,
    arrive_home,
    be_active,
    deeper,
    derived_request_id,
    enter,
    go_home,
    go_home_unattended,
    running_request,
    shown_ticket,
    typed,
)
from kiosk.flow.states import Paper, Place, Session, State

_PAPER = {
    ev.Outcome.CONFIRMED: Paper.PRINTED,
    ev.Outcome.FAILED: Paper.FAILED,
    ev.Outcome.UNKNOWN: Paper.UNSURE,
}

# What belongs to one request for a number, and goes when another choice is made.
_UNASKED: dict[str, Any] = {
    name: Session.__dataclass_fields__[name].default
    for name in (
        "service",
        "request_id",
        "asked_from",
        "ticket",
        "paper",
        "without_paper",
        "delayed",
        "printer_state",
        "refusal",
        "refusal_at",
        "code",
    )
}


def leave_printing(state: State, event: ev.Event) -> Step:
    """Left before the number stood on the ticket screen: what the printer says decides over it."""
    left = replace(state, left_printing=state.left_printing | {running_request(state)})
    return go_home(left, event)


def leave_issuing(state: State, _event: ev.Event) -> Step:
    """Whoever leaves before the number came leaves no number behind."""
    return arrive_home(state, AbandonTicket(running_request(state)))


def back_to_choice(state: State, _event: ev.Event) -> Step:
    """To where the number was asked for, with all that was chosen there and the card, if there was
    one; a code is typed anew."""
    place = state.session.asked_from
    if place is None:
        return arrive_home(state)
    return enter(state, place, **{**_UNASKED, "checks_in": place is Place.CODE})


def _matter_of_service(state: State) -> str | None:
    """The matter chosen, if the service asked for is its own."""
    matter = state.around.content.matter(state.session.matter)
    return matter.id if matter and matter.service == state.session.service else None


def _class_by_age(state: State) -> str | None:
    hall, age = state.around.hall, state.session.priority_age
    if hall is None or age is None:
        return None
    return next((c.id for c in hall.classes if c.min_age == age), None)


def choose_service(state: State, event: ev.ServiceTouched) -> Step:
    """By service alone: whatever matter was looked at before is not meant."""
    chosen = replace(state, session=replace(state.session, matter=None))
    return ask_for_service(chosen, event.service, event.request_id)


def ask_for_service(state: State, service: str, request_id: str) -> Step:
    """The printer is asked before a number is."""
    chosen: dict[str, Any] = {"service": service, "request_id": request_id}
    chosen["asked_from"], chosen["checks_in"] = state.place, False
    if not state.around.accepts(service):
        return enter(state, Place.REFUSED, refusal="service_closed", **chosen)
    return enter(state, Place.CHECKING, AskPrinter(request_id), **chosen)


def check_in(state: State, event: ev.CheckInTouched) -> Step:
    """The card says whose appointment it is; without one it is typed in."""
    if state.session.person is None:
        return deeper(state, Place.CODE, checks_in=True)
    asked = AskPrinter(event.request_id)
    chosen: dict[str, Any] = {"checks_in": True, "request_id": event.request_id}
    return enter(state, Place.CHECKING, asked, asked_from=state.place, **chosen)


def type_digit(state: State, event: ev.DigitTouched) -> Step:
    return typed(state, (state.session.code + event.digit)[:CODE_DIGITS])


def give_code(state: State, event: ev.CodeTouched) -> Step:
    if len(state.session.code) not in (PHONE_DIGITS, CODE_DIGITS):
        return be_active(state, event)
    asked = AskPrinter(event.request_id)
    chosen: dict[str, Any] = {"asked_from": state.place, "request_id": event.request_id}
    return enter(state, Place.CHECKING, asked, **chosen)


def _ask_for_number(state: State, **session: Any) -> Step:
    who = state.session.person
    request: Effect = RequestTicket(
        running_request(state),
        str(state.session.service),
        who,
        _matter_of_service(state),
        state.session.claim or None,
        _class_by_age(state),
    )
    if state.session.checks_in:
        request = RequestCheckIn(running_request(state), state.session.code, who)
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


def not_cancelled(state: State, _event: ev.TicketRefused) -> Step:
    """Called or served a moment ago: who wanted to give it back must not believe that they did."""
    return enter(state, Place.REFUSED, refusal="not_cancelled")


def no_number(state: State, _event: ev.Event) -> Step:
    """The server never answered; should a number come yet, it is given back."""
    return enter(state, Place.REFUSED, AbandonTicket(running_request(state)), refusal="no_answer")


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
    if event.outcome is ev.Outcome.UNKNOWN and state.session.printer_state not in ("", "unknown"):
        # It told how it was a moment ago and no longer does: the person sees whether paper came.
        return enter(state, Place.UNPRINTED, paper=Paper.UNSURE, printer_state=event.state)
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
    return enter(state, Place.TICKET, _keep(running_request(state), shown_ticket(state)))


def cancel_number(state: State, event: ev.Event) -> Step:
    """did: who touched it is there to be told."""
    did = None if isinstance(event, ev.TimeRanOut) else ev.TicketAct.CANCEL
    wish = _cancel(running_request(state), shown_ticket(state))
    return enter(state, Place.CANCELLING, wish, did=did)


def unanswered(state: State, event: ev.Event) -> Step:
    """No answer gives the number back, unless the person held it before this visit to the kiosk, or
    may have gone with its paper."""
    ticket = shown_ticket(state)
    if state.session.paper is Paper.UNSURE:
        return go_home_unattended(state, event)
    if ticket.held_before:
        home, effects = go_home_unattended(state, event)
        return home, (*effects, _keep(running_request(state), ticket))
    return cancel_number(replace(state, manner=state.usual_manner), event)


def cancelled(state: State, _event: ev.Event) -> Step:
    return enter(state, Place.CANCELLED)
