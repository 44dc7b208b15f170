"""One simulated future against the live hall: the same people in the same order."""

from __future__ import annotations

import random
import time

import pytest

from queue_server.domain import commands as c
from queue_server.domain.rules import Skill
from queue_server.domain.vocabulary import WindowState
from queue_server.simulation import forecast, what_if
from queue_server.simulation.actors import Probe
from queue_server.simulation.forecast import classes_alike
from queue_server.simulation.model import Arrivals, Came, Change, Model, PastDay, first_model
from queue_server.simulation.openings import fewest
from queue_server.simulation.run import Run
from queue_server.simulation.service_times import ServiceTimes
from queue_server.simulation.snapshot import snapshot
from queue_server.simulation.window_plans import plan
from tests.support.hall import MINUTE, Hall, rules

DAY_STARTS_MS = 1_795_363_200_000  # midnight in Shanghai before the hall's Monday morning
FIXED_S = 300.0


def exact(**changes: object) -> Model:
    """Everybody takes five minutes, clerks ten seconds between two, and nobody else comes."""
    times = ServiceTimes(
        {"A": FIXED_S, "B": FIXED_S, "A-1": FIXED_S},
        mean_log={(s, None): 5.7038 for s in "AB"},  # ln 300
        spread={"A": 1e-9, "B": 1e-9},
        unsure={"A": 0.0, "B": 0.0, "A-1": 0.0},
    )
    fields = {"gaps_s": (10.0,), "missed": {"": 0.0}, **changes}
    return Model(times, DAY_STARTS_MS, **fields)  # type: ignore[arg-type]


def busy_hall(seed: int, people: int = 14) -> Hall:
    hall, luck = Hall(), random.Random(seed)
    for _ in range(people):
        hall.issue(luck.choice("AAB"), priority_class=luck.choice(["ordinary", "elderly"]))
        hall.wait(luck.uniform(0.2, 2))
    return hall


@pytest.mark.parametrize("seed", range(8))
def test_people_are_called_as_the_live_hall_would_call_them(seed: int) -> None:
    hall = busy_hall(seed)
    run = Run(snapshot(hall.state, hall.now_ms), exact(), 1, walk_ins=False)
    simulated = run.until(hall.now_ms + 10**8).called
    # the live hall, its windows calling at the instants at which the simulated ones did
    for ticket, at_ms in simulated.items():
        hall.now_ms, window = at_ms, run.called_to[ticket]
        if hall.state.at_window(window) is not None:
            hall.do(c.Start(window))
            hall.do(c.Finish(window))
        called = hall.next(window)
        assert called is not None
        assert called.id == ticket
    assert len(simulated) == 14


def test_a_probe_is_called_when_a_person_would_be_and_changes_nothing() -> None:
    hall = busy_hall(3)
    start = snapshot(hall.state, hall.now_ms)
    probe = Probe("A", "ordinary", hall.now_ms)
    probes = [probe, Probe("A", "elderly", hall.now_ms), Probe("B", "ordinary", hall.now_ms)]
    alone = Run(start, exact(), 1, walk_ins=False).until(hall.now_ms + 10**8)
    probed = Run(start, exact(), 1, probes=probes, walk_ins=False).until(hall.now_ms + 10**8)
    assert probed.called == alone.called
    someone = hall.issue("A")
    real = Run(snapshot(hall.state, hall.now_ms), exact(), 1, walk_ins=False)
    assert real.until(hall.now_ms + 10**8).called[someone.id] == probed.probed[probe]


def test_a_simulation_leaves_the_hall_as_it_is() -> None:
    hall = busy_hall(5)
    hall.do(c.CallNext("1"))
    start = snapshot(hall.state, hall.now_ms)
    waits = {t: hall.state.line.place(t) for t in hall.state.line.tickets()}
    Run(start, exact(), 2, probes=[Probe("A", "ordinary", hall.now_ms)]).until(hall.now_ms + 10**8)
    assert {t: hall.state.line.place(t) for t in hall.state.line.tickets()} == waits
    assert len(start.line) == len(waits)
    again = Run(start, exact(), 2).until(hall.now_ms + 10**8).called
    assert Run(start, exact(), 2).until(hall.now_ms + 10**8).called == again


def test_people_away_come_back_and_rejoin_behind_others() -> None:
    hall = Hall()
    first = hall.issue("B")
    rest = [hall.issue("B") for _ in range(5)]
    hall.do(c.PauseWindow("9", "x"))
    hall.do(c.CallNext("2"))
    hall.do(c.Miss("2"))
    model = exact(missed_back=1.0, missed_back_s=(60.0,))
    run = Run(snapshot(hall.state, hall.now_ms), model, 1, walk_ins=False)
    called = run.until(hall.now_ms + 3 * 10**6).called
    order = sorted(called, key=lambda t: called[t])
    # one was called before the return, and rejoin_after (3) of the others go first
    assert order.index(first.id) == 4
    assert order[0] == rest[0].id


def test_a_window_does_what_it_did_on_a_past_day_like_this_one() -> None:
    hall = Hall()
    of_day_s = (hall.now_ms - DAY_STARTS_MS) / 1000
    lunch = [
        Change(0, WindowState.CLOSED),
        Change(of_day_s - 60, WindowState.OPEN),
        Change(of_day_s + 600, WindowState.PAUSED),
        Change(of_day_s + 1200, WindowState.OPEN),
    ]
    closed = [Change(0, WindowState.CLOSED)]
    model = exact(past=(PastDay(1.0, {"1": lunch}), PastDay(99.0, {"1": closed})))
    window = snapshot(hall.state, hall.now_ms).windows[0]
    drawn = plan(window, hall.state.known_rules, model, hall.now_ms, random.Random(1))
    assert drawn == [
        (hall.now_ms + 600_000, WindowState.PAUSED, False),
        (hall.now_ms + 1_200_000, WindowState.OPEN, False),
    ]


def test_a_clerk_who_used_to_leave_an_empty_hall_stays_while_somebody_waits() -> None:
    hall = Hall()
    people = [hall.issue("A") for _ in range(6)]
    for window in ("2", "9"):
        hall.do(c.CloseWindow(window))
    of_day_s = (hall.now_ms - DAY_STARTS_MS) / 1000
    opened = Change(0, WindowState.OPEN)
    called = []
    for patient in (True, False):
        leaves = Change(of_day_s + 60, WindowState.CLOSED, patient)
        model = exact(past=(PastDay(1.0, {"1": [opened, leaves]}),))
        run = Run(snapshot(hall.state, hall.now_ms), model, 1, walk_ins=False)
        called.append(len(run.until(hall.now_ms + 10**8).called))
    assert called == [len(people), 1]


def test_walk_ins_come_as_often_as_was_learned() -> None:
    kinds = [Came("A", None, "ordinary", ())]
    arrivals = Arrivals([10.0] * 96, 0.5, {slot: kinds for slot in range(96)})
    drawn = list(arrivals.draw(random.Random(1), 0, 86_400))
    assert len(drawn) == pytest.approx(480, abs=70)
    assert [at for at, _ in drawn] == sorted(at for at, _ in drawn)


def test_classes_that_are_called_alike_are_probed_once() -> None:
    alike = classes_alike(rules())
    assert alike == {"ordinary": "ordinary", "elderly": "elderly"}


def test_an_outlook_knows_everybody_in_line_and_every_newcomer() -> None:
    hall = busy_hall(2)
    start = snapshot(hall.state, hall.now_ms)
    found = forecast.outlook(start, first_model(start.rules, DAY_STARTS_MS), 1)
    assert set(found.waiting) == set(hall.state.line.tickets())
    assert set(found.newcomers) == {(s, k) for s in "AB" for k in ("ordinary", "elderly")}
    assert found.about  # of a hall's first day
    longest = max(p90 for _, p90 in found.waiting.values())
    assert hall.now_ms < longest < hall.now_ms + 9 * 3600_000
    ordinary, elderly = (found.newcomers["A", k].p50_s for k in ("ordinary", "elderly"))
    assert elderly < ordinary


# --- what if ----------------------------------------------------------------------------------


def _curves(hall: Hall, *changes: what_if.WhatIf) -> tuple[what_if.Curve, what_if.Curve]:
    start = snapshot(hall.state, hall.now_ms)
    kinds = [Came("A", None, "ordinary", ()), Came("B", None, "ordinary", ())]
    arrivals = Arrivals([6.0] * 96, 1.0, {slot: kinds for slot in range(96)})
    model = exact(arrivals=arrivals)
    now, then, futures = what_if.compare(
        start, model, changes, hall.now_ms + 60 * MINUTE, 7, runs=8
    )
    assert futures == 8
    return now, then


def test_nothing_changed_is_nothing_changed() -> None:
    now, then = _curves(busy_hall(1))
    assert now == then


def test_closing_a_window_makes_people_wait_longer_and_lunch_less_so() -> None:
    hall = busy_hall(1)
    now, closed = _curves(hall, what_if.Close("9", hall.now_ms))
    _, lunch = _curves(hall, what_if.Rest("9", hall.now_ms, 20))
    last = [curve.all[-1].p50_s for curve in (now, lunch, closed)]
    assert last[0] < last[1] < last[2]


def test_more_people_and_other_skills_change_waits() -> None:
    hall = busy_hall(1)
    now, more = _curves(hall, what_if.MorePeople(20, hall.now_ms, 30))
    assert more.all[3].p50_s > now.all[3].p50_s
    now, skilled = _curves(hall, what_if.Reskill("2", (Skill("A", 1), Skill("B", 1))))
    assert skilled.by_service["A"][-1].p50_s <= now.by_service["A"][-1].p50_s


def test_opening_a_closed_window_helps() -> None:
    hall = busy_hall(1)
    hall.do(c.CloseWindow("9"))
    now, opened = _curves(hall, what_if.Open("9", hall.now_ms))
    assert opened.all[-1].p90_s < now.all[-1].p90_s
    assert opened.worst_p90_s <= now.worst_p90_s


def test_the_fewest_windows_that_keep_the_limit() -> None:
    hall = busy_hall(1, people=3)
    start = snapshot(hall.state, hall.now_ms)
    ends_ms = hall.now_ms + 60 * MINUTE
    easy = fewest(start, exact(), 3600, ends_ms, 1)
    assert easy.holds
    assert easy.whole
    assert len(easy.windows) == 1  # one that serves both
    hard = fewest(start, exact(), 1, ends_ms, 1)
    assert not hard.holds or hard.curve.worst_p90_s <= 90


def test_an_outlook_of_a_full_hall_is_made_within_seconds() -> None:
    hall = busy_hall(4, people=200)
    start = snapshot(hall.state, hall.now_ms)
    model = first_model(start.rules, DAY_STARTS_MS)
    began = time.process_time()
    forecast.outlook(start, model, 1, runs=8)
    assert time.process_time() - began < 5.0
