"""The end of a business day, also over people everywhere and when nobody was there to close it."""

from __future__ import annotations

import pytest

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.vocabulary import TicketStatus, WindowState
from tests.support.hall import MONDAY_9, Hall, rules

DAY_MIN = 24 * 60


def people_everywhere(hall: Hall) -> None:
    """One each: waiting, deferred, unprinted, called, being served, missed, parked, finished."""
    hall.do(c.OpenWindow("1", "li"))
    for window in ("2", "9"):
        hall.do(c.OpenWindow(window, "wang"))
    ways: list[list[c.Command]] = [
        [c.Start("1"), c.Finish("1")],
        [c.Miss("1")],
        [c.Park("1", "x", hall.now_ms + DAY_MIN * 60_000)],
    ]
    for after_call in ways:
        hall.issue("A")
        hall.next("1")
        for command in after_call:
            hall.do(command)
    hall.issue("A")
    hall.next("1")
    hall.issue("B")
    hall.next("2")
    hall.do(c.Start("2"))
    hall.do(c.DeferTicket(hall.issue("A").id, 30))
    hall.do(c.ReportPrintFailed(hall.issue("A").id))
    hall.issue("A")


@pytest.mark.parametrize("days_down", [1, 3])
@pytest.mark.parametrize("start_open", [True, False])
def test_everything_ends_and_is_reported(days_down: int, start_open: bool) -> None:
    hall = Hall(rules(windows_start_open=start_open))
    people_everywhere(hall)
    tickets = list(hall.state.tickets.values())
    hall.wait(days_down * DAY_MIN)
    events = hall.do(c.RollDay())
    closed = next(x for x in events if isinstance(x, e.DayClosed))
    left = {"called": 1, "missed": 1, "parked": 1, "waiting": 3}
    assert closed == e.DayClosed("2026-11-23", 8, 6, 1, left)
    assert [t.status for t in tickets].count(TicketStatus.EXPIRED) == 6
    assert events[-1] == e.DayOpened(f"2026-11-{23 + days_down}")
    assert hall.do(c.RollDay()) == []


@pytest.mark.parametrize("start_open", [True, False])
def test_the_new_day_starts_clean(start_open: bool) -> None:
    hall = Hall(rules(windows_start_open=start_open))
    people_everywhere(hall)
    hall.wait(DAY_MIN)
    hall.do(c.RollDay())
    state = hall.state
    wanted = WindowState.OPEN if start_open else WindowState.CLOSED
    assert {(w.state, w.clerk, w.ticket) for w in state.windows.values()} == {(wanted, None, None)}
    assert not any([state.tickets, state.missed, state.parked, state.out_of_turn, state.held])
    assert len(state.line) == 0
    hall.wait(30 * DAY_MIN)
    assert hall.do(c.PassTime()) == [], "what was due by the clock ended with its day"
    assert hall.issue("A").number == "A001"


def test_a_clock_that_steps_back_over_the_days_end_opens_nothing_twice() -> None:
    hall = Hall()
    hall.wait(DAY_MIN)
    hall.do(c.RollDay())
    hall.issue("A")
    hall.now_ms = MONDAY_9
    assert hall.do(c.RollDay()) == []
    assert hall.state.day == "2026-11-24"
    assert hall.issue("A").number == "A002"
