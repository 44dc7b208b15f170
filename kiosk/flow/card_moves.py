"""Moves around the ID card: it is laid down, read, not read, taken away. Pure."""

from __future__ import annotations

from dataclasses import replace

from kiosk.flow import events as ev
from kiosk.flow.facts import PersonFacts, age_on
from kiosk.flow.moves import Step, arrive_home, enter, lose_reader, note_card, note_no_card
from kiosk.flow.states import CardTrouble, Place, Session, State

TAKEN_AWAY_S = 1.0  # a reader says that it cannot read, and then that the card is gone


def start_reading(state: State, event: ev.Event) -> Step:
    """A new card is a new person: whatever was known of the last one is forgotten first."""
    fresh = replace(note_card(state, event)[0], session=Session())
    return enter(fresh, Place.READING)


def read_and_return(state: State, event: ev.Event) -> Step:
    """Somebody in the middle of choosing lays the card down: what they chose so far stays."""
    noted = note_card(state, event)[0]
    kept = _without_person(noted.session)
    return enter(replace(noted, session=replace(kept, returns_to=state.place)), Place.READING)


def read_for_ticket(state: State, event: ev.Event) -> Step:
    """Whose ticket is it? The card says."""
    noted = replace(note_card(state, event)[0], session=Session(returns_to=Place.MINE))
    return enter(noted, Place.READING)


def read_again(state: State, event: ev.Event) -> Step:
    """After trouble with the card, for the same purpose as before."""
    return enter(note_card(state, event)[0], Place.READING)


def _without_person(session: Session) -> Session:
    return Session(
        trail=session.trail,
        matter=session.matter,
        answers=session.answers,
        query=session.query,
        claim=session.claim,
    )


def greet(state: State, event: ev.CardKnown) -> Step:
    """To the services, or back to where the card was laid down."""
    person, hall = event.person, state.around.hall
    reached = None
    if person.birth is not None and hall is not None:
        reached = hall.priority_age(age_on(person.birth, hall.business_day))
    place = state.session.returns_to or Place.GREETING
    claim = _claim_beside_card(state, person)
    known = {"person": person, "priority_age": reached, "claim": claim}
    return enter(state, place, returns_to=None, **known)


def _claim_beside_card(state: State, person: PersonFacts) -> str:
    """Whose age the card tells need not say it, and cannot say another."""
    hall, claim = state.around.hall, state.session.claim
    said = hall.priority_class(claim) if hall and claim else None
    by_age = said is not None and said.min_age is not None
    return "" if by_age and person.birth is not None else claim


def leave_reading(state: State, _event: ev.Event) -> Step:
    """Without the card, back to where it was laid down."""
    place = state.session.returns_to
    return enter(state, place, returns_to=None) if place else arrive_home(state)


def without_card(state: State, _event: ev.Event) -> Step:
    """The card cannot be read, and the person goes on without it."""
    return enter(state, state.session.returns_to or Place.SERVICES, returns_to=None)


def _card_trouble(state: State, why: CardTrouble) -> Step:
    return enter(state, Place.CARD_TROUBLE, card_trouble=why)


def card_unreadable(state: State, _event: ev.Event) -> Step:
    return _card_trouble(state, CardTrouble.UNREADABLE)


def card_lifted_too_soon(state: State, event: ev.Event) -> Step:
    return _card_trouble(note_no_card(state, event)[0], CardTrouble.LIFTED)


def lifted_after_trouble(state: State, event: ev.Event) -> Step:
    """A card that goes in the same moment was not unreadable: it was taken away too early."""
    left, effects = note_no_card(state, event)
    unread = state.session.card_trouble is CardTrouble.UNREADABLE
    if not unread or state.busy_s > TAKEN_AWAY_S:
        return left, effects
    return replace(left, session=replace(left.session, card_trouble=CardTrouble.LIFTED)), effects


def reader_gone_meanwhile(state: State, event: ev.Event) -> Step:
    return _card_trouble(lose_reader(state, event)[0], CardTrouble.READER)
