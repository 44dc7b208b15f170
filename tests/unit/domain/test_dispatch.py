"""Who is next: the policy against its rule, and its index against brute force."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.domain import dispatch
from queue_server.domain.estimate import estimate, people_ahead, promise_left
from queue_server.domain.explain import SENTENCES
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.vocabulary import TicketStatus
from tests.support.hall import Hall, rules
from tests.support.hall import dispatch as dispatch_settings


def test_first_come_first_served_among_equals() -> None:
    hall = Hall()
    waiting = []
    for _ in range(5):
        waiting.append(hall.issue("A"))
        hall.wait(1)
    assert [hall.serve("1") for _ in range(5)] == waiting


def test_same_instant_is_settled_by_the_lower_number() -> None:
    hall = Hall()
    waiting = [hall.issue("A") for _ in range(3)]
    assert [hall.serve("1", 0) for _ in range(3)] == waiting


def test_priority_accumulates() -> None:
    hall = Hall()
    ordinary = hall.issue("A")
    hall.wait(4)
    elderly = hall.issue("A", age_years=70)
    hall.wait(3)  # ordinary 7, elderly 2 x 3 = 6
    assert dispatch.choose(hall.state, "1", hall.now_ms).ticket == ordinary.id  # type: ignore[union-attr]
    hall.wait(2)  # ordinary 9, elderly 10
    assert dispatch.choose(hall.state, "1", hall.now_ms).ticket == elderly.id  # type: ignore[union-attr]


def test_own_service_first_when_scores_are_close() -> None:
    hall = Hall(rules(dispatch=dispatch_settings(rank_tolerance_s=120)))
    hall.issue("A")
    hall.wait(1)
    own = hall.issue("B")
    choice = dispatch.choose(hall.state, "2", hall.now_ms)
    assert choice is not None
    assert (choice.ticket, choice.reason) == (own.id, dispatch.Reason.OWN_SERVICE)


def test_neighbours_service_first_when_it_waited_much_longer() -> None:
    hall = Hall(rules(dispatch=dispatch_settings(rank_tolerance_s=120)))
    other = hall.issue("A")
    hall.wait(3)
    hall.issue("B")
    choice = dispatch.choose(hall.state, "2", hall.now_ms)
    assert choice is not None
    assert (choice.ticket, choice.reason) == (other.id, dispatch.Reason.HIGHEST_SCORE)


def test_priority_window_takes_its_classes_first() -> None:
    hall = Hall()
    hall.issue("A")
    hall.wait(30)
    elderly = hall.issue("B", age_years=80)
    choice = dispatch.choose(hall.state, "9", hall.now_ms)
    assert choice is not None
    assert (choice.ticket, choice.reason) == (elderly.id, dispatch.Reason.FIRST_CLASS)


def test_nobody_is_overtaken_more_often_than_the_bound() -> None:
    bound = 3
    hall = Hall(rules(dispatch=dispatch_settings(overtaken_at_most=bound)))
    ordinary = hall.issue("A")
    overtaken = 0
    for _ in range(10):
        hall.wait(0.1)
        hall.issue("A", age_years=70)
        ticket = hall.serve("9", minutes=0)
        if ticket is ordinary:
            break
        overtaken += 1
    assert overtaken == bound


def test_nobody_waits_longer_than_the_bound() -> None:
    hall = Hall(rules(dispatch=dispatch_settings(waits_at_most_s=1800, overtaken_at_most=999)))
    ordinary = hall.issue("A")
    hall.wait(31)
    hall.issue("A", age_years=70)
    hall.wait(31)
    choice = dispatch.choose(hall.state, "9", hall.now_ms)
    assert choice is not None
    assert (choice.ticket, choice.reason) == (ordinary.id, dispatch.Reason.WAITED_TOO_LONG)


def test_each_choice_is_explained_in_both_languages() -> None:
    for reason in dispatch.Reason:
        zh, en = SENTENCES[reason]
        assert "{number}" in zh
        assert "{number}" in en
    hall = Hall()
    hall.issue("A")
    hall.wait(12)
    hall.issue("A")
    hall.next("1")
    called = hall.log[-1][0]
    assert called.why["figures"]["waited_s"] == 720  # type: ignore[attr-defined]
    assert "12" in called.why["zh"]  # type: ignore[attr-defined]
    assert "{" not in called.why["zh"] + called.why["en"]  # type: ignore[attr-defined]


def brute_force(state: HallState, window: str, now_ms: int) -> str | None:
    """Rule 5 without bounds or tolerance, over every ticket."""
    found = state.known_rules
    rank = {s.service: s.rank for s in found.window[window].skills}
    able = [
        t for t in state.tickets.values() if t.status is TicketStatus.WAITING and t.service in rank
    ]

    def order(t: Ticket) -> tuple[float, int, str, int]:
        score = found.priority_class[t.priority_class].rate * (now_ms - t.arrived_ms)
        return (-score, t.arrived_ms, t.prefix, t.serial)

    return min(able, key=order).id if able else None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_heads_of_queues_are_enough(seed: int) -> None:
    free = dispatch_settings(rank_tolerance_s=0, overtaken_at_most=10**6, waits_at_most_s=10**8)
    hall = Hall(rules(dispatch=free))
    choose = random.Random(seed)
    for _ in range(60):
        hall.wait(choose.random() * 3)
        if choose.random() < 0.6:
            hall.issue(choose.choice("AB"), age_years=choose.choice([30, 70]))
        else:
            window = choose.choice(["1", "2"])
            expected = brute_force(hall.state, window, hall.now_ms)
            served = hall.serve(window, minutes=0)
            assert (served.id if served else None) == expected


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_people_ahead_counts_those_with_a_higher_score(seed: int) -> None:
    hall = Hall()
    choose = random.Random(seed)
    for _ in range(30):
        hall.wait(choose.random() * 5)
        hall.issue("A", age_years=choose.choice([30, 70]))
    found = hall.state.known_rules
    everybody = sorted(
        hall.state.tickets.values(),
        key=lambda t: (
            -found.priority_class[t.priority_class].rate * (hall.now_ms - t.arrived_ms),
            t.arrived_ms,
        ),
    )
    for position, ticket in enumerate(everybody):
        assert people_ahead(hall.state, ticket.id, hall.now_ms) == pytest.approx(position, abs=1)


def test_estimates_grow_with_the_line_and_need_an_open_window() -> None:
    hall = Hall()
    assert estimate(hall.state, "A", 0) == (0, 120)
    hall.issue("A")
    hall.next("1")
    short = estimate(hall.state, "A", 2)
    long = estimate(hall.state, "A", 20)
    assert short is not None
    assert long is not None
    assert short[0] < long[0]
    assert short[0] < short[1]
    for window in ("2", "9"):
        hall.state.windows[window].state = type(hall.state.windows[window].state).CLOSED
    hall.state.windows["1"].state = type(hall.state.windows["1"].state).PAUSED
    assert estimate(hall.state, "A", 2) is None


def test_who_is_next_and_not_called_is_not_told_at_once_for_ever() -> None:
    """A window may be open with nobody sitting there."""
    hall = Hall()
    hall.issue("A")
    (ticket,) = hall.state.tickets.values()
    soon = promise_left(hall.state, ticket, 0, ticket.issued_ms + 60_000)
    later = promise_left(hall.state, ticket, 0, ticket.issued_ms + 300_000)
    assert soon is not None
    assert later is not None
    assert soon.p50_s == 0
    assert later.p50_s > 0
