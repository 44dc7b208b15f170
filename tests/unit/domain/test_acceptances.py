"""办理登记: how a step ends, what is promised, by the working-day calendar; the first receiver."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from queue_server.domain import acceptances as x
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.calendar import (
    Calendar,
    Session,
    SpecialDay,
    working_day_after,
    working_days_between,
)
from queue_server.domain.errors import NotFound, WrongState
from queue_server.views.acceptances import acceptances_view
from tests.support.hall import MINUTE, Hall, reloaded, rules

WEEK = (0, 1, 2, 3, 4)
CALENDAR = Calendar(
    "Asia/Shanghai",
    time(4),
    True,
    (Session(WEEK, time(9), time(17)),),
    frozenset({date(2026, 11, 26)}),  # Thursday
    frozenset({date(2026, 11, 29)}),  # Sunday, worked
    (SpecialDay(date(2026, 11, 27), (), "停电"),),  # Friday
)


def served(hall: Hall, window: str = "1", **finish: Any) -> list[e.Event]:
    hall.issue("A")
    hall.next(window)
    hall.do(c.Start(window))
    return hall.do(c.Finish(window, **finish))


def test_a_bare_finish_registers_the_step_and_promises_nothing() -> None:
    hall = Hall()
    hall.do(c.OpenWindow("1", "clerk1"))
    (event,) = served(hall)
    assert isinstance(event, e.TicketFinished)
    assert (event.step, event.service, event.clerk) == (1, "A", "clerk1")
    assert (event.first_window, event.first_clerk) == ("1", "clerk1")
    assert hall.state.acceptances.open == {}


def test_an_accepted_matter_is_promised_in_working_days() -> None:
    hall = Hall(rules(calendar=CALENDAR))  # Monday the 23rd
    events = served(hall, outcome="accepted", promised_days=3, matter="A-1")
    # 24, 25, then neither the holiday, the special day nor Saturday: Sunday the 29th is worked
    assert events[0].promised_day == events[1].promised_day == "2026-11-29"  # type: ignore[attr-defined]
    (kept,) = hall.state.acceptances.open.values()
    assert (kept.matter, kept.window, kept.day) == ("A-1", "1", "2026-11-23")
    assert kept.id == "t1.1"


@pytest.mark.parametrize(
    ("days", "promised"),
    [(1, "2026-11-24"), (2, "2026-11-25"), (3, "2026-11-29"), (4, "2026-11-30")],
)
def test_working_days_skip_holidays_and_count_make_up_days(days: int, promised: str) -> None:
    start = date(2026, 11, 23)
    found = working_day_after(CALENDAR, start, days)
    assert found.isoformat() == promised
    assert working_days_between(CALENDAR, start, found) == days
    assert working_days_between(CALENDAR, found, start) == -days


def test_after_midnight_the_promise_counts_from_the_date_on_the_wall() -> None:
    """The business day of Monday goes on until four; the paper says Tuesday."""
    hall = Hall(rules(calendar=CALENDAR))
    hall.wait(15.5 * 60)  # Tuesday the 24th, half past midnight
    served(hall, outcome="accepted", promised_days=1, matter="A-1")
    (kept,) = hall.state.acceptances.open.values()
    assert (kept.day, kept.promised_day) == ("2026-11-23", "2026-11-25")
    assert acceptances_view(hall.state, hall.now_ms)[0]["days_left"] == 1
    hall.wait(48 * 60)  # Thursday, in the night: a holiday
    assert acceptances_view(hall.state, hall.now_ms)[0]["late"]
    (closed,) = hall.do(x.CloseAcceptance(kept.id))[-1:]
    assert isinstance(closed, x.AcceptanceClosed)
    assert (closed.closed_day, closed.late_days) == ("2026-11-26", 0)


def test_a_calendar_without_a_working_day_promises_nothing() -> None:
    never = Calendar(
        "Asia/Shanghai", time(4), True, (Session((), time(9), time(17)),), frozenset(), frozenset()
    )
    hall = Hall(rules(calendar=never))
    with pytest.raises(WrongState) as refused:
        served(hall, outcome="accepted", promised_days=1)
    assert refused.value.code == "no_working_days"


@pytest.mark.parametrize(
    ("finish", "code"),
    [
        ({"outcome": "accepted"}, "promise_needed"),
        ({"outcome": "accepted", "promised_days": 251}, "promise_out_of_bounds"),
        ({"outcome": "returned"}, "missing_needed"),
        ({"outcome": "returned", "missing": (" ",)}, "missing_needed"),
        ({"outcome": "returned", "missing": tuple(map(str, range(21)))}, "missing_too_many"),
        ({"outcome": "done", "missing": ("身份证",)}, "missing_only_with_return"),
        ({"note": "电话 138 0000 1111"}, "personal_number"),
        ({"note": "340521199003070014"}, "personal_number"),
        ({"outcome": "returned", "missing": ("账号 6222-0200-1234",)}, "personal_number"),
    ],
)
def test_what_cannot_be_registered_changes_nothing(finish: dict[str, Any], code: str) -> None:
    hall = Hall()
    hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    before = hall.state.seq
    with pytest.raises(WrongState) as refused:
        hall.do(c.Finish("1", **finish))
    assert (refused.value.code, hall.state.seq) == (code, before)
    hall.do(c.Finish("1"))


def test_an_unknown_matter_is_not_found() -> None:
    hall = Hall()
    with pytest.raises(NotFound):
        served(hall, matter="no such")


def test_missing_papers_are_told_once_each() -> None:
    hall = Hall()
    papers = ("身份证", " 社会保障卡 ", "身份证")
    (event,) = served(hall, outcome="returned", missing=papers, note="2026-11-23 已口头说明")
    assert event.missing == ("身份证", "社会保障卡")  # type: ignore[attr-defined]
    assert hall.state.tickets["t1"].steps[0].missing == ("身份证", "社会保障卡")


def test_who_received_the_person_first_stays_the_contact() -> None:
    hall = Hall()
    hall.do(c.OpenWindow("1", "wang"))
    hall.do(c.OpenWindow("2", "li"))
    hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Transfer("1", service="B"))
    hall.next("2")
    hall.do(c.Start("2"))
    hall.do(c.Finish("2", outcome="accepted", promised_days=2))
    (kept,) = hall.state.acceptances.open.values()
    assert (kept.window, kept.clerk) == ("2", "li")
    assert (kept.first_window, kept.first_clerk) == ("1", "wang")


def test_a_promise_outlives_the_day_and_a_restart_until_it_is_closed() -> None:
    hall = Hall(rules(calendar=CALENDAR))
    served(hall, outcome="accepted", promised_days=1)
    hall.wait(4 * 24 * 60)
    hall.do(c.RollDay())  # Friday the 27th, no working day
    assert reloaded(hall).acceptances == hall.state.acceptances
    assert list(hall.state.acceptances.open) == ["t1.1"]
    (closed,) = hall.do(x.CloseAcceptance("t1.1", x.Settled.DONE, "已通知本人"))
    assert isinstance(closed, x.AcceptanceClosed)
    # promised for Tuesday; Wednesday was the only working day since
    assert (closed.closed_day, closed.late_days) == ("2026-11-27", 1)
    assert reloaded(hall).acceptances.open == {}
    with pytest.raises(NotFound):
        hall.do(x.CloseAcceptance("t1.1"))


def test_one_closed_in_time_is_not_late() -> None:
    hall = Hall(rules(calendar=CALENDAR))
    served(hall, outcome="accepted", promised_days=5)
    (closed,) = hall.do(x.CloseAcceptance("t1.1"))
    assert closed.late_days == 0  # type: ignore[attr-defined]


def test_what_an_older_journal_says_of_a_finish_is_still_understood() -> None:
    old = {"ticket": "t", "window": "1", "outcome": None, "next_service": None, "flagged": False}
    event = e.from_data("ticket_finished", old)
    assert (event.step, event.missing) == (0, ())  # type: ignore[attr-defined]


def test_steps_are_numbered_over_a_visit() -> None:
    hall = Hall()
    hall.issue("A", then=("B",))
    for window in ("1", "2"):
        hall.next(window)
        hall.do(c.Start(window))
        hall.now_ms += MINUTE
        hall.do(c.Finish(window))
    steps = hall.state.tickets["t1"].steps
    assert [(s.number, s.service, s.window) for s in steps] == [(1, "A", "1"), (2, "B", "2")]
