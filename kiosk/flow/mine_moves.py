"""Moves around a ticket that somebody holds already: found, put off, rejoined, given back. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from kiosk.flow import events as ev
from kiosk.flow.card_moves import greet
from kiosk.flow.effects import ActOnTicket, CancelTicket, FindTickets, LookAgain, PrintTicket
from kiosk.flow.facts import TicketFacts
from kiosk.flow.moves import (
    Step,
    be_active,
    deeper,
    derived_request_id,
    enter,
    go_back,
    go_home_unattended,
    running_request,
    see_hall,
    shown_ticket,
    typed,
)
from kiosk.flow.number_moves import back_to_choice
from kiosk.flow.states import Place, Session, State

NUMBER_LENGTH = 8
_OVER = ("finished", "cancelled", "expired")
_NUMBER = re.compile(r"[A-Z]{1,4}[0-9]{1,7}")


def is_number(typed: str) -> bool:
    """Whether this can be a ticket's number, `D023`."""
    return _NUMBER.fullmatch(typed) is not None


def type_sign(state: State, event: ev.KeyTouched) -> Step:
    return typed(state, (state.session.code + event.sign.upper())[:NUMBER_LENGTH])


def _look(state: State, request_id: str, **session: Any) -> Step:
    return enter(state, Place.LOOKING, asked_from=Place.MINE, request_id=request_id, **session)


def find_by_number(state: State, event: ev.FindTouched) -> Step:
    if not is_number(state.session.code):
        return be_active(state, event)
    looking, _ = _look(state, event.request_id, by_number=True)
    return looking, (FindTickets(event.request_id, number=state.session.code),)


def find_by_code(state: State, event: ev.CodeScanned) -> Step:
    """A ticket was held to the scanner: whose it is needs no asking."""
    fresh = state if state.place is Place.MINE else replace(state, session=Session())
    looking, _ = _look(fresh, event.request_id, by_number=False)
    return looking, (FindTickets(event.request_id, token=event.token),)


def known(state: State, event: ev.CardKnown) -> Step:
    """A card was laid down to find its ticket; else for whatever it was laid down for."""
    if state.session.returns_to is not Place.MINE:
        return greet(state, event)
    there, _ = greet(state, event)
    request_id = derived_request_id(f"{state.entered_s}", "find")
    looking, _ = _look(there, request_id, by_number=False)
    return looking, (FindTickets(request_id, person=event.person),)


def found(state: State, event: ev.TicketsFound) -> Step:
    if not event.tickets:
        return enter(state, Place.REFUSED, refusal="no_ticket_found")
    first = event.tickets[0]
    return enter(state, Place.FOUND, found=event.tickets, ticket=first, did=None)


def next_ticket(state: State, _event: ev.Event) -> Step:
    """Somebody with several tickets looks at the next one."""
    found_ones = state.session.found
    page = (state.page + 1) % max(len(found_ones), 1)
    session = replace(state.session, ticket=found_ones[page], did=None)
    return replace(state, session=session, page=page, active_s=state.now_s), ()


def acts_for(ticket: TicketFacts, by_number: bool) -> tuple[ev.TicketAct, ...]:
    """What may be asked for. Who only knows the number, which stands on every screen, can rejoin:
    that harms nobody."""
    deferred = bool(ticket.deferred_until)
    offered = {
        ev.TicketAct.REJOIN: ticket.status == "missed",
        ev.TicketAct.DEFER: ticket.may_defer and not deferred,
        ev.TicketAct.RESUME: deferred,
        ev.TicketAct.PRINT: ticket.status in ("waiting", "missed"),
        ev.TicketAct.CANCEL: ticket.status in ("waiting", "missed"),
    }
    mine = {ev.TicketAct.REJOIN} if by_number else set(ev.TicketAct)
    return tuple(act for act, may in offered.items() if may and act in mine)


def act(state: State, event: ev.ActTouched) -> Step:
    ticket = shown_ticket(state)
    if event.act not in acts_for(ticket, state.session.by_number):
        return be_active(state, event)
    if event.act is ev.TicketAct.CANCEL:
        return deeper(state, Place.SURE, request_id=event.request_id)
    if event.act is ev.TicketAct.PRINT:
        again = replace(ticket, reprint=True)
        job = PrintTicket(event.request_id, again, state.manner.language)
        return enter(state, Place.PRINTING, job, request_id=event.request_id, ticket=again)
    wish = ActOnTicket(event.request_id, ticket.id, event.act)
    chosen: dict[str, Any] = {"asked_from": Place.FOUND, "request_id": event.request_id}
    return enter(state, Place.LOOKING, wish, did=event.act, **chosen)


def leave_found(state: State, event: ev.Event) -> Step:
    """Who mistyped a number types another; anybody else has seen what they came for."""
    if not state.session.by_number:
        return go_back(state, event)
    return enter(state, Place.MINE, code="", request_id=None, found=(), ticket=None, did=None)


def changed(state: State, event: ev.TicketChanged) -> Step:
    return enter(state, Place.FOUND, ticket=event.ticket, found=(event.ticket,))


def look_again(state: State, event: ev.HallSeen) -> Step:
    """Something happened in the hall: perhaps to the ticket that stands there."""
    seen, _ = see_hall(state, event)
    return seen, (LookAgain(shown_ticket(seen).id),)


def seen_again(state: State, event: ev.TicketSeen) -> Step:
    """Nobody touched anything: the place's time goes on. What was done is told until it changes."""
    was = shown_ticket(state)
    if event.ticket.id != was.id:
        return state, ()
    if event.ticket.status in _OVER:
        return enter(state, Place.REFUSED, refusal="no_ticket_found", asked_from=Place.MINE)
    did = state.session.did if event.ticket.status == was.status else None
    found = tuple(event.ticket if t.id == was.id else t for t in state.session.found)
    session = replace(state.session, ticket=event.ticket, found=found, did=did)
    return replace(state, session=session), ()


def give_up_looking(state: State, _event: ev.Event) -> Step:
    return enter(state, Place.REFUSED, refusal=_unanswered(state))


def _unanswered(state: State) -> str:
    """The desk goes on with what was asked of a ticket; looking changes nothing."""
    did = state.session.did if state.session.asked_from is Place.FOUND else None
    return f"no_answer_{did.value}" if did else "no_answer_mine"


def refused(state: State, event: ev.TicketRefused) -> Step:
    code = _unanswered(state) if event.code == "no_answer" else event.code
    return enter(state, Place.REFUSED, refusal=code, refusal_at=event.at)


def give_back(state: State, _event: ev.Event) -> Step:
    """The number goes back for good: the person said so twice."""
    wish = CancelTicket(running_request(state), shown_ticket(state).id)
    return enter(state, Place.CANCELLING, wish, trail=(), did=ev.TicketAct.CANCEL)


def note_giving_back(state: State, event: ev.Event) -> Step:
    """The desk goes on; who asked for it is told, whoever left is not called back."""
    if state.session.did is not ev.TicketAct.CANCEL:
        return go_home_unattended(state, event)
    return enter(state, Place.REFUSED, refusal="no_answer_cancel")


def leave_refusal(state: State, event: ev.Event) -> Step:
    """Back to where it was asked for; to an empty keypad, if that was one."""
    place = state.session.asked_from
    if place is Place.FOUND and state.session.ticket is not None:
        look = LookAgain(state.session.ticket.id)
        return enter(state, Place.FOUND, look, refusal="", did=None)
    if place is Place.MINE:
        return enter(state, Place.MINE, refusal="", code="", request_id=None, found=(), ticket=None)
    return back_to_choice(state, event)
