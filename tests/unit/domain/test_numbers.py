"""Spans of numbers, and the book that proves rule 1 from the events alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain import events as e
from queue_server.domain import leases as x
from queue_server.domain.numbers import NumberBook, NumberFault, number_text
from queue_server.domain.spans import Spans, spans_of

DAY = "2026-11-23"
STRETCHES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6)), max_size=40)


@given(st.sets(st.integers(0, 100)))
def test_spans_hold_exactly_the_numbers(numbers: set[int]) -> None:
    spans = spans_of(numbers)
    assert {n for first, last in spans for n in range(first, last + 1)} == numbers
    assert all(b[0] > a[1] + 1 for a, b in pairwise(spans))


@given(STRETCHES, STRETCHES)
def test_spans_behave_as_a_set(
    added: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int]]
) -> None:
    spans, model = Spans(), set[int]()
    for first, more in added:
        stretch = set(range(first, first + more + 1))
        assert spans.add(first, first + more) == (not stretch & model)
        model |= set() if stretch & model else stretch
        assert tuple(spans) == spans_of(model)
    for first, more in taken:
        stretch = set(range(first, first + more + 1))
        assert spans.take(first, first + more) == (stretch <= model)
        model -= stretch if stretch <= model else set()
        assert tuple(spans) == spans_of(model)
    assert len(spans) == len(model)
    assert all((n in spans) == (n in model) for n in range(70))


def issued(serial: int, lease: str | None = None, prefix: str = "A") -> e.TicketIssued:
    return e.TicketIssued(
        f"{prefix}{serial}",
        number_text(prefix, serial),
        prefix,
        serial,
        prefix,
        None,
        "ordinary",
        None,
        None,
        0,
        (),
        0,
        None,
        None,
        lease=lease,
    )


def lent(first: int, last: int) -> x.LeaseIssued:
    return x.LeaseIssued(f"L{first}", "k", DAY, "A", first, last)


def voided(first: int, last: int) -> x.NumbersVoided:
    return x.NumbersVoided("L", "k", DAY, "A", first, last, "given_back")


def book_of(*events: e.Event) -> NumberBook:
    book = NumberBook()
    for event in events:
        book.take(event, DAY)
    return book


def test_a_day_with_a_lease_adds_up() -> None:
    book = book_of(
        issued(1), lent(2, 5), issued(6), issued(3, "L2"), issued(1, prefix="B"), voided(4, 5)
    )
    account = book.accounts[DAY, "A"]
    assert (account.last, tuple(account.blocks)) == (6, ((2, 5),))
    assert tuple(account.accounted) == ((1, 1), (3, 6))
    assert tuple(account.lent) == ((2, 2),)
    book.forget_before("2026-11-24")
    assert list(book.accounts) == [(DAY, "A")], "a number is still out"


@pytest.mark.parametrize(
    "events",
    [
        (issued(2),),
        (issued(1), issued(1)),
        (issued(1), issued(3)),
        (issued(1), lent(1, 5)),
        (lent(901, 905), issued(1), issued(3)),
        (lent(901, 905), lent(906, 905)),
        (lent(3, 5), issued(1), issued(2), issued(3)),
        (lent(1, 5), lent(5, 9)),
        (lent(1, 5), issued(5)),
        (lent(1, 5), issued(6, "L1")),
        (lent(1, 5), issued(2, "L1"), issued(2, "L1")),
        (lent(1, 5), issued(2, "L1"), voided(1, 3)),
        (lent(1, 5), voided(4, 6)),
        (voided(1, 1),),
    ],
)
def test_what_does_not_add_up_is_found_at_its_event(events: tuple[e.Event, ...]) -> None:
    book = book_of(*events[:-1])
    with pytest.raises(NumberFault):
        book.take(events[-1], DAY)
