"""Work belongs to who does it: a clerk's own login seats them at the window where they act."""

from __future__ import annotations

from typing import Any

import pytest

from queue_server.answers import asked
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.cases import CaseMove, MoveCase
from queue_server.domain.errors import Refusal, WrongState
from tests.support.hall import Hall, reloaded


def names(events: list[e.Event]) -> list[str]:
    return [event.name for event in events]


def test_the_first_act_at_a_window_that_starts_open_seats_the_clerk() -> None:
    hall = Hall()
    hall.issue("A")
    assert names(hall.do(c.CallNext("1", "wang"))) == ["clerk_seated", "ticket_called"]
    assert names(hall.do(c.Start("1", clerk="wang"))) == ["ticket_started"]
    (done,) = hall.do(c.Finish("1"))  # by the keypad, for who sits there
    assert (done.clerk, done.first_clerk) == ("wang", "wang")  # type: ignore[attr-defined]
    assert reloaded(hall) == hall.state


def test_a_substitute_has_the_credit_the_contact_stays_who_received() -> None:
    hall = Hall()
    hall.do(c.OpenWindow("1", "wang"))
    hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1", clerk="wang"))
    _, done, opened = hall.do(c.Finish("1", "accepted", promised_days=2, clerk="sub"))
    assert (done.clerk, done.first_clerk) == ("sub", "wang")  # type: ignore[attr-defined]
    assert (opened.clerk, opened.first_clerk) == ("sub", "wang")  # type: ignore[attr-defined]
    assert hall.state.windows["1"].clerk == "sub"


def test_who_is_rated_may_not_look_into_it() -> None:
    hall = Hall()
    hall.issue("A")
    hall.do(c.CallNext("1"))
    hall.do(c.Start("1", clerk="sub"))
    hall.do(c.Finish("1", clerk="sub"))
    rated, case = hall.do(c.RateStep("1", "t1", 1))
    assert (rated.clerk, case.clerk) == ("sub", "sub")  # type: ignore[attr-defined]
    with pytest.raises(WrongState) as refused:
        hall.do(MoveCase(case.case, CaseMove.TAKE, "sub"))  # type: ignore[attr-defined]
    assert refused.value.code == "own_case"


def test_nobody_sits_at_two_windows_and_people_follow_the_clerk() -> None:
    hall = Hall()
    hall.do(c.OpenWindow("1", "wang"))
    hall.issue("B")
    hall.do(c.CallNext("2", "li"))
    hall.do(c.Start("2"))
    hall.do(c.Transfer("2", to_clerk="wang"))
    assert hall.state.tickets["t1"].for_window == "1"
    hall.do(c.CallNext("9", "wang"))
    assert (hall.state.windows["1"].clerk, hall.state.windows["9"].clerk) == (None, "wang")
    assert hall.state.tickets["t1"].for_window == "9"


def test_a_transfer_with_return_comes_back_to_who_sent_it() -> None:
    hall = Hall()
    hall.do(c.OpenWindow("1", "wang"))
    hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    _, sent = hall.do(c.Transfer("1", service="B", returns=True, clerk="sub"))
    assert sent.returns_clerk == "sub"  # type: ignore[attr-defined]


def test_who_began_by_keypad_is_known_once_they_act_by_login() -> None:
    hall = Hall()
    hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.PauseWindow("1", "休息", clerk="wang"))
    assert hall.state.tickets["t1"].first_clerk == "wang"
    (done,) = hall.do(c.Finish("1"))
    assert (done.clerk, done.first_clerk) == ("wang", "wang")  # type: ignore[attr-defined]


def test_a_manager_who_opens_leaves_who_sits_there() -> None:
    hall = Hall()
    hall.do(c.CallNext("1", "wang"))
    assert hall.do(c.OpenWindow("1")) == []
    hall.do(c.PauseWindow("1", "开会"))
    hall.do(c.OpenWindow("1"))
    assert (hall.state.windows["1"].clerk, hall.state.windows["1"].state) == ("wang", "open")


@pytest.mark.parametrize("act", [c.Start("1", clerk="sub"), c.Recall("1", clerk="sub")])
def test_a_refused_act_seats_nobody(act: Any) -> None:
    hall = Hall()
    with pytest.raises(Refusal):
        hall.do(act)
    assert hall.state.windows["1"].clerk is None


def test_a_repeated_press_is_the_same_whoever_repeats_it() -> None:
    """Also one from before the clerk was told along."""
    assert asked(c.CallNext("1")) == asked(c.CallNext("1", "wang")) == asked(c.CallNext("1", "li"))
