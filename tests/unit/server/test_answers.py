"""How a request is told from another: the digests stand in journals and must never change."""

from __future__ import annotations

import pytest

from queue_server.answers import asked
from queue_server.domain import commands as c
from queue_server.domain.appointments import BookAppointment, CheckIn
from queue_server.domain.leases import HandIn, OfflineTicket, TakeLeases

# As the first version of the program wrote them.
STORED = (
    (c.IssueTicket("id2", "A"), "IssueTicket:2bfdd261e6ff35f0"),
    (
        c.IssueTicket("id1", "A", age_years=70, person="p", then=("B",)),
        "IssueTicket:937f6d28962cf323",
    ),
    (c.CallNext("3"), "CallNext:823eab18f0ae5b53"),
    (c.Finish("3", "x", "t"), "Finish:0afc07b62d8d67ae"),
    (TakeLeases("l", "k", ("A",), 5), "TakeLeases:f12b334f56d06518"),
)


@pytest.mark.parametrize(("command", "stored"), STORED)
def test_a_request_is_named_as_it_always_was(command: c.Command, stored: str) -> None:
    assert asked(command) == stored


def _offline(age_years: int) -> HandIn:
    return HandIn("k", (OfflineTicket("t", "l", 1, "A", 0, age_years=age_years),))


@pytest.mark.parametrize(
    ("first", "again", "other"),
    [
        (
            c.IssueTicket("1", "A", age_years=59),
            c.IssueTicket("2", "A", age_years=60),
            c.IssueTicket("1", "B", age_years=59),
        ),
        (CheckIn("1", "1234"), CheckIn("2", "1234", age_years=60), CheckIn("1", "4321")),
        (TakeLeases("1", "k"), TakeLeases("2", "k"), TakeLeases("1", "other")),
        (
            BookAppointment("1", ("a",), "A", None, 5, "p"),
            BookAppointment("2", ("b",), "A", None, 5, "p"),
            BookAppointment("1", ("a",), "A", None, 6, "p"),
        ),
        (_offline(59), _offline(60), HandIn("k", give_back=("l",))),
    ],
)
def test_a_repeat_is_known_by_what_it_has_in_common(
    first: c.Command, again: c.Command, other: c.Command
) -> None:
    assert asked(first) == asked(again) != asked(other)
