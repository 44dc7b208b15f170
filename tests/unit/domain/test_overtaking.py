"""Bounded overtaking: counts kept per chain against counts by brute force, under every move."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain import commands as c
from queue_server.domain import configuration as change
from queue_server.domain import events as e
from queue_server.domain.errors import Refusal
from queue_server.domain.rules import Skill, WindowRule
from queue_server.domain.state import HallState, Ticket, place_of
from queue_server.domain.vocabulary import TicketStatus
from tests.support.hall import MINUTE, Hall, rules
from tests.support.hall import dispatch as dispatch_settings

BOUND = 3
LONGEST_S = 3600
WINDOWS = (
    WindowRule("1", "1", "1", (Skill("A", 1),), stands_in_for="2"),
    WindowRule("2", "2", "2", (Skill("B", 1), Skill("A", 2)), stands_in_for="1"),
    WindowRule("9", "9", "9", (Skill("A", 1), Skill("B", 1)), ("elderly",)),
)


def may_call(state: HallState, window: str, ticket: Ticket) -> bool:
    """By the words of the rule, without any index."""
    if ticket.status is not TicketStatus.WAITING or ticket.deferred:
        return False
    reach = state.reach(window)
    if ticket.for_window is not None:
        return ticket.for_window in reach.windows
    return ticket.service in reach.services


def ripe(state: HallState, ticket: Ticket) -> bool:
    return ticket.after_calls <= state.line.calls(ticket.service, ticket.for_window)


class Watch:
    """Plays a hall at random and counts, for everybody, how often they were overtaken."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        bounds = dispatch_settings(overtaken_at_most=BOUND, waits_at_most_s=LONGEST_S)
        self.hall = Hall(rules(windows=WINDOWS, dispatch=bounds))
        self.overtaken: Counter[str] = Counter()

    def step(self) -> None:
        self.hall.wait(self.random.random() * 2)
        self.hall.do(c.PassTime())
        window = self.random.choice(["1", "2", "9"])
        if self.random.random() < 0.3:
            self.hall.issue(
                self.random.choice("AB"),
                age_years=self.random.choice([30, 70]),
                then=self.random.choice([(), ("A",), ("B",)]),
            )
        elif self.random.random() < 0.5:
            self.call(window)
        else:
            self.anything_else(window)

    def call(self, window: str) -> None:
        state, now_ms = self.hall.state, self.hall.now_ms
        able = [t for t in state.tickets.values() if may_call(state, window, t)]
        counted = [t for t in able if ripe(state, t)]
        try:
            events = self.hall.do(c.CallNext(window))
        except Refusal:
            return
        if isinstance(events[0], e.CallFoundNobody):
            assert not able
            return
        assert isinstance(events[0], e.TicketCalled)
        called = state.tickets[events[0].ticket]
        assert called in able
        due = [
            t
            for t in counted
            if self.overtaken[t.id] >= BOUND or now_ms - t.arrived_ms >= LONGEST_S * 1000
        ]
        if due:
            assert called is min(due, key=lambda t: place_of(t)[1].arrival)
        for other in counted:
            if other.arrived_ms < called.arrived_ms:
                self.overtaken[other.id] += 1
                assert self.overtaken[other.id] <= BOUND

    def anything_else(self, window: str) -> None:
        tickets = list(self.hall.state.tickets.values())
        ticket = self.random.choice(tickets).id if tickets else "none"
        other = self.random.choice(["1", "2", "9"])
        commands: list[c.Command] = [
            c.Start(window),
            c.Finish(window),
            c.Miss(window),
            c.Park(window, "x", self.hall.now_ms + 5 * MINUTE),
            c.Transfer(window, self.random.choice("AB"), returns=self.random.random() < 0.5),
            c.Transfer(window, to_window=other),
            c.RejoinTicket(ticket),
            c.ResumeTicket(ticket),
            c.DeferTicket(ticket, 10),
            c.TransferTicket(ticket, self.random.choice("AB")),
            c.TransferTicket(ticket, to_window=other),
            c.CancelTicket(ticket),
            c.CallTicket(window, ticket, "x"),
            c.PauseWindow(window),
            c.ResumeWindow(window),
            c.ResumeWindow(other),
            c.CloseWindow(window),
            c.OpenWindow(window),
            change.ChangeSkills(window, (Skill(self.random.choice("AB"), 1),)),
            change.ChangeSkills(window, (Skill("A", 2), Skill("B", 1))),
        ]
        try:
            self.hall.do(self.random.choice(commands))
        except Refusal:
            return

    def compare(self) -> None:
        state = self.hall.state
        for ticket in state.tickets.values():
            known = ticket.overtaken
            if ticket.id in state.line:
                known = state.line.overtaken(ticket.id)
            assert known == self.overtaken[ticket.id], ticket


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_nobody_passes_the_bound_and_every_count_is_exact(seed: int) -> None:
    watch = Watch(seed)
    for _ in range(150):
        watch.step()
    watch.compare()


def test_whoever_came_in_by_transfer_does_not_hide_somebody_at_the_bound() -> None:
    """An early arrival that joins late, never overtaken, stands before one that is at its bound."""
    hall = Hall(rules(windows=WINDOWS, dispatch=dispatch_settings(overtaken_at_most=2)))
    early = hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.do(c.Park("1", "x"))
    hall.wait(1)
    ordinary = hall.issue("A")
    for _ in range(2):
        hall.wait(0.1)
        hall.issue("A", age_years=70)
        assert hall.serve("9", 0) is not ordinary
    hall.do(c.ResumeTicket(early.id))
    assert (hall.state.line.overtaken(early.id), hall.state.line.overtaken(ordinary.id)) == (0, 2)
    assert hall.next("1") is ordinary


def test_the_whole_visit_counts() -> None:
    hall = Hall(rules(windows=WINDOWS, dispatch=dispatch_settings(overtaken_at_most=2)))
    ordinary = hall.issue("A")
    hall.wait(0.1)
    hall.issue("A", age_years=70)
    hall.serve("9", 0)
    hall.do(c.TransferTicket(ordinary.id, "B"))
    assert hall.state.line.overtaken(ordinary.id) == 1
    hall.issue("B", age_years=70)
    hall.serve("9", 0)
    hall.issue("B", age_years=70)
    assert hall.next("9") is ordinary
    assert hall.log[-1][0].why["figures"]["reason"] == "overtaken_too_often"  # type: ignore[attr-defined]


def test_at_the_bound_even_those_sent_to_the_window_wait() -> None:
    hall = Hall(rules(windows=WINDOWS, dispatch=dispatch_settings(overtaken_at_most=1)))
    ordinary = hall.issue("A")
    hall.wait(1)
    sent = [hall.issue("A") for _ in range(2)]
    for ticket in sent:
        hall.do(c.TransferTicket(ticket.id, to_window="1"))
    assert [hall.serve("1", 0), hall.serve("1", 0), hall.serve("1", 0)] == [
        sent[0],
        ordinary,
        sent[1],
    ]


@pytest.mark.parametrize("aside", [c.DeferTicket("t1", 10), c.TransferTicket("t1", to_window="2")])
def test_who_could_not_be_called_is_not_overtaken(aside: c.Command) -> None:
    hall = Hall(rules(windows=WINDOWS))
    waiting = hall.issue("A")
    hall.do(aside)
    hall.wait(1)
    hall.issue("A")
    hall.serve("1", 0)
    count: Callable[[str], int] = hall.state.line.overtaken
    assert (waiting.overtaken if waiting.deferred else count(waiting.id)) == 0


def test_a_chosen_call_overtakes_nobody_by_the_dispatchers_choice() -> None:
    hall = Hall(rules(windows=WINDOWS))
    first = hall.issue("A")
    hall.wait(1)
    second = hall.issue("A")
    hall.do(c.CallTicket("1", second.id, "赶车"))
    assert hall.state.line.overtaken(first.id) == 0
