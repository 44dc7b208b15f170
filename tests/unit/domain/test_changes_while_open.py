"""Changes while the hall is open: effective at once, kept over restarts, ended by a new file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from queue_server.domain import commands as c
from queue_server.domain import configuration as change
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.errors import NotFound, Refusal, WrongState
from queue_server.domain.events import from_data, to_data
from queue_server.domain.rules import HallRules, PriorityClass, Skill
from queue_server.domain.state import HallState
from tests.support.hall import Hall, dispatch, rules

SERVICEMAN = PriorityClass("serviceman", "现役军人", "serviceman", 3.0)


def replayed(hall: Hall) -> HallState:
    """The state from the journal's own plain form of the events."""
    state = HallState()
    for event, at_ms in hall.log:
        apply(state, from_data(event.name, to_data(event)), at_ms)
    return state


def test_a_windows_skills_take_effect_at_once() -> None:
    hall = Hall()
    ticket = hall.issue("B")
    assert hall.next("1") is None
    [told] = hall.do(change.ChangeSkills("1", (Skill("A", 1), Skill("B", 2))))
    assert isinstance(told, e.HallConfigured)
    assert told.change is not None
    assert (told.change["what"], told.change["window"]) == ("window_skills", "1")
    assert hall.next("1") is ticket


def test_a_person_with_whom_a_window_is_busy_stays() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    hall.next("1")
    hall.do(change.ChangeSkills("1", (Skill("B", 1),)))
    hall.do(c.Start("1"))
    hall.do(c.Finish("1"))
    assert ticket.status == "finished"


def test_what_is_left_out_stays() -> None:
    hall = Hall()
    hall.do(change.ChangeSkills("9", stands_in_for="1"))
    window = hall.state.known_rules.window["9"]
    assert (window.first_classes, len(window.skills)) == (("elderly",), 2)
    hall.do(change.ChangeSkills("9", first_classes=()))
    assert hall.state.known_rules.window["9"].stands_in_for == "1"
    hall.do(change.ChangeSkills("9", stands_in_for=""))
    assert hall.state.known_rules.window["9"].stands_in_for is None


def test_a_paused_service_gives_no_numbers_and_keeps_its_people() -> None:
    hall = Hall()
    waiting = hall.issue("A")
    hall.do(change.PauseService("A", "系统升级"))
    with pytest.raises(WrongState) as refused:
        hall.issue("A")
    assert refused.value.code == "service_paused"
    assert hall.do(change.PauseService("A", "系统升级")) == []
    assert hall.next("1") is waiting
    hall.do(change.ResumeService("A"))
    assert hall.issue("A").number == "A002"


def test_a_new_class_and_a_changed_one() -> None:
    hall = Hall()
    hall.do(change.PutClass(SERVICEMAN))
    ordinary = hall.issue("A")
    hall.wait(1)
    served_first = hall.issue("A", priority_class="serviceman")
    hall.wait(2)  # 3 against 3 x 2
    hall.do(change.PutClass(replace(SERVICEMAN, rate=1.0)))
    assert hall.serve("1", 0) is ordinary
    assert hall.serve("1", 0) is served_first


def test_settings_of_calls() -> None:
    hall = Hall()
    hall.do(change.ChangeDispatch((("overtaken_at_most", 0), ("missed_strictly", True))))
    assert hall.state.known_rules.dispatch == dispatch(overtaken_at_most=0, missed_strictly=True)
    first = hall.issue("A")
    hall.wait(0.1)
    hall.issue("A", age_years=70)
    hall.wait(5)
    assert hall.next("1") is first


@pytest.mark.parametrize(
    "unknown",
    [
        change.ChangeSkills("77"),
        change.ChangeSkills("1", (Skill("Z", 1),)),
        change.ChangeSkills("1", first_classes=("nobody",)),
        change.ChangeSkills("1", stands_in_for="77"),
        change.PauseService("Z", "x"),
        change.ChangeDispatch((("no_such_thing", 1),)),
    ],
)
def test_unknown_names_are_refused(unknown: Any) -> None:
    with pytest.raises(NotFound):
        Hall().do(unknown)


def test_a_window_does_not_stand_in_for_itself() -> None:
    with pytest.raises(WrongState, match="不能给自己顶岗"):
        Hall().do(change.ChangeSkills("1", stands_in_for="1"))


def test_pausing_a_service_needs_a_reason() -> None:
    with pytest.raises(Refusal, match="原因"):
        Hall().do(change.PauseService("A", " "))


CHANGES: list[Any] = [
    change.ChangeSkills("1", (Skill("B", 3),), ("elderly",), "2"),
    change.PauseService("A", "x"),
    change.PutClass(SERVICEMAN),
    change.ChangeDispatch((("waits_at_most_s", 60),)),
]


@pytest.mark.parametrize("asked", CHANGES)
def test_changes_hold_over_a_restart_and_over_the_day(asked: Any) -> None:
    hall = Hall()
    hall.do(asked)
    in_force = hall.state.known_rules
    hall.state = replayed(hall)
    assert hall.do(c.Configure(rules())) == [], "the same file again changes nothing"
    hall.wait(24 * 60)
    hall.do(c.RollDay())
    assert hall.state.known_rules == in_force


def test_a_file_that_says_something_else_counts_again() -> None:
    hall = Hall()
    hall.do(change.PauseService("A", "x"))
    new = rules(dispatch=dispatch(rejoin_after=7))
    [told] = hall.do(c.Configure(new))
    assert isinstance(told, e.HallConfigured)
    assert told.change is None
    assert hall.state.known_rules == new
    assert hall.do(c.Configure(new)) == []


def test_a_file_counts_as_unchanged_when_only_this_program_is_newer() -> None:
    """Settings that a file does not name are not part of its digest."""
    known = rules()
    assert known.digest == rules(dispatch=dispatch(rejoin_after=3)).digest
    assert known.digest != rules(dispatch=dispatch(rejoin_after=4)).digest
    said = known.to_data()
    said["dispatch"] = {}
    said["windows"] = [{**w, "first_classes": w["first_classes"]} for w in said["windows"]]
    assert HallRules.from_data(said).digest == known.digest


def test_a_journal_from_before_digests_takes_the_file_in_once() -> None:
    hall = Hall()
    event, at_ms = hall.log[0]
    assert isinstance(event, e.HallConfigured)
    state = HallState()
    apply(state, from_data("hall_configured", {"rules": event.rules}), at_ms)
    hall.state = state
    assert [x.name for x in hall.do(c.Configure(rules()))] == ["hall_configured"]
    assert hall.do(c.Configure(rules())) == []


def test_a_window_taken_away_lets_go_of_those_kept_for_it() -> None:
    hall = Hall()
    kept = hall.issue("A")
    hall.do(c.TransferTicket(kept.id, to_window="2"))
    hall.do(c.Configure(rules(windows=tuple(w for w in rules().windows if w.id != "2"))))
    assert hall.next("1") is kept
