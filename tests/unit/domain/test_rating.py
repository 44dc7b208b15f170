"""Ratings: one for each finished service, by whoever was served, at the window that served them."""

from __future__ import annotations

import pytest

from queue_server.domain import commands as c
from queue_server.domain.errors import NotFound, Refusal, WrongState
from tests.support.hall import Hall


def served(hall: Hall, then: tuple[str, ...] = ()) -> str:
    ticket = hall.issue("A", then=then)
    for command in (c.CallNext("1"), c.Start("1"), c.Finish("1")):
        hall.do(command)
    return str(ticket.id)


def test_a_finished_service_is_rated_once() -> None:
    hall = Hall()
    ticket = served(hall)
    (event,) = hall.do(c.RateStep("1", ticket, 4))
    assert (event.name, event.level) == ("step_rated", 4)  # type: ignore[attr-defined]
    with pytest.raises(WrongState) as refused:
        hall.do(c.RateStep("1", ticket, 5))
    assert refused.value.code == "nothing_to_rate"


def test_a_rating_may_come_while_the_next_person_is_served() -> None:
    hall = Hall()
    first = served(hall)
    second = served(hall)
    hall.do(c.RateStep("1", first, 5))
    hall.do(c.RateStep("1", second, 1))


def test_a_step_of_a_longer_visit_is_rated_too() -> None:
    hall = Hall()
    ticket = served(hall, then=("B",))
    hall.do(c.RateStep("1", ticket, 3))


@pytest.mark.parametrize(
    ("window", "ticket", "level", "refusal"),
    [
        ("2", None, 5, WrongState),  # served elsewhere
        ("1", None, 0, WrongState),
        ("1", None, 6, WrongState),
        ("1", "nobody", 5, NotFound),
        ("99", None, 5, NotFound),
    ],
)
def test_what_cannot_be_rated(
    window: str, ticket: str | None, level: int, refusal: type[Refusal]
) -> None:
    hall = Hall()
    known = served(hall)
    with pytest.raises(refusal):
        hall.do(c.RateStep(window, ticket or known, level))


def test_who_waits_was_not_served() -> None:
    hall = Hall()
    with pytest.raises(WrongState):
        hall.do(c.RateStep("1", hall.issue("A").id, 5))
