"""The staff menu's ways: the corner, the PIN and its lock, pages, acts, and leaving by itself."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from kiosk.flow import events as ev
from kiosk.flow import staff as st
from kiosk.flow.states import RESTING, Around, Link, Place, Session, State
from kiosk.flow.table import step
from kiosk.sample_staff import LOG
from kiosk.samples import PERSON, sample_hall, sample_states
from tests.flows.journeys import travel_from
from tests.flows.staff_events import SAMPLES

R, S = "r-1", "r-2"
PIN = "271828"
HOME = State(
    place=Place.HOME,
    around=Around(sample_hall(), server=Link.UP),
    gate=st.Gate(set_up=True),
)
TYPED = tuple((Place.STAFF_PIN, ev.DigitTouched(digit)) for digit in PIN)
IN = (
    (Place.HOME, st.CornerHeld()),
    *TYPED,
    (Place.STAFF_PIN, st.PinTouched(R)),
    (Place.STAFF_PIN, st.PinChecked(R, True)),
)


def wrong(state: State, times: int) -> State:
    for _ in range(times):
        state, _ = travel_from(
            state, *TYPED, (Place.STAFF_PIN, st.PinTouched(R)),
            (Place.STAFF_PIN, st.PinChecked(R, False)), Place.STAFF_PIN,
        )  # fmt: skip
    return state


def test_corner_and_pin_lead_to_the_menu_and_the_pin_is_kept_nowhere() -> None:
    state, effects = travel_from(HOME, *IN, Place.STAFF)
    assert effects == [st.CheckPin(R, PIN)]
    assert PIN not in repr(effects)
    assert PIN not in repr(state)
    assert state.session.staff.pin == ""


def test_the_corner_takes_nobodys_way_away() -> None:
    for name, state in sample_states().items():
        after, _ = step(state, st.CornerHeld())
        if state.place in RESTING:
            assert after.place is Place.STAFF_PIN, name
        else:
            assert after == state, name


def test_five_wrong_pins_lock_the_gate_longer_each_time_and_home_does_not_unlock_it() -> None:
    state, _ = travel_from(HOME, (Place.HOME, st.CornerHeld()), Place.STAFF_PIN)
    state = wrong(state, 4)
    assert state.gate.locked_s(state.now_s) == 0
    state = wrong(state, 1)
    assert state.gate.locked_s(state.now_s) == 60
    again, _ = travel_from(
        state, (Place.STAFF_PIN, ev.HomeTouched()), (Place.HOME, st.CornerHeld()), *TYPED,
    )  # fmt: skip
    refused, effects = step(again, st.PinTouched(R))
    assert effects == ()
    later, _ = step(replace(refused, active_s=60.5), ev.Tick(61.0))
    locked_longer = wrong(replace(later, session=Session()), 1)
    assert locked_longer.gate.locked_s(61.0) == 120
    for _ in range(9):
        gate = locked_longer.gate.after_wrong(0.0)
        locked_longer = replace(locked_longer, gate=gate)
    assert gate.locked_s(0.0) == st.LOCK_LONGEST_S


def test_the_right_pin_forgets_the_wrong_ones() -> None:
    state, _ = travel_from(HOME, (Place.HOME, st.CornerHeld()))
    state, _ = travel_from(wrong(state, 4), *IN[1:], Place.STAFF)
    assert state.gate == st.Gate(set_up=True)


@pytest.mark.parametrize("typed", ["12345", ""])
def test_what_is_no_pin_is_not_looked_at(typed: str) -> None:
    state, _ = travel_from(HOME, (Place.HOME, st.CornerHeld()))
    for digit in typed:
        state, _ = step(state, ev.DigitTouched(digit))
    assert step(state, st.PinTouched(R))[1] == ()


def test_without_a_pin_set_nobody_gets_in() -> None:
    state, effects = travel_from(
        replace(HOME, gate=st.Gate()),
        (Place.HOME, st.CornerHeld()), *TYPED, (Place.STAFF_PIN, st.PinTouched(R)), Place.STAFF_PIN,
    )  # fmt: skip
    assert effects == []
    assert state.place is Place.STAFF_PIN


def at_page(panel: st.Panel) -> State:
    return travel_from(HOME, *IN, (Place.STAFF, st.PanelTouched(panel, S)), Place.STAFF_PANEL)[0]


def test_an_act_runs_once_and_its_answer_stands_there() -> None:
    state = at_page(st.Panel.DEVICES)
    state, asked = step(state, st.ActAsked(st.Act.PRINT, R))
    assert asked == (st.DoAct(R, st.Act.PRINT, ev.Language.CHINESE),)
    state, twice = step(state, st.ActAsked(st.Act.SPEAK, S))
    assert twice == ()
    told = st.Told(st.Verdict.GOOD, "print_confirmed")
    state, _ = step(state, st.ActDone(R, st.Act.PRINT, told))
    assert state.session.staff.of(st.Act.PRINT) == told
    assert state.session.staff.running is None


def test_a_late_answer_of_a_page_that_was_left_is_not_shown() -> None:
    state, _ = step(at_page(st.Panel.DEVICES), st.ActAsked(st.Act.CAMERA, R))
    state, effects = step(state, ev.BackTouched())
    assert effects == (st.LeaveStaff(),)
    state, _ = step(state, st.PanelTouched(st.Panel.DEVICES, S))
    late, _ = step(state, st.ActDone(R, st.Act.CAMERA, st.Told(st.Verdict.GOOD, "pictured")))
    assert late.session.staff.told == ()


@pytest.mark.parametrize(
    ("panel", "act"),
    [
        (st.Panel.PAPER, st.Act.PAPER),
        (st.Panel.SOUND, st.Act.VOLUME),
        (st.Panel.NETWORK, st.Act.NETWORK),
        (st.Panel.LOG, st.Act.LOG),
    ],
)
def test_a_page_asks_at_once_for_what_it_shows(panel: st.Panel, act: st.Act) -> None:
    menu, _ = travel_from(HOME, *IN)
    _, effects = step(menu, st.PanelTouched(panel, S))
    assert effects == (st.DoAct(S, act, ev.Language.CHINESE),)


def test_a_card_is_tried_and_nothing_of_it_stays() -> None:
    state = at_page(st.Panel.DEVICES)
    for event, seen in (
        (ev.CardLaid(), "laid"),
        (ev.CardKnown(PERSON), "read"),
        (ev.CardLifted(), "read"),
        (ev.CardLaid(), "laid"),
        (ev.CardLifted(), "lifted"),
        (ev.CardFailed(), "unreadable"),
        (ev.ReaderLost(), "lost"),
    ):
        state, _ = step(state, event)
        assert state.session.staff.card == seen
        assert state.session.person is None


def test_the_log_is_turned_page_by_page() -> None:
    entries = (LOG * 3)[:20]
    state, _ = step(
        at_page(st.Panel.LOG), st.ActDone(S, st.Act.LOG, st.Told(st.Verdict.GOOD, "log"), entries)
    )
    seen = []
    for _ in range(4):
        seen.append(state.page)
        state, _ = step(state, ev.PageTouched())
    assert seen == [0, 1, 2, 0]


def test_after_the_last_mark_touching_begins_anew() -> None:
    state = at_page(st.Panel.TOUCH)
    for number in range(st.MARKS + 1):
        state, _ = step(state, st.PointTouched(number / 10, 0.5))
    assert state.session.staff.points == ((st.MARKS / 10, 0.5),)


@pytest.mark.parametrize("panel", list(st.Panel))
def test_a_minute_of_silence_leads_home_and_wipes_everything(panel: st.Panel) -> None:
    state = at_page(panel)
    warned, _ = step(state, ev.Tick(50.0))
    assert warned.warned
    home, effects = step(warned, ev.Tick(61.0))
    assert home.place is Place.HOME
    assert home.session == Session()
    assert st.LeaveStaff() in effects


def test_a_walk_among_staffs_events_sees_every_page_and_keeps_nothing_at_home() -> None:
    chance, state, now_s = random.Random(3), HOME, 0.0
    others = [ev.CardLaid(), ev.CardLifted(), ev.CardKnown(PERSON), ev.PageTouched()]
    seen = set()
    for _ in range(12_000):
        kind = chance.choices((*SAMPLES, ev.DigitTouched, ev.Tick, ev.BackTouched, ev.Event),
                              (*(4 for _ in SAMPLES), 40, 2, 1, 4))[0]  # fmt: skip
        if kind is ev.Tick:
            now_s += chance.choice([1.0, 9.0, 40.0])
            event: ev.Event = ev.Tick(now_s)
        elif kind in SAMPLES:
            event = SAMPLES[kind](state.session.request_id or "0", chance)
        else:
            event = ev.DigitTouched("7") if kind is ev.DigitTouched else chance.choice(others)
            event = ev.BackTouched() if kind is ev.BackTouched else event
        state, _ = step(state, event)
        seen.add(state.session.staff.panel if state.place is Place.STAFF_PANEL else state.place)
        assert state.session.person is None or state.place not in RESTING
        if state.place in RESTING:
            assert state.session == Session()
    assert seen >= {*st.Panel, Place.STAFF_PIN, Place.STAFF}
