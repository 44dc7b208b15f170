"""What people and clerks ask beside the plain way: keep, defer, send on, follow, stand in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.errors import IllegalMove, WrongState
from queue_server.domain.estimate import estimate
from queue_server.domain.rules import HallRules
from queue_server.domain.vocabulary import TicketStatus
from tests.support.hall import MINUTE, Hall, dispatch, rules


def hall_with(**changes: Any) -> Hall:
    return Hall(rules(dispatch=dispatch(**changes)))


def why(hall: Hall) -> dict[str, Any]:
    called = hall.log[-1][0]
    assert isinstance(called, e.TicketCalled)
    return dict(called.why)


# --- rule 4: no paper -----------------------------------------------------------------------


def test_a_number_nobody_answers_for_is_given_up() -> None:
    hall = hall_with(print_unanswered_s=300)
    ticket = hall.issue("A")
    hall.do(c.ReportPrintFailed(ticket.id))
    hall.wait(4.9)
    assert hall.do(c.PassTime()) == []
    hall.wait(0.1)
    assert hall.do(c.PassTime()) == [e.TicketCancelled(ticket.id, "no_answer")]
    assert hall.do(c.PassTime()) == []


@pytest.mark.parametrize("parked", [True, False])
def test_a_number_that_is_given_up_does_not_come_back_when_its_time_is_up(parked: bool) -> None:
    """Both became due while the server stood still."""
    hall = hall_with(print_unanswered_s=300, defers_at_most=1)
    ticket = hall.issue("A")
    if parked:
        hall.next("1")
        hall.do(c.Park("1", "at the bank", hall.now_ms + 10 * MINUTE))
    else:
        hall.do(c.DeferTicket(ticket.id, 10))
    hall.do(c.ReportPrintFailed(ticket.id))
    hall.wait(30)
    assert hall.do(c.PassTime()) == [e.TicketCancelled(ticket.id, "no_answer")]
    other = hall.issue("A")
    assert hall.next("1") is other
    assert hall.next("2") is None


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kept_number_stays(when: str) -> None:
    hall = hall_with()
    ticket = hall.issue("A")
    answers: list[c.Command] = [c.ReportPrintFailed(ticket.id), c.KeepTicket(ticket.id)]
    for command in answers if when == "after" else reversed(answers):
        hall.do(command)
    hall.wait(60)
    assert hall.do(c.PassTime()) == []
    assert (ticket.status, ticket.kept) == (TicketStatus.WAITING, True)
    assert hall.do(c.KeepTicket(ticket.id)) == []


@pytest.mark.parametrize("settled", ["called", "printed"])
def test_whoever_comes_or_gets_paper_after_all_keeps_the_number(settled: str) -> None:
    hall = hall_with()
    ticket = hall.issue("A")
    hall.do(c.ReportPrintFailed(ticket.id))
    hall.next("1") if settled == "called" else hall.do(c.ConfirmPrinted(ticket.id))
    hall.wait(60)
    assert hall.do(c.PassTime()) == []


def test_an_ended_number_cannot_be_kept() -> None:
    hall = hall_with()
    ticket = hall.issue("A")
    hall.do(c.CancelTicket(ticket.id))
    with pytest.raises(IllegalMove) as refused:
        hall.do(c.KeepTicket(ticket.id))
    assert refused.value.detail["status"] == "cancelled"


# --- rule 6: missed, and ten more minutes ---------------------------------------------------


def test_a_miss_before_all_calls_is_a_skip_on_the_board() -> None:
    hall = hall_with(calls_before_missed=2)
    ticket = hall.issue("A")
    hall.next("1")
    hall.do(c.Miss("1", reason="本人说先去取材料"))
    assert hall.log[-1][0] == e.TicketMissed(ticket.id, "1", 1, True, "本人说先去取材料")
    [shown] = hall.state.out_of_turn
    assert (shown.number, shown.what, shown.reason) == ("A001", "skipped", "本人说先去取材料")


def test_a_miss_after_all_calls_is_none() -> None:
    hall = hall_with(calls_before_missed=2, missed_strictly=True)
    ticket = hall.issue("A")
    hall.next("1")
    with pytest.raises(WrongState) as refused:
        hall.do(c.Miss("1"))
    assert refused.value.detail == {"calls": 1, "calls_left": 1}
    hall.wait(1)
    hall.do(c.Recall("1"))
    hall.do(c.Miss("1"))
    assert hall.log[-1][0] == e.TicketMissed(ticket.id, "1", 2, False, None)
    assert hall.state.out_of_turn == []


def test_ten_more_minutes_keep_the_place() -> None:
    hall = hall_with()
    first = hall.issue("A")
    hall.wait(1)
    second = hall.issue("A")
    hall.do(c.DeferTicket(first.id, 10))
    assert hall.serve("1", 0) is second
    assert hall.next("1") is None
    hall.wait(10)
    third = hall.issue("A")
    assert hall.do(c.PassTime()) == [e.TicketDeferralEnded(first.id)]
    assert hall.serve("1", 0) is first
    assert hall.serve("1", 0) is third


def test_back_before_the_ten_minutes() -> None:
    hall = hall_with()
    ticket = hall.issue("A")
    hall.do(c.DeferTicket(ticket.id, 10))
    hall.do(c.ResumeTicket(ticket.id))
    assert hall.next("1") is ticket
    with pytest.raises(IllegalMove):
        hall.do(c.DeferTicket(ticket.id, 10))


def test_minutes_are_given_once_and_not_for_ever() -> None:
    hall = hall_with(defers_at_most=1, defer_minutes_at_most=15)
    ticket = hall.issue("A")
    with pytest.raises(WrongState) as too_long:
        hall.do(c.DeferTicket(ticket.id, 16))
    assert too_long.value.code == "deferred_too_long"
    hall.do(c.DeferTicket(ticket.id, 15))
    with pytest.raises(WrongState) as too_often:
        hall.do(c.DeferTicket(ticket.id, 1))
    assert too_often.value.code == "deferred_too_often"


@pytest.mark.parametrize("command", [c.CancelTicket("t1"), c.TransferTicket("t1", "B")])
def test_what_ends_a_deferral(command: c.Command) -> None:
    hall = hall_with()
    ticket = hall.issue("A")
    hall.do(c.DeferTicket(ticket.id, 10))
    hall.do(command)
    hall.wait(30)
    assert hall.do(c.PassTime()) == []
    assert not ticket.deferred
    assert len(hall.state.line) == (ticket.status is TicketStatus.WAITING)
    assert hall.state.today["waiting"] == len(hall.state.line)


def test_somebody_deferred_may_be_called_by_name() -> None:
    hall = hall_with()
    ticket = hall.issue("A")
    hall.do(c.DeferTicket(ticket.id, 10))
    hall.do(c.CallTicket("1", ticket.id, "本人已回来"))
    assert ticket.status is TicketStatus.CALLED
    hall.wait(30)
    assert hall.do(c.PassTime()) == []


# --- rule 7: sent on ------------------------------------------------------------------------


def with_clerks() -> Hall:
    hall = Hall(rules(windows_start_open=False))
    hall.do(c.OpenWindow("1", "li"))
    hall.do(c.OpenWindow("2", "wang"))
    return hall


def test_sent_to_a_clerk_who_moves() -> None:
    hall = with_clerks()
    ticket = hall.issue("A")
    hall.do(c.TransferTicket(ticket.id, to_clerk="wang"))
    hall.issue("B")
    assert ticket.for_window == "2"
    assert hall.next("1") is None
    hall.do(c.CloseWindow("2"))
    assert ticket.for_window is None, "nobody may be kept for a clerk who is nowhere"
    hall.do(c.OpenWindow("9", "wang"))
    assert ticket.for_window == "9"
    assert hall.next("9") is ticket


def test_sent_to_a_clerk_who_is_at_no_window() -> None:
    hall = with_clerks()
    ticket = hall.issue("A")
    with pytest.raises(WrongState) as refused:
        hall.do(c.TransferTicket(ticket.id, to_clerk="zhao"))
    assert refused.value.code == "clerk_at_no_window"
    assert ticket.for_clerk is None


@pytest.mark.parametrize(
    ("meanwhile", "back_at"),
    [
        ([], "1"),
        ([c.CloseWindow("1"), c.OpenWindow("9", "li")], "9"),
        ([c.CloseWindow("1"), c.OpenWindow("1", "zhao")], "1"),
        ([c.CloseWindow("1")], None),
    ],
)
def test_with_return_to_the_same_clerk(meanwhile: list[c.Command], back_at: str | None) -> None:
    """To the clerk wherever they are; else to the window; else to anybody."""
    hall = with_clerks()
    ticket = hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Transfer("1", "B", returns=True))
    for command in meanwhile:
        hall.do(command)
    hall.serve("2")
    assert (ticket.status, ticket.service) == (TicketStatus.WAITING, "A")
    assert ticket.for_window == back_at


def test_a_clerk_who_moved_is_found_by_somebody_who_was_parked() -> None:
    hall = with_clerks()
    ticket = hall.issue("A")
    hall.do(c.TransferTicket(ticket.id, to_clerk="wang"))
    hall.next("2")
    hall.do(c.Park("2", "取材料"))
    hall.do(c.CloseWindow("2"))
    hall.do(c.OpenWindow("9", "wang"))
    hall.do(c.ResumeTicket(ticket.id))
    assert ticket.for_window == "9"


def test_who_waited_for_a_window_that_closed_meanwhile_may_go_anywhere() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    hall.do(c.TransferTicket(ticket.id, to_window="2"))
    hall.next("2")
    hall.do(c.Miss("2"))
    hall.do(c.CloseWindow("2"))
    hall.do(c.RejoinTicket(ticket.id))
    assert hall.next("1") is ticket


def test_a_ticket_at_a_window_is_sent_on_by_that_window() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    hall.next("1")
    with pytest.raises(WrongState) as refused:
        hall.do(c.TransferTicket(ticket.id, "B"))
    assert refused.value.code == "ticket_at_window"
    with pytest.raises(WrongState) as two:
        hall.do(c.Transfer("1", to_window="2", to_clerk="li"))
    assert two.value.code == "two_destinations"


def test_a_page_that_is_behind_does_nothing_to_another_ticket() -> None:
    hall = Hall()
    first, second = hall.issue("A"), hall.issue("A")
    hall.serve("1")
    hall.next("1")
    for command in (c.Start("1", first.id), c.Miss("1", first.id), c.Recall("1", first.id)):
        with pytest.raises(IllegalMove) as refused:
            hall.do(command)
        assert refused.value.detail["status"] == "finished"
    with pytest.raises(WrongState) as elsewhere:
        hall.do(c.Transfer("9", "B", ticket=second.id))
    assert elsewhere.value.code == "ticket_not_here"
    assert second.status is TicketStatus.CALLED


# --- AB岗 -----------------------------------------------------------------------------------


def standing_in(**changes: Any) -> HallRules:
    windows = tuple(replace(w, stands_in_for="2") if w.id == "1" else w for w in rules().windows)
    return rules(windows=windows, dispatch=dispatch(**changes))


def test_a_stand_in_takes_over_while_its_partner_pauses() -> None:
    hall = Hall(standing_in())
    theirs = hall.issue("B")
    assert hall.next("1") is None
    hall.do(c.PauseWindow("2", "开会"))
    assert hall.next("1") is theirs
    assert why(hall)["figures"]["stands_in_for"] == "2"
    assert why(hall)["figures"]["rank"] == 2
    assert "AB 岗" in why(hall)["zh"]
    hall.do(c.Start("1"))
    hall.do(c.Finish("1"))
    hall.do(c.ResumeWindow("2"))
    hall.issue("B")
    assert hall.next("1") is None


def test_its_own_come_first_when_scores_are_close() -> None:
    hall = Hall(standing_in())
    hall.issue("B")
    hall.wait(1)
    own = hall.issue("A")
    hall.do(c.PauseWindow("2", "开会"))
    assert hall.next("1") is own
    assert "stands_in_for" not in why(hall)["figures"]


def test_it_takes_those_kept_for_its_partner_too() -> None:
    hall = Hall(standing_in())
    kept = hall.issue("A")
    hall.do(c.TransferTicket(kept.id, to_window="2"))
    hall.do(c.PauseWindow("2", "开会"))
    assert hall.next("1") is kept
    assert why(hall)["figures"]["stands_in_for"] == "2"


@pytest.mark.parametrize("also_closed", [False, True])
def test_a_closed_partner_by_setting(also_closed: bool) -> None:
    hall = Hall(standing_in(stands_in_when_closed=also_closed))
    hall.issue("B")
    hall.do(c.CloseWindow("2"))
    assert (hall.next("1") is not None) is also_closed


def test_an_estimate_counts_on_the_stand_in() -> None:
    hall = Hall(standing_in())
    hall.do(c.CloseWindow("9"))
    hall.do(c.PauseWindow("2", "开会"))
    assert estimate(hall.state, "B", 0) == (0, 150)
    hall.do(c.PauseWindow("1", "开会"))
    assert estimate(hall.state, "B", 0) is None


# --- why ------------------------------------------------------------------------------------


def test_the_runner_up_is_told_without_a_number() -> None:
    hall = Hall()
    hall.issue("A")
    hall.wait(3)
    hall.issue("A", age_years=70)
    hall.wait(1)
    hall.next("1")
    assert why(hall)["figures"]["runner_up"] == {"priority_class": "elderly", "score": 120}
    assert "A002" not in str(why(hall))


def test_the_next_of_the_same_queue_is_a_runner_up() -> None:
    hall = Hall()
    hall.issue("A")
    hall.wait(2)
    hall.issue("A")
    hall.wait(1)
    hall.next("1")
    assert why(hall)["figures"]["runner_up"] == {"priority_class": "ordinary", "score": 60}
    assert why(hall)["figures"]["reason"] == "highest_score"
