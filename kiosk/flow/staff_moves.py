"""The moves of the staff menu: the corner, the PIN, pages and acts. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kiosk.flow import events as ev
from kiosk.flow import staff as st
from kiosk.flow.moves import (
    Step,
    arrive_home,
    be_active,
    deeper,
    enter,
    go_back,
    go_home_unattended,
    lose_reader,
    note_card,
    note_no_card,
)
from kiosk.flow.states import RESTING, Place, State

# What a page asks for as soon as it is opened.
OPENS_WITH = {
    st.Panel.PAPER: st.Act.PAPER,
    st.Panel.SOUND: st.Act.VOLUME,
    st.Panel.NETWORK: st.Act.NETWORK,
    st.Panel.LOG: st.Act.LOG,
}
# The other acts whose page shows the same figure.
_SAME_ROW = {
    st.Act.NEW_ROLL: st.Act.PAPER,
    st.Act.RESUME: st.Act.PAPER,
    st.Act.CLEAR: st.Act.PAPER,
    st.Act.LOUDER: st.Act.VOLUME,
    st.Act.QUIETER: st.Act.VOLUME,
}
ENTRIES_PER_PAGE = 8
ENTRIES_PER_PAGE_LARGE = 4


def _with(state: State, **changed: Any) -> State:
    staff = replace(state.session.staff, **changed)
    return replace(state, session=replace(state.session, staff=staff), active_s=state.now_s)


# --- the corner and the PIN ---------------------------------------------------------------------


def hold_corner(state: State, _event: ev.Event) -> Step:
    """Only where nobody has begun anything: a citizen's way is never taken away."""
    return deeper(state, Place.STAFF_PIN) if state.place in RESTING else (state, ())


def type_digit(state: State, event: ev.DigitTouched) -> Step:
    pin = state.session.staff.pin
    fits = len(pin) < st.PIN_DIGITS[-1]
    return _with(state, pin=pin + event.digit if fits else pin, misdialled=False), ()


def erase_digit(state: State, _event: ev.Event) -> Step:
    return _with(state, pin=state.session.staff.pin[:-1]), ()


def give_pin(state: State, event: st.PinTouched) -> Step:
    """Nothing is looked at while the gate is locked, or another PIN is being looked at."""
    pin, gate = state.session.staff.pin, state.gate
    waiting = state.session.request_id is not None
    if waiting or not gate.set_up or gate.locked_s(state.now_s) or len(pin) not in st.PIN_DIGITS:
        return be_active(state, event)
    asked = _with(state, pin="")
    session = replace(asked.session, request_id=event.request_id)
    return replace(asked, session=session), (st.CheckPin(event.request_id, pin),)


def pin_checked(state: State, event: st.PinChecked) -> Step:
    if event.right:
        let_in = replace(state, gate=replace(state.gate, wrong=0, locked_until_s=0.0))
        return enter(let_in, Place.STAFF, request_id=None)
    refused = _with(state, misdialled=True)
    session = replace(refused.session, request_id=None)
    return replace(refused, session=session, gate=state.gate.after_wrong(state.now_s)), ()


# --- pages and acts -----------------------------------------------------------------------------


def open_panel(state: State, event: st.PanelTouched) -> Step:
    opened, _ = deeper(_with(state, panel=event.panel, points=(), card=""), Place.STAFF_PANEL)
    act = OPENS_WITH.get(event.panel)
    return (opened, ()) if act is None else ask(opened, st.ActAsked(act, event.request_id))


def close_panel(state: State, event: ev.Event) -> Step:
    """What is still running goes on; its answer comes too late to be shown."""
    closed, _ = go_back(_with(state, running=None, told=(), entries=()), event)
    session = replace(closed.session, request_id=None)
    return replace(closed, session=session), (st.LeaveStaff(),)


def ask(state: State, event: st.ActAsked) -> Step:
    """One thing at a time: a second touch meanwhile changes nothing."""
    if state.session.staff.running is not None:
        return be_active(state, event)
    asked = _with(state, running=event.act)
    session = replace(asked.session, request_id=event.request_id)
    hall = state.around.hall
    zone = hall.zone if hall else None
    wish = st.DoAct(event.request_id, event.act, state.manner.language, zone)
    return replace(asked, session=session), (wish,)


def done(state: State, event: st.ActDone) -> Step:
    staff = state.session.staff.with_told(_SAME_ROW.get(event.act, event.act), event.told)
    if event.act is st.Act.LOG:
        staff = replace(staff, entries=event.entries)
    return replace(state, session=replace(state.session, staff=staff, request_id=None)), ()


def turn_page(state: State, _event: ev.Event) -> Step:
    return replace(state, page=(state.page + 1) % pages(state), active_s=state.now_s), ()


def entries_per_page(state: State) -> int:
    large = state.manner.view is ev.View.ELDER or state.manner.low
    return ENTRIES_PER_PAGE_LARGE if large else ENTRIES_PER_PAGE


def pages(state: State) -> int:
    """Of the log; every other page of the menu is one."""
    return max(-(-len(state.session.staff.entries) // entries_per_page(state)), 1)


def land(state: State, event: st.PointTouched) -> Step:
    """After the last mark it begins anew."""
    points = state.session.staff.points
    before = () if len(points) >= st.MARKS else points
    return _with(state, points=(*before, (event.x, event.y))), ()


def _saw_card(state: State, seen: str) -> Step:
    return _with(state, card=seen), ()


def card_laid(state: State, event: ev.CardLaid) -> Step:
    return _saw_card(note_card(state, event)[0], "laid")


def card_known(state: State, _event: ev.CardKnown) -> Step:
    """That it was read is all that is kept of it."""
    return _saw_card(state, "read")


def card_failed(state: State, _event: ev.CardFailed) -> Step:
    return _saw_card(state, "unreadable")


def card_lifted(state: State, event: ev.CardLifted) -> Step:
    """What was read stays told; one that was taken away too soon was not."""
    gone = note_no_card(state, event)[0]
    return _saw_card(gone, "lifted") if state.session.staff.card == "laid" else (gone, ())


def reader_lost(state: State, event: ev.ReaderLost) -> Step:
    return _saw_card(lose_reader(state, event)[0], "lost")


# --- leaving ------------------------------------------------------------------------------------


def leave(state: State, _event: ev.Event) -> Step:
    return arrive_home(state, st.LeaveStaff())


def leave_unattended(state: State, event: ev.Event) -> Step:
    home, effects = go_home_unattended(state, event)
    return home, (*effects, st.LeaveStaff())
