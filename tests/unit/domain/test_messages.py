"""A manager's messages to single windows."""

from __future__ import annotations

import pytest

from queue_server.domain import messages as x
from queue_server.domain.administration import RemoveWindow
from queue_server.domain.commands import RollDay
from queue_server.domain.errors import NotFound, Refusal, WrongState
from tests.support.hall import Hall, reloaded


def refused(hall: Hall, command: object, kind: type[Refusal] = WrongState) -> str:
    with pytest.raises(kind) as found:
        hall.do(command)  # type: ignore[arg-type]
    return found.value.code


def test_a_message_is_shown_until_it_is_read() -> None:
    hall = Hall()
    hall.do(x.TellWindow("m1", "1", "  请到 \n 后台 "))
    told = hall.state.messages["m1"]
    assert (told.text, told.place, told.how) == ("请到 后台", "clerk", None)
    hall.wait(2)
    hall.do(x.EndMessage("1", "m1", x.End.READ))
    ended = hall.state.messages["m1"]
    assert (ended.how, ended.ended_ms) == ("read", hall.now_ms)
    assert hall.do(x.EndMessage("1", "m1", x.End.TAKEN_BACK)) == []
    assert reloaded(hall).messages == hall.state.messages


def test_it_ends_with_its_day_and_its_window() -> None:
    hall = Hall()
    hall.do(x.TellWindow("m1", "1", "一"))
    hall.do(x.TellWindow("m2", "2", "二", x.Place.SCREEN))
    hall.do(RemoveWindow("2"))
    assert list(hall.state.messages) == ["m1"]
    hall.wait(24 * 60)
    hall.do(RollDay())
    assert hall.state.messages == {}


def test_what_cannot_be_said() -> None:
    hall = Hall()
    assert refused(hall, x.TellWindow("m", "1", "  ")) == "message_empty"
    assert refused(hall, x.TellWindow("m", "1", "长" * 121)) == "message_too_long"
    assert refused(hall, x.TellWindow("m", "1", "找 13800001111")) == "personal_number"
    refused(hall, x.TellWindow("m", "nowhere", "一"), NotFound)
    refused(hall, x.EndMessage("1", "nothing", x.End.READ), NotFound)
    for i in range(x.UNREAD_AT_MOST):
        hall.do(x.TellWindow(f"m{i}", "1", "一"))
    assert refused(hall, x.TellWindow("m", "1", "一")) == "messages_unread"
    refused(hall, x.EndMessage("2", "m0", x.End.READ), NotFound)
    hall.do(x.EndMessage("1", "m0", x.End.TAKEN_BACK))
    hall.do(x.TellWindow("m", "1", "一"))
