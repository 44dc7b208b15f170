"""Journeys of people who hold a number already: look, put off, rejoin, print again, give back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.flow import effects as fx
from kiosk.flow import events as ev
from kiosk.flow.states import Around, Link, Place, Session, State
from kiosk.flow.table import step
from kiosk.sample_ways import with_content
from kiosk.samples import PERSON
from kiosk.ui.scanner import ScannedLine
from tests.flows.journeys import HALL, TICKET, R, travel_from

HOME = State(place=Place.HOME, around=with_content(Around(HALL, server=Link.UP)))
MINE = ev.DoorTouched(ev.Door.MINE)
MAY = replace(TICKET, may_defer=True)
MISSED = replace(TICKET, status="missed")
OTHER = "6a1f0a58-6f0e-4a55-8f8e-0d8c6f1f0a02"


def found_by_card(*tickets: object) -> State:
    state, effects = travel_from(
        HOME,
        (Place.HOME, MINE),
        (Place.MINE, ev.CardLaid()),
        (Place.READING, ev.CardKnown(PERSON)),
        Place.LOOKING,
    )
    wish = effects[-1]
    assert isinstance(wish, fx.FindTickets)
    assert wish.person == PERSON
    state, _ = step(state, ev.TicketsFound(wish.request_id, tickets))  # type: ignore[arg-type]
    return state


def test_the_ticket_on_the_screen_follows_what_happens_in_the_hall() -> None:
    state = replace(found_by_card(TICKET, MAY), now_s=7.0)
    seen, effects = step(state, ev.HallSeen(HALL))
    assert effects == (fx.LookAgain(TICKET.id),)
    called = replace(TICKET, status="called", window="4")
    seen, _ = step(seen, ev.TicketSeen(called))
    assert (seen.session.ticket, seen.session.found[0]) == (called, called)
    assert (seen.place, seen.active_s) == (Place.FOUND, state.active_s), "nobody touched it"
    over, _ = step(seen, ev.TicketSeen(replace(TICKET, status="cancelled")))
    assert (over.place, over.session.refusal) == (Place.REFUSED, "no_ticket_found")
    other = replace(TICKET, id="another")
    assert step(seen, ev.TicketSeen(other))[0] == seen
    assert step(HOME, ev.TicketSeen(called))[0] == HOME, "its holder has gone"


def found_by_number(ticket: object) -> State:
    keys = [(Place.MINE, ev.KeyTouched(sign)) for sign in "d023"]
    state, effects = travel_from(
        HOME, (Place.HOME, MINE), *keys, (Place.MINE, ev.FindTouched(R)), Place.LOOKING
    )
    assert effects == [fx.FindTickets(R, number="D023")]
    state, _ = step(state, ev.TicketsFound(R, (ticket,)))  # type: ignore[arg-type]
    return state


def test_the_card_finds_the_ticket_and_ten_more_minutes_are_given() -> None:
    state, effects = travel_from(
        found_by_card(MAY),
        (Place.FOUND, ev.ActTouched(ev.TicketAct.DEFER, R)),
        (Place.LOOKING, ev.TicketChanged(R, replace(MAY, deferred_until="2026-03-02T10:25:00Z"))),
        (Place.FOUND, ev.ActTouched(ev.TicketAct.DEFER, OTHER)),
        (Place.FOUND, ev.HomeTouched()),
        Place.HOME,
    )
    assert effects == [fx.ActOnTicket(R, TICKET.id, ev.TicketAct.DEFER)]
    assert state.session == Session()


def test_who_missed_the_call_rejoins_by_the_number_alone() -> None:
    state, effects = travel_from(
        found_by_number(MISSED),
        (Place.FOUND, ev.ActTouched(ev.TicketAct.REJOIN, OTHER)),
        (Place.LOOKING, ev.TicketChanged(OTHER, TICKET)),
        Place.FOUND,
    )
    assert effects == [fx.ActOnTicket(OTHER, TICKET.id, ev.TicketAct.REJOIN)]
    assert state.session.did is ev.TicketAct.REJOIN


def test_back_from_a_number_leads_to_empty_keys() -> None:
    state, _ = step(found_by_number(MAY), ev.BackTouched())
    assert (state.place, state.session.code, state.session.ticket) == (Place.MINE, "", None)
    state, _ = step(state, ev.BackTouched())
    assert state.place is Place.HOME


@pytest.mark.parametrize("act", [ev.TicketAct.CANCEL, ev.TicketAct.DEFER, ev.TicketAct.PRINT])
def test_a_number_that_anybody_can_read_moves_nobodys_ticket(act: ev.TicketAct) -> None:
    state, effects = travel_from(found_by_number(MAY), (Place.FOUND, ev.ActTouched(act, OTHER)))
    assert (state.place, effects) == (Place.FOUND, [])


def test_giving_a_number_back_is_asked_twice() -> None:
    asked = (Place.FOUND, ev.ActTouched(ev.TicketAct.CANCEL, R))
    _, effects = travel_from(found_by_card(MAY), asked, (Place.SURE, ev.KeepTouched()), Place.FOUND)
    assert effects == []
    _, effects = travel_from(
        found_by_card(MAY),
        asked,
        (Place.SURE, ev.CancelTouched()),
        (Place.CANCELLING, ev.TicketCancelled(R)),
        Place.CANCELLED,
    )
    assert effects == [fx.CancelTicket(R, TICKET.id)]
    refused, _ = travel_from(
        found_by_card(MAY),
        asked,
        (Place.SURE, ev.CancelTouched()),
        (Place.CANCELLING, ev.TicketRefused(R, "wrong_state")),
        (Place.REFUSED, ev.HomeTouched()),
        Place.HOME,
    )
    assert refused.session == Session()


def test_printing_again_never_gives_the_number_back_when_paper_fails() -> None:
    again = replace(MAY, reprint=True)
    _, effects = travel_from(
        found_by_card(MAY),
        (Place.FOUND, ev.ActTouched(ev.TicketAct.PRINT, R)),
        (Place.PRINTING, ev.PrintEnded(R, again, ev.Outcome.FAILED, "out")),
        (Place.UNPRINTED, ev.Tick(61.0)),
        Place.HOME,
    )
    assert effects[0] == fx.PrintTicket(R, again, ev.Language.CHINESE)
    assert not any(isinstance(e, fx.CancelTicket) for e in effects)


def test_who_holds_several_looks_at_each() -> None:
    state = found_by_card(MAY, MISSED)
    seen = [state.session.ticket]
    for _ in range(2):
        state, _ = step(state, ev.PageTouched())
        seen.append(state.session.ticket)
    assert seen == [MAY, MISSED, MAY]


def test_who_holds_none_is_told_so_and_may_try_again() -> None:
    state = found_by_card()
    assert (state.place, state.session.refusal) == (Place.REFUSED, "no_ticket_found")
    state, _ = step(state, ev.BackTouched())
    assert (state.place, state.session.code) == (Place.MINE, "")


def test_no_server_no_ticket_and_kind_words() -> None:
    keys = [(Place.MINE, ev.KeyTouched(sign)) for sign in "D023"]
    there = (HOME, (Place.HOME, MINE), *keys, (Place.MINE, ev.FindTouched(R)))
    state, _ = travel_from(*there, (Place.LOOKING, ev.TicketRefused(R, "no_answer")), Place.REFUSED)
    assert state.session.refusal == "no_answer_mine"
    state, _ = travel_from(*there, (Place.LOOKING, ev.Tick(20.0)), Place.REFUSED)
    assert state.session.refusal == "no_answer_mine"


def test_what_was_asked_of_a_ticket_and_not_answered_is_not_called_undone() -> None:
    asked, _ = step(found_by_card(MAY), ev.ActTouched(ev.TicketAct.DEFER, R))
    for event in (ev.TicketRefused(R, "no_answer"), ev.TimeRanOut()):
        refused, _ = step(asked, event)
        assert (refused.place, refused.session.refusal) == (Place.REFUSED, "no_answer_defer")
        back, effects = step(refused, ev.BackTouched())
        assert (back.place, effects) == (Place.FOUND, (fx.LookAgain(MAY.id),))


def test_who_gives_a_number_back_without_a_line_is_told_that_it_is_noted() -> None:
    sure, _ = step(found_by_card(MAY), ev.ActTouched(ev.TicketAct.CANCEL, R))
    cancelling, _ = step(sure, ev.CancelTouched())
    told, _ = step(cancelling, ev.TimeRanOut())
    assert (told.place, told.session.refusal) == (Place.REFUSED, "no_answer_cancel")


def test_half_a_number_finds_nothing() -> None:
    state, effects = travel_from(
        HOME,
        (Place.HOME, MINE),
        (Place.MINE, ev.KeyTouched("D")),
        (Place.MINE, ev.FindTouched(R)),
        Place.MINE,
    )
    assert effects == []
    state, _ = step(state, ev.EraseTouched())
    assert state.session.code == ""


@pytest.mark.parametrize("place", [Place.HOME, Place.ATTRACT, Place.SERVICES, Place.TICKET])
def test_a_ticket_held_to_the_scanner_is_shown_from_anywhere(place: Place) -> None:
    session = Session(person=PERSON, ticket=TICKET) if place is Place.TICKET else Session()
    start = replace(HOME, place=place, session=session)
    state, effects = travel_from(start, (place, ev.CodeScanned("3f9c", R)), Place.LOOKING)
    assert effects == [fx.FindTickets(R, token="3f9c")]
    assert state.session.person is None
    assert "3f9c" not in repr(ev.CodeScanned("3f9c", R)) + repr(effects)


def test_a_scanner_types_a_tickets_address_faster_than_fingers() -> None:
    line = ScannedLine()
    for number, sign in enumerate("http;//10.0.0.1;8701/t/Ab-c_D7x2"):
        plain = sign.lower().replace("_", "-")
        line.sign(plain, sign != plain, number * 0.005)
    assert line.enter(0.2) == "Ab-c_D7x2"
    assert line.enter(0.21) is None
    for number, sign in enumerate("/t/3f9c1d7ab24e4c5f"):
        line.sign(sign, False, 10 + number * 0.5)
    assert line.enter(20.0) is None
