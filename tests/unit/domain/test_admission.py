"""Opening hours, special days, quotas and the end of numbers before closing."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time
from typing import Any

import pytest

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.admission import admission
from queue_server.domain.calendar import (
    Calendar,
    Session,
    SpecialDay,
    half_day,
    is_open,
    next_opening_ms,
    open_for_s,
)
from queue_server.domain.configuration import PauseService
from queue_server.domain.errors import WrongState
from queue_server.domain.quotas import IssuingSettings, QuotaRule
from queue_server.domain.rules import HallRules
from tests.support.hall import Hall, rules

WEEK = (0, 1, 2, 3, 4)
MORNING, AFTERNOON = (time(9), time(12)), (time(13, 30), time(17))


def at(text: str) -> int:
    """UTC milliseconds of `day hour:minute` in November 2026, in China; the 23rd is a Monday."""
    return round(datetime.strptime(f"2026-11-{text}+0800", "%Y-%m-%d %H:%M%z").timestamp() * 1000)


def calendar(**changes: Any) -> Calendar:
    sessions = (Session(WEEK, *MORNING), Session(WEEK, *AFTERNOON))
    base = Calendar("Asia/Shanghai", time(4), False, sessions, frozenset(), frozenset())
    return dataclasses.replace(base, **changes)


def opened(now: str = "23 09:00", **changes: Any) -> Hall:
    return Hall(rules(**{"calendar": calendar(), **changes}), at(now))


def refused(hall: Hall, service: str = "A", **fields: Any) -> WrongState:
    with pytest.raises(WrongState) as found:
        hall.issue(service, **fields)
    return found.value


# --- hours ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "opens", "words"),
    [
        ("23 08:59", "23 09:00", "今天 09:00起可以再取号"),
        ("23 12:00", "23 13:30", "今天 13:30"),
        ("23 17:00", "24 09:00", "明天 09:00"),
        ("27 17:00", "30 09:00", "11月30日 09:00"),
        ("25 20:00", "27 09:00", "后天 09:00"),
    ],
)
def test_a_closed_hall_says_when_it_opens(now: str, opens: str, words: str) -> None:
    hall = opened(now, calendar=calendar(holidays=frozenset({date(2026, 11, 26)})))
    refusal = refused(hall)
    assert refusal.code == "service_closed"
    assert words in refusal.message
    assert refusal.detail["opens_at"] == e.instant_text(at(opens))


def test_special_days_override_holidays_and_weekdays() -> None:
    special = (
        SpecialDay(date(2026, 11, 24), (MORNING,), "下午学习"),
        SpecialDay(date(2026, 11, 25), (), "停电检修"),
        SpecialDay(date(2026, 11, 28), (AFTERNOON, MORNING)),
    )
    here = calendar(special_days=special, holidays=frozenset({date(2026, 11, 28)}))
    for now, expected in [
        ("24 10:00", True),
        ("24 14:00", False),
        ("25 10:00", False),
        ("26 10:00", True),
        ("28 10:00", True),
        ("29 10:00", False),
    ]:
        assert is_open(here, at(now)) is expected, now
    assert next_opening_ms(here, at("24 12:00")) == at("26 09:00")
    assert refused(opened("25 10:00", calendar=here)).message.startswith("停电检修，")
    assert "下午学习" in refused(opened("24 14:00", calendar=here)).message


def test_make_up_days_have_mondays_hours() -> None:
    here = calendar(makeup_days=frozenset({date(2026, 11, 29)}))
    assert is_open(here, at("29 10:00"))
    assert next_opening_ms(here, at("28 10:00")) == at("29 09:00")


def test_opening_time_that_is_left() -> None:
    here = calendar()
    assert open_for_s(here, at("23 08:00"), whole_day=True) == 6.5 * 3600
    assert open_for_s(here, at("23 11:00"), whole_day=True) == 4.5 * 3600
    assert open_for_s(here, at("23 11:00"), whole_day=False) == 3600
    assert open_for_s(here, at("23 12:30"), whole_day=False) == 0
    assert open_for_s(calendar(always_open=True), at("23 11:00"), whole_day=True) is None


def test_never_open_and_always_open_have_no_next_opening() -> None:
    assert next_opening_ms(calendar(sessions=()), at("23 09:00")) is None
    assert next_opening_ms(calendar(always_open=True), at("23 09:00")) is None


@pytest.mark.parametrize(
    ("now", "which"), [("23 05:00", 0), ("23 11:59", 0), ("23 12:00", 1), ("23 20:00", 1)]
)
def test_half_days_are_the_sessions(now: str, which: int) -> None:
    assert half_day(calendar(), at(now)) == which
    assert half_day(calendar(always_open=True), at(now)) == which
    assert half_day(calendar(sessions=(Session(WEEK, time(9), time(17)),)), at(now)) == 0


# --- quotas ---------------------------------------------------------------------------------


def with_quota(now: str = "23 09:00", **limits: Any) -> Hall:
    return opened(now, quotas=(QuotaRule("A", **limits),))


def test_a_days_quota_ends_and_begins_again_next_day() -> None:
    hall = with_quota(per_day=2)
    assert admission(hall.state, "A", hall.now_ms).left == 2
    assert admission(hall.state, "B", hall.now_ms).left is None
    hall.issue()
    hall.issue()
    refusal = refused(hall)
    assert refusal.code == "quota_used_up"
    assert refusal.detail == {
        "service": "A",
        "scope": "day",
        "limit": 2,
        "left": 0,
        "again_at": e.instant_text(at("24 09:00")),
    }
    assert hall.issue("B").serial == 1
    hall.now_ms = at("24 09:00")
    hall.do(c.RollDay())
    assert hall.issue().serial == 1


def test_a_half_days_quota_is_full_again_after_lunch() -> None:
    hall = with_quota(per_half_day=1, per_day=5)
    hall.issue()
    refusal = refused(hall)
    assert (refusal.detail["scope"], refusal.detail["again_at"]) == (
        "half_day",
        e.instant_text(at("23 13:30")),
    )
    hall.now_ms = at("23 13:30")
    hall.issue()
    assert refused(hall).detail["again_at"] == e.instant_text(at("24 09:00"))


def test_always_open_halls_have_half_days_too() -> None:
    always = calendar(always_open=True)
    hall = opened("23 09:00", calendar=always, quotas=(QuotaRule("A", per_half_day=1),))
    hall.issue()
    assert refused(hall).detail["again_at"] == e.instant_text(at("23 12:00"))
    hall.now_ms = at("23 12:00")
    hall.issue()
    assert refused(hall).detail["again_at"] == e.instant_text(at("24 04:00"))


def test_a_cancelled_number_is_given_back_to_the_person_alone() -> None:
    hall = with_quota(per_person=1, per_day=2)
    first = hall.issue(person="p")
    again = hall.do(c.IssueTicket("again", "A", person="p"))
    assert [x.name for x in again] == ["ticket_reprinted"], "the same ticket, no second number"
    hall.do(c.CancelTicket(first.id))
    second = hall.issue(person="p")
    hall.do(c.CallTicket("1", second.id, "x"))
    hall.do(c.Start("1"))
    hall.do(c.Finish("1"))
    refusal = refused(hall, person="p")
    assert (refusal.code, refusal.detail["limit"]) == ("person_limit", 1)
    assert "明天 09:00" in refusal.message
    assert refused(hall, person="q").code == "quota_used_up"
    assert hall.issue("B", person="p").serial == 1


def test_who_missed_too_often_may_draw_once_more() -> None:
    settings = dataclasses.replace(rules().dispatch, rejoins_at_most=0)
    hall = opened(quotas=(QuotaRule("A", per_person=1),), dispatch=settings)
    hall.issue(person="p")
    hall.next("1")
    hall.do(c.Miss("1"))
    assert hall.issue(person="p").serial == 2


def test_only_with_a_card() -> None:
    hall = with_quota(card_needed=True)
    assert refused(hall).code == "card_needed"
    assert hall.issue(person="p").serial == 1


def test_what_is_no_new_visit_takes_from_no_quota() -> None:
    hall = opened(quotas=(QuotaRule("A", per_day=1), QuotaRule("B", per_day=0)))
    hall.issue("A", then=("B",))
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Transfer("1", service="B"))
    hall.next("2")
    hall.do(c.Start("2"))
    assert [x.name for x in hall.do(c.Finish("2"))] == ["ticket_finished"]
    assert hall.state.given.on_day("A") == 1
    assert hall.state.given.on_day("B") == 0


def test_quotas_that_come_during_the_day_count_what_was_given() -> None:
    hall = opened()
    hall.do(c.CancelTicket(hall.issue(person="p").id))
    hall.issue(person="q")
    changed: HallRules = dataclasses.replace(
        hall.state.known_rules, quotas=(QuotaRule("A", per_day=3, per_person=1),)
    )
    hall.do(c.Configure(changed))
    assert admission(hall.state, "A", hall.now_ms).left == 1
    assert hall.state.given.persons == {("p", "A"): 0, ("q", "A"): 1}
    hall.issue(person="p")
    assert refused(hall, person="x").code == "quota_used_up"


# --- the end of the day ---------------------------------------------------------------------


def test_numbers_end_when_the_queue_lasts_until_closing() -> None:
    hall = opened("23 16:00")  # A: windows 1, 2, 9, eight minutes each
    assert not admission(hall.state, "A", hall.now_ms).closing_soon
    given = 0
    while admission(hall.state, "A", hall.now_ms).obstacle is None:
        hall.issue()
        given += 1
    assert 15 <= given <= 30, "about three windows' hour of eight minutes"
    now = admission(hall.state, "A", hall.now_ms)
    assert not now.closing_soon, "it has ended"
    assert now.closes_ms == at("23 17:00")
    refusal = refused(hall)
    assert refusal.code == "queue_outlasts_closing"
    assert refusal.detail["again_at"] == e.instant_text(at("24 09:00"))
    assert refusal.detail["wait_s"] >= refusal.detail["open_for_s"] == 3600


def test_screens_warn_before_numbers_end() -> None:
    hall = opened("23 16:29")
    assert not admission(hall.state, "A", hall.now_ms).closing_soon
    hall.wait(2)
    assert admission(hall.state, "A", hall.now_ms).closing_soon
    hall.do(c.CloseWindow("1"))
    hall.do(c.CloseWindow("2"))
    hall.do(c.CloseWindow("9"))
    assert admission(hall.state, "A", hall.now_ms).closing_soon, "by the clock alone"


def test_lunch_counts_for_neither_side() -> None:
    hall = opened("23 11:30")
    for _ in range(20):
        hall.issue()
    assert admission(hall.state, "A", hall.now_ms).obstacle is None, "the afternoon is long"


def test_a_hall_may_stop_at_the_half_day_or_never() -> None:
    half = opened("23 11:30", issuing=IssuingSettings("session"))
    never = opened("23 16:59", issuing=IssuingSettings("never"))
    for _ in range(20):
        never.issue()
    while admission(half.state, "A", half.now_ms).obstacle is None:
        half.issue()
    refusal = refused(half)
    assert refusal.code == "queue_outlasts_closing"
    assert refusal.detail["again_at"] == e.instant_text(at("23 13:30"))


def test_without_an_open_window_nothing_is_stopped() -> None:
    hall = opened("23 16:59", windows_start_open=False)
    hall.issue()
    hall.wait(0.5)
    hall.issue()


def test_a_paused_service_is_told_like_any_other_obstacle() -> None:
    hall = opened()
    hall.do(PauseService("A", "只给人看的原因"))
    obstacle = admission(hall.state, "A", hall.now_ms).obstacle
    assert obstacle is not None
    assert (obstacle.code, "原因" in obstacle.words) == ("service_paused", False)
    assert refused(hall).code == "service_paused"
