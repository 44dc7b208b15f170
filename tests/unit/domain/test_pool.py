"""Pools of waiting people as values."""

from __future__ import annotations

from queue_server.domain.pool import Arrival, Place, Pool, QueueKey

KEY = QueueKey("A", "normal")


class CountedName(str):
    """Counts how often one is compared with another."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        CountedName.compared += 1
        return str.__eq__(self, other)  # type: ignore[arg-type]

    __hash__ = str.__hash__


def crowd(people: int) -> Pool:
    pool = Pool()
    for n in range(people):
        pool.add(KEY, Place(0, Arrival(n, "A", n, CountedName(f"ticket-{n}"))), 0)
    return pool


def test_two_pools_are_compared_without_looking_at_everybody_for_each() -> None:
    """The snapshot of a crowded day is compared with what was written."""
    one, other = crowd(300), crowd(300)
    CountedName.compared = 0
    assert one == other
    assert CountedName.compared < 10 * 300


def test_pools_with_other_chains_or_counts_differ() -> None:
    one, other = crowd(3), crowd(3)
    other.note_overtaking(1)
    assert one != other
    late = crowd(2)
    late.add(KEY, Place(0, Arrival(2, "A", 2, CountedName("ticket-2"))), 5)
    assert one != late
