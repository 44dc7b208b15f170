"""What the moves of the kiosk share: going somewhere, going back, arriving home, what may happen
anywhere.

Pure. A move takes state and event and gives the next state and effects; which move belongs where
stands in `kiosk.flow.table`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kiosk.flow import events as ev
from kiosk.flow.effects import CallHelp, Effect
from kiosk.flow.facts import TicketFacts
from kiosk.flow.states import RESTING, Around, Link, Manner, Place, Session, State

Step = tuple[State, tuple[Effect, ...]]
Move = Callable[[State, Any], Step]

CODE_DIGITS = 6  # an appointment's code
PHONE_DIGITS = 4  # or the last digits of the phone it was booked with


def stay(state: State, _event: ev.Event) -> Step:
    """The event means nothing here, and that is intended."""
    return state, ()


def enter(state: State, place: Place, *effects: Effect, **session: Any) -> Step:
    """Goes to `place`, to its first page; its clock starts now, and the help closes."""
    moved = replace(
        state,
        place=place,
        session=replace(state.session, **session),
        page=0,
        help_open=False,
        entered_s=state.now_s,
        active_s=state.now_s,
    )
    return moved, effects


def deeper(state: State, place: Place, *effects: Effect, **session: Any) -> Step:
    """Goes on, and remembers the way back."""
    left = () if state.place in RESTING else ((state.place, state.page),)
    return enter(state, place, *effects, trail=state.session.trail + left, **session)


def go_back(state: State, _event: ev.Event) -> Step:
    """To where the person came from, with all that was entered there; at last, home."""
    trail = state.session.trail
    if not trail:
        return arrive_home(state)
    place, page = trail[-1]
    moved, effects = enter(state, place, trail=trail[:-1])
    return replace(moved, page=page), effects


def typed(state: State, code: str) -> Step:
    """What is being typed stands so now; the place stays."""
    return replace(state, session=replace(state.session, code=code), active_s=state.now_s), ()


def erase(state: State, _event: ev.Event) -> Step:
    """Takes the last sign away."""
    return typed(state, state.session.code[:-1])


# --- arriving home ------------------------------------------------------------------------------


def resting_place(around: Around) -> Place:
    """Home while numbers can be given, by the server or out of the lease."""
    if around.server is Link.UP or around.offline:
        return Place.HOME
    return Place.AWAY if around.server is Link.DOWN else Place.STARTING


def arrive_home(state: State, *effects: Effect) -> Step:
    """The one place where everything personal is wiped."""
    clean = replace(state, session=Session())
    return enter(clean, resting_place(state.around), *effects)


def go_home(state: State, _event: ev.Event) -> Step:
    return arrive_home(state)


def go_home_unattended(state: State, _event: ev.Event) -> Step:
    """Nobody is here any more: view and language are the next person's too."""
    return arrive_home(replace(state, manner=state.usual_manner, help=ev.HelpState.NONE))


def reset_manner(state: State, _event: ev.Event) -> Step:
    """Nobody touched it for a while: it looks as it usually does, from the first page."""
    usual = replace(state, manner=state.usual_manner, help=ev.HelpState.NONE)
    return replace(usual, page=0, help_open=False, active_s=state.now_s), ()


def go_idle(state: State, event: ev.Event) -> Step:
    """Nobody has been at home for a while: the kiosk shows what it is there for."""
    return enter(reset_manner(state, event)[0], Place.ATTRACT)


def settle(state: State) -> Step:
    """Where nobody has begun anything, what changed around may open or close the kiosk."""
    if state.place not in RESTING:
        return state, ()
    resting = resting_place(state.around)
    if state.place is resting or (state.place is Place.ATTRACT and resting is Place.HOME):
        return state, ()
    return arrive_home(state)


# --- what may happen anywhere -------------------------------------------------------------------


def be_active(state: State, _event: ev.Event) -> Step:
    return replace(state, active_s=state.now_s), ()


def toggle_help(state: State, _event: ev.Event) -> Step:
    """A call that reached nobody, or that somebody came for, is over when the help is opened again:
    another person may stand there."""
    over = (ev.HelpState.UNHEARD, ev.HelpState.COMING)
    told = ev.HelpState.NONE if state.help in over and not state.help_open else state.help
    return replace(state, help_open=not state.help_open, help=told, active_s=state.now_s), ()


def call_help(state: State, event: ev.CallHelpTouched) -> Step:
    """Once is enough: while somebody is called already, touching again changes nothing. Where the
    line is known to be down, nobody waits to be told so."""
    if state.help in (ev.HelpState.CALLING, ev.HelpState.CALLED, ev.HelpState.COMING):
        return be_active(state, event)
    if state.around.server is Link.DOWN:
        return replace(state, help=ev.HelpState.UNHEARD, active_s=state.now_s), ()
    calling = replace(state, help=ev.HelpState.CALLING, active_s=state.now_s)
    return calling, (CallHelp(event.request_id, state.place.value),)


def see_help(state: State, event: ev.HelpSeen) -> Step:
    """What becomes of a call whose person has gone concerns nobody here."""
    if state.help is ev.HelpState.NONE:
        return state, ()
    return replace(state, help=event.state), ()


def _shown_in(state: State, manner: Manner) -> Step:
    """Pages hold more or less than before, so the first one is shown; a ticket is no page."""
    page = state.page if state.place is Place.FOUND else 0
    return replace(state, manner=manner, page=page, active_s=state.now_s), ()


def choose_view(state: State, event: ev.ViewChosen) -> Step:
    """Who needs large letters is read to as well; the voice has a switch of its own, and what came
    with the letters goes with them."""
    was, large = state.manner, event.view is ev.View.ELDER
    wanted = was.spoken and not was.spoken_for_view
    spoken = was.spoken if event.view is was.view else wanted or large
    with_view = spoken and not wanted
    return _shown_in(state, replace(was, view=event.view, spoken=spoken, spoken_for_view=with_view))


def choose_language(state: State, event: ev.LanguageChosen) -> Step:
    return _shown_in(state, replace(state.manner, language=event.language))


def toggle_low(state: State, _event: ev.Event) -> Step:
    return _shown_in(state, replace(state.manner, low=not state.manner.low))


def toggle_voice(state: State, _event: ev.Event) -> Step:
    manner = replace(state.manner, spoken=not state.manner.spoken, spoken_for_view=False)
    return replace(state, manner=manner, active_s=state.now_s), ()


def see_hall(state: State, event: ev.HallSeen) -> Step:
    return settle(_around(state, hall=event.hall, server=Link.UP))


def remember_hall(state: State, event: ev.HallRemembered) -> Step:
    """What was kept of the hall is better than nothing, and worse than any word of the server."""
    if state.around.hall is not None:
        return state, ()
    return settle(_around(state, hall=event.hall))


def lose_hall(state: State, _event: ev.Event) -> Step:
    return settle(_around(state, server=Link.DOWN))


def see_lease(state: State, event: ev.LeaseSeen) -> Step:
    return settle(_around(state, lease=event.lease))


def see_content(state: State, event: ev.ContentSeen) -> Step:
    return _around(state, content=event.content), ()


def take_lexicon(state: State, event: ev.LexiconRead) -> Step:
    return _around(state, lexicon=event.lexicon), ()


def _around(state: State, **facts: Any) -> State:
    return replace(state, around=replace(state.around, **facts))


def lose_reader(state: State, _event: ev.Event) -> Step:
    return _around(state, reader=Link.DOWN, card_lies=False), ()


def find_reader(state: State, _event: ev.Event) -> Step:
    return _around(state, reader=Link.UP), ()


def note_scanner(state: State) -> State:
    """What was scanned proves that there is one, whatever the settings say."""
    return _around(state, scanner=True)


def note_card(state: State, _event: ev.Event) -> Step:
    """A card lies there, but now is not the time to read it."""
    return _around(state, card_lies=True, reader=Link.UP), ()


def note_no_card(state: State, _event: ev.Event) -> Step:
    return _around(state, card_lies=False), ()


# --- what a place is sure to have ---------------------------------------------------------------


def running_request(state: State) -> str:
    """The running request; only places that have one call this."""
    request_id = state.session.request_id
    if request_id is None:
        raise AssertionError(f"no request is running at {state.place}")
    return request_id


def shown_ticket(state: State) -> TicketFacts:
    ticket = state.session.ticket
    if ticket is None:
        raise AssertionError(f"no ticket at {state.place}")
    return ticket


def derived_request_id(request_id: str, purpose: str) -> str:
    """A second command about the same ticket: its own id, the same on every retry."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{request_id}/{purpose}"))
