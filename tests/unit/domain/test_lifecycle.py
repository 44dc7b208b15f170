"""The table, every cell of it: what is in it works, what is not is refused and changes nothing."""

from __future__ import annotations

import copy

import pytest

from queue_server.domain import commands as c
from queue_server.domain.errors import IllegalMove, Refusal
from queue_server.domain.lifecycle import TABLE, check, goes_to
from queue_server.domain.vocabulary import ENDED, Happening, TicketStatus
from tests.support.hall import Hall

S, H = TicketStatus, Happening

# domain.md's table, written out a second time on purpose
WANTED = {
    (S.WAITING, H.CALLED): {S.CALLED},
    (S.WAITING, H.TRANSFERRED): {S.WAITING},
    (S.WAITING, H.CANCELLED): {S.CANCELLED},
    (S.WAITING, H.DAY_CLOSED): {S.EXPIRED},
    (S.CALLED, H.CALLED): {S.CALLED},
    (S.CALLED, H.STARTED): {S.SERVING},
    (S.CALLED, H.MISSED): {S.MISSED},
    (S.CALLED, H.PARKED): {S.PARKED},
    (S.CALLED, H.TRANSFERRED): {S.WAITING},
    (S.CALLED, H.CANCELLED): {S.CANCELLED},
    (S.CALLED, H.DAY_CLOSED): {S.EXPIRED},
    (S.SERVING, H.FINISHED): {S.FINISHED, S.WAITING},
    (S.SERVING, H.PARKED): {S.PARKED},
    (S.SERVING, H.TRANSFERRED): {S.WAITING},
    (S.SERVING, H.DAY_CLOSED): {S.FINISHED},
    (S.MISSED, H.CALLED): {S.CALLED},
    (S.MISSED, H.REJOINED): {S.WAITING},
    (S.MISSED, H.CANCELLED): {S.CANCELLED},
    (S.MISSED, H.DAY_CLOSED): {S.EXPIRED},
    (S.PARKED, H.CALLED): {S.CALLED},
    (S.PARKED, H.RESUMED): {S.WAITING},
    (S.PARKED, H.TRANSFERRED): {S.WAITING},
    (S.PARKED, H.CANCELLED): {S.CANCELLED},
    (S.PARKED, H.DAY_CLOSED): {S.EXPIRED},
}


@pytest.mark.parametrize("status", S)
@pytest.mark.parametrize("happening", H)
def test_every_cell(status: TicketStatus, happening: Happening) -> None:
    wanted = WANTED.get((status, happening))
    if wanted is None:
        with pytest.raises(IllegalMove) as refused:
            goes_to(status, happening)
        assert refused.value.detail["status"] == status
        assert refused.value.detail["to"] in set(S)
    else:
        assert goes_to(status, happening) == wanted


def test_wrong_target_is_refused() -> None:
    with pytest.raises(IllegalMove):
        check(S.CALLED, H.STARTED, S.FINISHED)


def test_table_has_a_row_for_every_status() -> None:
    assert set(TABLE) == set(S)
    assert all(not TABLE[status] for status in ENDED)


def hall_with_ticket_in(status: TicketStatus) -> tuple[Hall, str]:
    hall = Hall()
    ticket = hall.issue("A")
    steps: dict[TicketStatus, list[c.Command]] = {
        S.WAITING: [],
        S.CALLED: [c.CallNext("1")],
        S.SERVING: [c.CallNext("1"), c.Start("1")],
        S.MISSED: [c.CallNext("1"), c.Miss("1")],
        S.PARKED: [c.CallNext("1"), c.Park("1", "取材料")],
        S.FINISHED: [c.CallNext("1"), c.Start("1"), c.Finish("1")],
        S.CANCELLED: [c.CancelTicket(ticket.id)],
    }
    for command in steps[status]:
        hall.do(command)
    assert hall.state.tickets[ticket.id].status is status
    return hall, ticket.id


REACHABLE = [s for s in S if s is not S.EXPIRED]


@pytest.mark.parametrize("status", REACHABLE)
def test_illegal_commands_change_nothing(status: TicketStatus) -> None:
    hall, ticket = hall_with_ticket_in(status)
    commands: list[c.Command] = [
        c.Recall("1"),
        c.Start("1"),
        c.Finish("1"),
        c.Miss("1"),
        c.Park("1", "x"),
        c.Transfer("1", service="B"),
        c.CancelTicket(ticket),
        c.RejoinTicket(ticket),
        c.ResumeTicket(ticket),
        c.CallTicket("2", ticket, "特呼"),
    ]
    refused = 0
    for command in commands:
        before = copy.deepcopy(hall.state)
        trial = copy.deepcopy(hall)
        try:
            trial.do(command)
        except Refusal:
            refused += 1
            assert trial.state.seq == before.seq
            assert trial.state.tickets == before.tickets
            assert trial.state.windows == before.windows
    assert refused >= 4


def test_day_close_ends_every_ticket() -> None:
    for status in REACHABLE:
        hall, ticket = hall_with_ticket_in(status)
        hall.wait(24 * 60)
        events = hall.do(c.RollDay())
        names = [event.name for event in events]
        assert names[-1] == "day_opened"
        if status in ENDED:
            assert names == ["day_closed", "day_opened"]
        else:
            ended = "ticket_finished" if status is S.SERVING else "ticket_expired"
            assert names == [ended, "day_closed", "day_opened"]
        assert ticket not in hall.state.tickets
        assert len(hall.state.line) == 0
