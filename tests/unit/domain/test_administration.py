"""Services, matters, windows, hours and alerts changed while the hall is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time

import pytest

from queue_server.domain import administration as x
from queue_server.domain.alert_settings import AlertSettings, QuietSpan, ServiceLimit
from queue_server.domain.calendar import Session, SpecialDay
from queue_server.domain.content import Guide
from queue_server.domain.errors import NotFound, Refusal, WrongState
from queue_server.domain.rules import HallRules, MatterRule, ServiceRule
from tests.support.hall import Hall, rules

C = ServiceRule("C", "C", "丙", "c", "ticket", 300)


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    known = made.state.known_rules
    assert HallRules.from_data(known.to_data()) == known


def refused(hall: Hall, command: object, kind: type[Refusal] = WrongState) -> str:
    before = hall.state.known_rules
    with pytest.raises(kind) as found:
        hall.do(command)
    assert hall.state.known_rules == before
    return found.value.code


def test_a_new_service_gives_numbers_at_once(hall: Hall) -> None:
    hall.do(x.PutService(C))
    assert hall.issue("C").number == "C001"
    hall.do(x.PutService(replace(C, name="新丙", usual_s=60)))
    assert hall.state.known_rules.service["C"].usual_s == 60
    assert refused(hall, x.PutService(replace(C, id="D"))) == "prefix_taken"


def test_a_window_for_everything_serves_the_new_service_too(hall: Hall) -> None:
    before = hall.state.known_rules
    everything = {w.id for w in before.windows if {s.service for s in w.skills} == {"A", "B"}}
    assert set() < everything < {w.id for w in before.windows}
    hall.do(x.PutService(C))
    serving = {w.id for w in hall.state.known_rules.windows if "C" in {s.service for s in w.skills}}
    assert serving == everything


def test_a_paused_service_stays_paused_under_its_new_name(hall: Hall) -> None:
    hall.do(x.StopIssuing("停电"))
    hall.do(x.PutService(replace(C, id="B", prefix="B")))
    assert hall.state.known_rules.service["B"].paused == "停电"
    hall.do(x.ResumeIssuing())
    assert all(s.paused is None for s in hall.state.known_rules.services)
    assert refused(hall, x.StopIssuing(" ")) == "reason_missing"


def test_what_is_in_use_today_stays(hall: Hall) -> None:
    hall.do(x.PutService(C))
    hall.issue("B", priority_class="elderly")
    assert refused(hall, x.RemoveService("B")) == "configuration_in_use"
    assert refused(hall, x.RemoveClass("elderly")) == "class_in_use"
    assert refused(hall, x.RemoveClass("ordinary")) == "class_in_use"
    hall.next("2")
    assert refused(hall, x.RemoveWindow("2")) == "configuration_in_use"
    refused(hall, x.RemoveService("nowhere"), NotFound)
    refused(hall, x.RemoveWindow("nowhere"), NotFound)
    refused(hall, x.RemoveMatter("nowhere"), NotFound)


def test_a_service_goes_with_all_that_names_it(hall: Hall) -> None:
    hall.do(x.ChangeAlerts(AlertSettings(services=(ServiceLimit("A", 600),))))
    hall.do(x.RemoveService("A"))
    known = hall.state.known_rules
    assert [s.id for s in known.services] == ["B"]
    assert known.matters == ()
    assert known.alerts.services == ()
    assert all(s.service == "B" for w in known.windows for s in w.skills)
    assert refused(hall, x.RemoveService("B")) == "last_service"


def test_a_matter_comes_with_its_guide(hall: Hall) -> None:
    matter, guide = MatterRule("B-1", "B", "新", "new", 60), Guide("B-1", ("身份证",))
    hall.do(x.PutMatter(matter, guide))
    assert hall.state.known_rules.matter["B-1"] == matter
    assert hall.state.content.guides["B-1"] == guide
    assert hall.do(x.PutMatter(matter, guide)) == []
    hall.do(x.RemoveMatter("B-1"))
    assert "B-1" not in hall.state.known_rules.matter
    assert "B-1" not in hall.state.content.guides
    refused(hall, x.PutMatter(replace(matter, service="nowhere"), guide), NotFound)


def test_windows_come_and_go(hall: Hall) -> None:
    hall.do(x.PutWindow("4", "4 号窗口", "Window 4"))
    assert hall.state.known_rules.window["4"].skills == ()
    hall.do(x.PutWindow("1", "一号", "One"))
    assert hall.state.known_rules.window["1"].skills
    hall.do(x.RemoveWindow("4"))
    assert "4" not in hall.state.windows


def test_hours_and_days(hall: Hall) -> None:
    closed = SpecialDay(date(2026, 11, 24), (), "停电")
    hours = x.ChangeHours(
        (Session((0, 1), time(9), time(12)),),
        (date(2026, 10, 1),),
        (date(2026, 10, 10),),
        (closed,),
    )
    hall.do(hours)
    calendar = hall.state.known_rules.calendar
    assert (calendar.sessions, calendar.special_days) == (hours.sessions, (closed,))
    assert hall.do(hours) == []


def test_quiet_spans_go_over_midnight() -> None:
    night = AlertSettings(quiet=(QuietSpan(time(22), time(6)), QuietSpan(time(12), time(13))))
    quiet = {hour for hour in range(24) if night.is_quiet(time(hour))}
    assert quiet == {22, 23, 0, 1, 2, 3, 4, 5, 12}
    assert AlertSettings.from_data(night.to_data()) == night


def test_default_alerts_leave_the_files_digest_as_it_was() -> None:
    plain = rules()
    assert plain.digest == replace(plain, alerts=AlertSettings()).digest
    assert plain.digest != replace(plain, alerts=AlertSettings(long_wait_s=60)).digest


def test_a_day_is_not_open_twice_at_once(hall: Hall) -> None:
    touching = (Session((0,), time(9), time(12)), Session((0, 1), time(12), time(17)))
    hours = x.ChangeHours(touching, (), (), ())
    hall.do(hours)
    crossing = (Session((0, 1), time(9), time(12)), Session((1,), time(11, 30), time(17)))
    late = SpecialDay(date(2026, 11, 25), ((time(9), time(20)), (time(10), time(11))))
    for overlapping in (replace(hours, sessions=crossing), replace(hours, special_days=(late,))):
        assert refused(hall, overlapping) == "hours_overlap"
    with pytest.raises(WrongState, match="星期二的两段开放时间重叠：09:00–12:00 与 11:30–17:00"):
        hall.do(replace(hours, sessions=crossing))
