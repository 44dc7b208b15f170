"""What people are told from an outlook: looked up in no time, corrected for who came since."""

from __future__ import annotations

import dataclasses
import time
from datetime import time as clock

from queue_server.domain import commands as c
from queue_server.domain.admission import admission
from queue_server.domain.calendar import Calendar, Session
from queue_server.domain.estimate import estimate, promise, promise_left
from queue_server.domain.outlook import DOUBT_ALWAYS_S, FRESH_FOR_MS, Correction, Expected, Outlook
from queue_server.domain.quotas import IssuingSettings
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState
from tests.support.hall import MINUTE, Hall, rules

PLAIN = (Correction(float("inf")),)


def outlook(hall: Hall, **changes: object) -> Outlook:
    fields: dict[str, object] = {
        "at_ms": hall.now_ms,
        "seq": hall.state.seq,
        "newcomers": {("A", "ordinary"): Expected(600, 1200, 2, 200, 300)},
        "waiting": {},
        "corrections": PLAIN,
        "days": 9,
        **changes,
    }
    return Outlook(**fields)  # type: ignore[arg-type]


def test_without_an_outlook_the_first_day_formula_says_about() -> None:
    hall = Hall()
    told = promise(hall.state, "A", "ordinary", 3, hall.now_ms)
    assert told is not None
    assert (told.p50_s, told.p90_s) == estimate(hall.state, "A", 3)
    assert told.about
    assert told.widened_pct == 0


def test_people_who_came_since_are_counted() -> None:
    hall = Hall()
    hall.state.outlook = outlook(hall)
    two, five, none = (
        promise(hall.state, "A", "ordinary", ahead, hall.now_ms) for ahead in (2, 5, 0)
    )
    assert two is not None
    assert five is not None
    assert none is not None
    assert (two.p50_s, two.p90_s, two.about) == (600, 1230, False)
    assert (five.p50_s, none.p50_s) == (1200, 200)


def test_a_stale_outlook_is_not_read() -> None:
    hall = Hall()
    hall.state.outlook = outlook(hall)
    late_ms = hall.now_ms + FRESH_FOR_MS + 1
    told = promise(hall.state, "A", "ordinary", 2, late_ms)
    assert told is not None
    assert told.widened_pct == 0


def test_a_waiting_persons_own_call_comes_nearer() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    called_ms = (hall.now_ms + 10 * MINUTE, hall.now_ms + 20 * MINUTE)
    hall.state.outlook = outlook(hall, waiting={ticket.id: called_ms})
    told = promise_left(hall.state, ticket, 0, hall.now_ms + 2 * MINUTE)
    assert told is not None
    assert told.p50_s == 480
    later = promise_left(hall.state, hall.issue("A"), 2, hall.now_ms)  # came since
    assert later is not None
    assert later.p50_s == 600


def test_corrections_stretch_the_doubt_by_length_of_wait() -> None:
    short, long = Correction(300, 200, 10), Correction(float("inf"), 100, 0)
    hall = Hall()
    newcomers = {
        ("A", "ordinary"): Expected(100, 200, 0, 0, 0),
        ("B", "ordinary"): Expected(900, 1000, 0, 0, 0),
    }
    hall.state.outlook = outlook(hall, newcomers=newcomers, corrections=(short, long))
    doubt = 100 + DOUBT_ALWAYS_S
    a, b = (promise(hall.state, s, "ordinary", 0, hall.now_ms) for s in "AB")
    assert a is not None
    assert b is not None
    assert (a.p50_s, a.p90_s) == (round(100 + doubt / 10), round(100 + doubt * 2))
    assert (b.p50_s, b.p90_s, b.widened_pct) == (900, 1030, 100)


def test_a_ticket_carries_the_promise_and_its_correction() -> None:
    hall = Hall()
    hall.state.outlook = outlook(hall, corrections=(Correction(float("inf"), 130, 5),))
    hall.issue("A")
    issued = hall.log[-1][0]
    assert issued.widened_pct == 130  # type: ignore[attr-defined]
    assert issued.shifted_pct == 5  # type: ignore[attr-defined]
    assert issued.p50_s < 600  # type: ignore[attr-defined]


def test_a_new_day_begins_without_yesterdays_outlook() -> None:
    hall = Hall()
    hall.state.outlook = outlook(hall)
    hall.wait(24 * 60)
    hall.do(c.RollDay())
    assert hall.state.outlook is None


def test_an_outlook_is_no_part_of_the_state_that_a_replay_must_find() -> None:
    one, other = HallState(), HallState()
    one.outlook = outlook(Hall())
    assert one == other


def test_looking_up_costs_far_less_than_five_milliseconds() -> None:
    hall = Hall()
    for _ in range(200):
        hall.issue("A")
    hall.state.outlook = outlook(hall)
    began = time.thread_time()  # of the processor: whoever else uses the machine does not count
    for _ in range(200):
        promise(hall.state, "A", "ordinary", 200, hall.now_ms)
    assert (time.thread_time() - began) / 200 < 0.005


# --- rule 8 -----------------------------------------------------------------------------------


def _sessions() -> HallRules:
    week = tuple(range(7))
    sessions = (Session(week, clock(9), clock(12)), Session(week, clock(13, 30), clock(17)))
    calendar = Calendar("Asia/Shanghai", clock(4), False, sessions, frozenset(), frozenset())
    return dataclasses.replace(
        rules(), calendar=calendar, issuing=IssuingSettings(stop_at="day", warn_s=1800)
    )


def test_numbers_stop_when_the_simulated_wait_passes_closing_on_the_clock() -> None:
    hall = Hall(_sessions())  # 09:00; closes 17:00, eight hours on the clock, 6.5 of them open
    seven = {("A", "ordinary"): Expected(7 * 3600, 8 * 3600, 0, 0, 0)}
    hall.state.outlook = outlook(hall, newcomers=seven)
    assert admission(hall.state, "A", hall.now_ms).obstacle is None
    nine = {("A", "ordinary"): Expected(8.1 * 3600, 9 * 3600, 0, 0, 0)}
    hall.state.outlook = outlook(hall, newcomers=nine)
    found = admission(hall.state, "A", hall.now_ms).obstacle
    assert found is not None
    assert found.code == "queue_outlasts_closing"
