"""How often nobody in particular may ask."""

from __future__ import annotations

import pytest

from queue_server.web.errors import ApiError
from queue_server.web.public_limit import KEYS_AT_MOST, RateLimit


class Clock:
    s = 1000.0

    def __call__(self) -> float:
        return self.s


def _let_through(limit: RateLimit, key: str, tries: int) -> int:
    for done in range(tries):
        try:
            limit.take(key)
        except ApiError:
            return done
    return tries


def test_a_rush_is_let_through_and_a_flood_is_not() -> None:
    clock = Clock()
    limit = RateLimit(100, 10, clock)
    assert _let_through(limit, "hall", 5000) == 1000
    clock.s += 3
    assert _let_through(limit, "hall", 5000) == 300
    assert _let_through(limit, "another", 5000) == 1000  # nobody else is the worse for it
    clock.s += 3600
    assert _let_through(limit, "hall", 5000) == 1000  # and no more than a rush


def test_who_asked_too_often_is_told_when_to_come_again() -> None:
    clock = Clock()
    limit = RateLimit(0.5, 4, clock)
    assert _let_through(limit, "one", 9) == 2
    with pytest.raises(ApiError) as told:
        limit.take("one")
    assert (told.value.status, told.value.detail) == (429, {"retry_after_s": 2})
    clock.s += 2
    limit.take("one")


def test_no_limit_and_many_addresses() -> None:
    assert _let_through(RateLimit(0), "any", 5000) == 5000
    limit = RateLimit(1, 1, Clock())
    limit.take("first")
    for key in range(KEYS_AT_MOST):
        limit.take(str(key))
    limit.take("first")  # forgotten: memory is bounded
