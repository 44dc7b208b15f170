"""The rules of the domain, one by one."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time

import pytest

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.calendar import Calendar, Session
from queue_server.domain.errors import IllegalMove, NotFound, Refusal, WrongState
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import TicketStatus
from tests.support.hall import MONDAY_9, Hall, dispatch, rules


def test_numbers_count_up_per_prefix_and_start_again_each_day() -> None:
    hall = Hall()
    assert [hall.issue(s).number for s in "AABA"] == ["A001", "A002", "B001", "A003"]
    hall.wait(24 * 60)
    hall.do(c.RollDay())
    assert hall.issue("A").number == "A001"


def test_cancelled_numbers_are_not_given_again() -> None:
    hall = Hall()
    hall.do(c.CancelTicket(hall.issue("A").id))
    assert hall.issue("A").number == "A002"


def test_same_person_same_service_same_ticket() -> None:
    hall = Hall()
    first = hall.issue("A", person="p1")
    events = hall.do(c.IssueTicket("other", "A", person="p1"))
    assert [x.name for x in events] == ["ticket_reprinted"]
    assert events[0].ticket == first.id  # type: ignore[attr-defined]
    assert hall.issue("B", person="p1").number == "B001"
    hall.do(c.CancelTicket(first.id))
    assert hall.issue("A", person="p1").number == "A002"


def test_age_gives_the_class_and_the_better_class_wins() -> None:
    hall = Hall()
    assert hall.issue("A", age_years=59).priority_class == "ordinary"
    assert hall.issue("A", age_years=60).priority_class == "elderly"
    assert hall.issue("A", age_years=30, priority_class="elderly").priority_class == "elderly"
    assert hall.issue("A", age_years=70, priority_class="ordinary").priority_class == "elderly"


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"service": "X"}, NotFound),
        ({"service": None, "matter": "nope"}, NotFound),
        ({"service": "B", "matter": "A-1"}, WrongState),
        ({"service": "A", "priority_class": "king"}, NotFound),
        ({"service": "A", "then": ("X",)}, NotFound),
    ],
)
def test_wrong_wishes_are_refused(fields: dict[str, object], refusal: type[Refusal]) -> None:
    hall = Hall()
    with pytest.raises(refusal):
        hall.do(c.IssueTicket("t", **fields))  # type: ignore[arg-type]
    assert not hall.state.tickets


def test_matter_leads_to_its_service() -> None:
    hall = Hall()
    assert hall.do(c.IssueTicket("t", None, "A-1"))[0].service == "A"  # type: ignore[attr-defined]


def test_closed_outside_hours_holidays_and_open_on_makeup_days() -> None:
    weekdays = Session((0, 1, 2, 3, 4), time(9), time(12))
    calendar = Calendar(
        "Asia/Shanghai",
        time(4),
        False,
        (weekdays,),
        frozenset({date(2026, 11, 24)}),
        frozenset({date(2026, 11, 28)}),
    )
    closed_rules = rules(calendar=calendar)

    def can_issue(day: int, hour: int) -> bool:
        now = round(datetime(2026, 11, day, hour - 8, tzinfo=UTC).timestamp() * 1000)
        hall = Hall(closed_rules, now)
        try:
            hall.issue("A")
        except WrongState as refused:
            return refused.code != "service_closed"
        return True

    assert can_issue(23, 9)
    assert not can_issue(23, 8)
    assert not can_issue(23, 12)
    assert not can_issue(24, 10)  # a holiday
    assert can_issue(28, 10)  # a Saturday that is worked
    assert not can_issue(29, 10)


def test_one_at_a_window_and_a_ticket_at_one_window() -> None:
    hall = Hall()
    first = hall.issue("A")
    hall.issue("A")
    hall.next("1")
    with pytest.raises(WrongState) as busy:
        hall.do(c.CallNext("1"))
    assert busy.value.code == "window_busy"
    assert hall.next("2") is not first
    with pytest.raises(WrongState):
        hall.do(c.CallTicket("9", first.id, "特呼"))


def test_closed_and_paused_windows_do_not_call() -> None:
    hall = Hall()
    hall.issue("A")
    hall.do(c.PauseWindow("1", "午休"))
    with pytest.raises(WrongState) as refused:
        hall.do(c.CallNext("1"))
    assert refused.value.code == "window_not_open"
    hall.do(c.ResumeWindow("1"))
    hall.do(c.CloseWindow("1"))
    with pytest.raises(WrongState):
        hall.do(c.CallNext("1"))
    hall.do(c.OpenWindow("1", "clerk1"))
    assert hall.next("1") is not None


def test_window_with_a_person_cannot_close() -> None:
    hall = Hall()
    hall.issue("A")
    hall.next("1")
    with pytest.raises(WrongState) as refused:
        hall.do(c.CloseWindow("1"))
    assert refused.value.code == "window_busy"


def test_nobody_waits_is_an_event_of_its_own() -> None:
    hall = Hall()
    assert [x.name for x in hall.do(c.CallNext("1"))] == ["call_found_nobody"]


def test_missed_comes_back_behind_three_people_not_at_the_end() -> None:
    hall = Hall()
    gone = hall.issue("A")
    others = []
    for _ in range(6):
        hall.wait(1)
        others.append(hall.issue("A"))
    hall.next("1")
    hall.do(c.Miss("1"))
    hall.do(c.RejoinTicket(gone.id))
    order = []
    while (ticket := hall.serve("1", minutes=0)) is not None:
        order.append(ticket)
    assert order == [*others[:3], gone, *others[3:]]


def test_missed_is_not_called_unasked_and_rejoins_are_limited() -> None:
    hall = Hall(rules(dispatch=dispatch(rejoins_at_most=1)))
    gone = hall.issue("A")
    hall.next("1")
    hall.do(c.Miss("1"))
    assert hall.next("1") is None
    hall.do(c.RejoinTicket(gone.id))
    hall.next("1")
    hall.do(c.Miss("1"))
    with pytest.raises(WrongState) as refused:
        hall.do(c.RejoinTicket(gone.id))
    assert refused.value.code == "rejoined_too_often"


def test_transfer_keeps_number_and_arrival_and_can_return() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    arrived = ticket.arrived_ms
    hall.wait(10)
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Transfer("1", service="B", returns=True))
    assert (ticket.number, ticket.arrived_ms, ticket.service) == ("A001", arrived, "B")
    assert hall.next("1") is None
    assert hall.serve("2") is ticket
    assert ticket.status is TicketStatus.WAITING
    assert hall.next("9") is None  # kept for window 1
    back = hall.next("1")
    assert back is ticket
    hall.do(c.Start("1"))
    hall.do(c.Finish("1"))
    assert ticket.status is TicketStatus.FINISHED


def test_steps_keep_the_number() -> None:
    hall = Hall()
    ticket = hall.issue("A", then=("B",))
    hall.serve("1")
    assert (ticket.status, ticket.service, ticket.number) == (TicketStatus.WAITING, "B", "A001")
    hall.serve("2")
    assert ticket.status is TicketStatus.FINISHED


def test_chosen_call_needs_a_reason_and_says_it() -> None:
    hall = Hall()
    hall.issue("A")
    chosen = hall.issue("A")
    with pytest.raises(WrongState):
        hall.do(c.CallTicket("1", chosen.id, " "))
    called = hall.do(c.CallTicket("1", chosen.id, "行动不便"))[0]
    assert isinstance(called, e.TicketCalled)
    assert "行动不便" in called.why["zh"]
    assert called.why["figures"]["reason"] == "chosen"


def test_recall_counts_and_serving_cannot_be_recalled() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    hall.next("1")
    for _ in range(2):
        hall.wait(0.5)
        hall.do(c.Recall("1"))
        assert hall.do(c.Recall("1")) == []  # the same press twice
    assert ticket.calls == 3
    hall.do(c.Start("1"))
    with pytest.raises(IllegalMove):
        hall.do(c.Recall("1"))


def test_devices_speak_up_only_when_something_changes() -> None:
    hall = Hall()
    assert hall.do(c.ReportDevice("printer-1", "printer", "ok", ""))
    assert not hall.do(c.ReportDevice("printer-1", "printer", "ok", ""))
    assert hall.do(c.ReportDevice("printer-1", "printer", "out", "缺纸"))


def test_day_does_not_reopen_when_the_clock_steps_back() -> None:
    hall = Hall()
    hall.issue("A")
    hall.now_ms -= 10 * 3600 * 1000
    assert hall.do(c.RollDay()) == []


def test_rules_survive_their_journal_form() -> None:
    ours = rules()
    assert type(ours).from_data(ours.to_data()) == ours
    assert dataclasses.replace(ours, windows_start_open=False) != ours


def test_replay_gives_the_same_state() -> None:
    hall = Hall()
    for service in "ABAB":
        hall.issue(service)
        hall.wait(1)
    hall.serve("1")
    hall.next("2")
    replayed = HallState()
    for event, at_ms in hall.log:
        apply(replayed, e.from_data(event.name, e.to_data(event)), at_ms)
    assert replayed.tickets == hall.state.tickets
    assert replayed.windows == hall.state.windows
    assert replayed.today == hall.state.today
    assert replayed.serials == hall.state.serials
    assert hall.log[0][1] == MONDAY_9


def test_a_person_is_held_by_the_service_they_wait_for() -> None:
    hall = Hall()
    ticket = hall.issue("A", person="p1", then=("B",))
    hall.serve("1")
    assert hall.issue("B", person="p1") is ticket
    hall.serve("2")
    assert hall.issue("A", person="p1").number == "A002"


def test_a_transfer_does_not_take_anothers_place() -> None:
    hall = Hall()
    own = hall.issue("B", person="p1")
    hall.issue("A", person="p1")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Transfer("1", service="B"))
    assert hall.issue("B", person="p1") is own


def test_a_return_comes_back_to_its_own_service_through_further_transfers() -> None:
    hall = Hall()
    ticket = hall.issue("A", person="p1")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Transfer("1", service="B", returns=True))
    assert hall.next("2") is ticket
    hall.do(c.Start("2"))
    hall.do(c.Transfer("2", to_window="9"))
    assert hall.next("9") is ticket
    hall.do(c.Start("9"))
    hall.do(c.Finish("9"))
    assert (ticket.status, ticket.service, ticket.for_window) == ("waiting", "A", "1")
    assert hall.issue("A", person="p1") is ticket
    assert hall.next("1") is ticket


def test_returns_promised_one_within_another_are_all_kept() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Transfer("1", service="B", returns=True))
    hall.next("2")
    hall.do(c.Start("2"))
    hall.do(c.Transfer("2", to_window="9", returns=True))
    assert hall.serve("9") is ticket
    assert (ticket.service, ticket.for_window) == ("B", "2")
    assert hall.serve("2") is ticket
    assert (ticket.service, ticket.for_window) == ("A", "1")
    assert hall.serve("1") is ticket
    assert ticket.status is TicketStatus.FINISHED


def test_nobody_is_kept_for_a_window_that_is_not_there() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    hall.do(c.CloseWindow("9"))
    hall.next("1")
    hall.do(c.Start("1"))
    with pytest.raises(WrongState):
        hall.do(c.Transfer("1", to_window="9"))
    hall.do(c.Transfer("1", to_window="2"))
    assert hall.next("1") is None
    hall.do(c.CloseWindow("2"))
    assert hall.next("1") is ticket


def test_a_return_to_a_closed_window_goes_to_any() -> None:
    hall = Hall()
    ticket = hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Transfer("1", service="B", returns=True))
    hall.do(c.CloseWindow("1"))
    hall.serve("2")
    assert hall.next("9") is ticket


def test_rejoining_counts_people_also_across_classes() -> None:
    hall = Hall()
    gone = hall.issue("A", age_years=80)
    others = []
    for _ in range(5):
        hall.wait(1)
        others.append(hall.issue("A", age_years=80 if len(others) % 2 else 30))
    hall.next("1")
    hall.do(c.Miss("1"))
    hall.do(c.RejoinTicket(gone.id))
    called = []
    while (ticket := hall.serve("1", minutes=3)) is not None:
        called.append(ticket)
    assert called.index(gone) == 3
    assert len(called) == 6
