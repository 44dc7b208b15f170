"""One change of the rules taken back, whatever others changed in between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time

import pytest

from queue_server.domain import administration as x
from queue_server.domain import configuration as c
from queue_server.domain.alert_settings import AlertSettings, QuietSpan
from queue_server.domain.calendar import Session
from queue_server.domain.commands import Command
from queue_server.domain.content import Guide, Notice, PutContent
from queue_server.domain.errors import WrongState
from queue_server.domain.rules import HallRules, MatterRule, ServiceRule, Skill
from tests.support.hall import Hall

C = ServiceRule("C", "C", "丙", "c", "ticket", 300)


@pytest.fixture
def hall() -> Iterator[Hall]:
    made = Hall()
    yield made
    known = made.state.known_rules
    assert HallRules.from_data(known.to_data()) == known
    assert known.could_serve.keys() == known.service.keys()


def changed(hall: Hall, *commands: Command) -> x.TakeBack:
    """Carries them out; what takes them back."""
    before = hall.state.known_rules
    for command in commands:
        hall.do(command)
    return x.TakeBack(1, before, hall.state.known_rules)


def clash(hall: Hall, back: x.TakeBack) -> list[list[str]]:
    before = hall.state.known_rules
    with pytest.raises(WrongState) as found:
        hall.do(back)
    assert hall.state.known_rules == before
    assert found.value.code == "changed_since"
    places: list[list[str]] = found.value.detail["changed"]
    return places


# Each pair: a change to take back, and somebody else's after it that must stay.
FIRST: dict[str, Command] = {
    "service_added": x.PutService(C),
    "service_renamed": x.PutService(ServiceRule("A", "A", "新甲", "a", "ticket", 480)),
    "service_paused": c.PauseService("B", "停电"),
    "window_added": x.PutWindow("4", "4 号窗口", "Window 4"),
    "window_removed": x.RemoveWindow("2"),
    "skills": c.ChangeSkills("1", (Skill("B", 1), Skill("A", 3))),
    "dispatch": c.ChangeDispatch((("overtaken_at_most", 3),)),
    "hours": x.ChangeHours((Session((0,), time(9), time(12)),), (), (), ()),
    "alerts": x.ChangeAlerts(AlertSettings(long_wait_s=60)),
    "matter": x.PutMatter(MatterRule("B-1", "B", "新", "new", 60), Guide("B-1")),
}
LATER: dict[str, Command] = {
    "skills_of_another": c.ChangeSkills("9", (Skill("B", 2),)),
    "other_setting": c.ChangeDispatch((("rejoin_after", 7),)),
    "other_service": c.PauseService("A", "盘点"),
    "another_window": x.PutWindow("5", "5 号窗口", "Window 5"),
}


@pytest.mark.parametrize("first", FIRST)
@pytest.mark.parametrize("later", LATER)
def test_only_what_the_change_did_goes_back(hall: Hall, first: str, later: str) -> None:
    """As if the first had never been."""
    lone = Hall()
    lone.do(LATER[later])
    back = changed(hall, FIRST[first])
    hall.do(LATER[later])
    hall.do(back)
    assert hall.state.known_rules == lone.state.known_rules
    assert hall.do(back) == []  # twice is once


def test_what_another_changed_since_is_named_and_stays(hall: Hall) -> None:
    skills = changed(hall, c.ChangeSkills("1", (Skill("B", 1),)))
    hall.do(c.ChangeSkills("1", (Skill("B", 2),)))
    assert clash(hall, skills) == [["windows", "1", "skills", "B"]]
    setting = changed(hall, c.ChangeDispatch((("overtaken_at_most", 3),)))
    hall.do(c.ChangeDispatch((("overtaken_at_most", 4),)))
    assert clash(hall, setting) == [["dispatch", "overtaken_at_most"]]
    quiet = changed(hall, x.ChangeAlerts(AlertSettings(quiet=(QuietSpan(time(12), time(13)),))))
    hall.do(x.ChangeAlerts(AlertSettings(quiet=(QuietSpan(time(12), time(14)),))))
    assert clash(hall, quiet) == [["alerts", "quiet", "12:00:00"]]


def test_nothing_is_left_that_names_what_went(hall: Hall) -> None:
    added = changed(hall, x.PutService(C))
    hall.do(c.ChangeSkills("9", (Skill("C", 1),)))
    assert clash(hall, added) == [["windows", "9"]]
    renamed = changed(hall, x.PutService(replace(C, prefix="CC")))
    hall.do(x.PutService(ServiceRule("D", "C", "丁", "d", "ticket", 60)))
    assert sorted(clash(hall, renamed)) == [["services", "C"], ["services", "D"]]


def test_what_is_in_use_today_does_not_go(hall: Hall) -> None:
    back = changed(hall, x.PutService(C))
    hall.issue("C")
    with pytest.raises(WrongState) as found:
        hall.do(back)
    assert found.value.code == "configuration_in_use"


def test_what_comes_back_stands_where_it_stood(hall: Hall) -> None:
    order = [w.id for w in hall.state.known_rules.windows]
    back = changed(hall, x.RemoveWindow("2"))
    hall.do(x.PutWindow("3", "三", "Three"))
    hall.do(back)
    assert [w.id for w in hall.state.known_rules.windows] == [*order, "3"]


def test_notices_and_guides_go_back_with_their_change(hall: Hall) -> None:
    guide, matter = Guide("B-1", ("身份证",)), MatterRule("B-1", "B", "新", "new", 60)
    hall.do(x.PutMatter(matter, guide))
    gone = replace(changed(hall, x.RemoveMatter("B-1")), content=(("guide", "B-1", guide, None),))
    hall.do(gone)
    assert hall.state.content.guides["B-1"] == guide
    rules, old, new = hall.state.known_rules, Notice("n", "旧", ""), Notice("n", "新", "")
    hall.do(PutContent(new))
    back = x.TakeBack(9, rules, rules, (("notice", "n", old, new),))
    hall.do(back)
    assert hall.state.content.notices["n"] == old
    hall.do(PutContent(replace(old, text="后来")))
    assert clash(hall, back) == [["notice", "n"]]
    made = x.TakeBack(9, rules, rules, (("notice", "n", None, replace(old, text="后来")),))
    hall.do(made)
    assert hall.state.content.notices == {}


def test_hours_that_would_overlap_do_not_come_back(hall: Hall) -> None:
    """Each list is right by itself; both together are not."""
    early = Session((0,), time(9), time(12))
    hall.do(x.ChangeHours((early,), (), (), ()))
    back = changed(hall, x.ChangeHours((), (), (), ()))
    hall.do(x.ChangeHours((Session((0,), time(11), time(15)),), (), (), ()))
    assert clash(hall, back) == [["calendar", "sessions"]]
