"""Work belongs to who does it: a clerk's own login seats them at the window where they act."""

from __future__ import annotations

import pytest

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.cases import CaseMove, MoveCase
from queue_server.domain.errors import NotFound, WrongState
from tests.support.hall import Hall, reloaded


def by(hall: Hall, clerk: str, command: c.SeatedCommand) -> list[e.Event]:
    """As the service does it for somebody's own login."""
    return [*hall.do(c.TakeSeat(command.window, clerk)), *hall.do(command)]


def names(events: list[e.Event]) -> list[str]:
    return [event.name for event in events]


def test_the_first_act_at_a_window_that_starts_open_seats_the_clerk() -> None:
    hall = Hall()
    hall.issue("A")
    assert names(by(hall, "wang", c.CallNext("1"))) == ["clerk_seated", "ticket_called"]
    assert names(by(hall, "wang", c.Start("1"))) == ["ticket_started"]
    (done,) = hall.do(c.Finish("1"))  # by the keypad, for who sits there
    assert (done.clerk, done.first_clerk) == ("wang", "wang")  # type: ignore[attr-defined]
    assert reloaded(hall) == hall.state


def test_a_substitute_has_the_credit_the_contact_stays_who_received() -> None:
    hall = Hall()
    hall.do(c.OpenWindow("1", "wang"))
    hall.issue("A")
    hall.next("1")
    by(hall, "wang", c.Start("1"))
    _, done, opened = by(hall, "sub", c.Finish("1", "accepted", promised_days=2))
    assert (done.clerk, done.first_clerk) == ("sub", "wang")  # type: ignore[attr-defined]
    assert (opened.clerk, opened.first_clerk) == ("sub", "wang")  # type: ignore[attr-defined]
    assert hall.state.windows["1"].clerk == "sub"


def test_who_is_rated_may_not_look_into_it() -> None:
    hall = Hall()
    hall.issue("A")
    hall.next("1")
    by(hall, "sub", c.Start("1"))
    hall.do(c.Finish("1"))
    rated, case = hall.do(c.RateStep("1", "t1", 1))
    assert (rated.clerk, case.clerk) == ("sub", "sub")  # type: ignore[attr-defined]
    with pytest.raises(WrongState) as refused:
        hall.do(MoveCase(case.case, CaseMove.TAKE, "sub"))  # type: ignore[attr-defined]
    assert refused.value.code == "own_case"


def test_nobody_sits_at_two_windows_and_people_follow_the_clerk() -> None:
    """Also into the very call with which the clerk sits down."""
    hall = Hall()
    hall.do(c.OpenWindow("1", "wang"))
    hall.issue("B")
    hall.next("2")
    hall.do(c.Start("2"))
    hall.do(c.Transfer("2", to_clerk="wang"))
    assert hall.state.tickets["t1"].for_window == "1"
    seated, called = by(hall, "wang", c.CallNext("9"))
    assert (seated.name, called.ticket) == ("clerk_seated", "t1")  # type: ignore[attr-defined]
    assert (hall.state.windows["1"].clerk, hall.state.windows["9"].clerk) == (None, "wang")


def test_a_transfer_with_return_comes_back_to_who_sent_it() -> None:
    hall = Hall()
    hall.do(c.OpenWindow("1", "wang"))
    hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    _, sent = by(hall, "sub", c.Transfer("1", service="B", returns=True))
    assert sent.returns_clerk == "sub"  # type: ignore[attr-defined]


def test_who_began_by_keypad_is_known_once_they_act_by_login() -> None:
    hall = Hall()
    hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    by(hall, "wang", c.PauseWindow("1", "rest"))
    (done,) = hall.do(c.Finish("1"))
    assert (done.clerk, done.first_clerk) == ("wang", "wang")  # type: ignore[attr-defined]


def test_a_manager_who_opens_leaves_who_sits_there() -> None:
    hall = Hall()
    hall.do(c.TakeSeat("1", "wang"))
    assert hall.do(c.OpenWindow("1")) == []
    hall.do(c.PauseWindow("1", "meeting"))
    hall.do(c.OpenWindow("1"))
    assert (hall.state.windows["1"].clerk, hall.state.windows["1"].state) == ("wang", "open")


def test_nobody_sits_where_no_window_is_open() -> None:
    hall = Hall()
    hall.do(c.CloseWindow("1"))
    assert hall.do(c.TakeSeat("1", "wang")) == []
    with pytest.raises(NotFound):
        hall.do(c.TakeSeat("77", "wang"))
