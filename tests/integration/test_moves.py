"""Every cell of the lifecycle table over HTTP: a legal move is made, an illegal one is refused with
both states named and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from queue_server.domain.lifecycle import TABLE
from queue_server.domain.vocabulary import AT_A_WINDOW, ENDED, Happening, TicketStatus
from tests.support.server import Client

HALL = "/api/v1/halls/demo"
WINDOW = "8"

# the clock alone closes days, and with them tickets expire: tests/unit/domain/test_day_close.py
STATES = [s for s in TicketStatus if s is not TicketStatus.EXPIRED]
HAPPENINGS = [h for h in Happening if h is not Happening.DAY_CLOSED]

_WAYS: dict[TicketStatus, list[str]] = {
    TicketStatus.WAITING: [],
    TicketStatus.CALLED: ["call"],
    TicketStatus.SERVING: ["call", "start"],
    TicketStatus.MISSED: ["call", "miss"],
    TicketStatus.PARKED: ["call", "park"],
    TicketStatus.FINISHED: ["call", "start", "finish"],
    TicketStatus.CANCELLED: ["cancel"],
}


@pytest.fixture(scope="module")
def clerk(admin: Client) -> Client:
    """Calls may follow each other at once."""
    status, body = admin.post(f"{HALL}/dispatch", settings={"recall_pause_s": 0})
    assert status == 200, body
    return admin


@pytest.fixture
def free_window(clerk: Client) -> Iterator[str]:
    yield WINDOW
    for act in ("start", "finish"):
        clerk.at(WINDOW, act)


def act(clerk: Client, ticket: str, what: str) -> tuple[int, Any]:
    """One step of the ways above, at the window or on the ticket."""
    if what == "call":
        return clerk.at(WINDOW, "call-ticket", ticket=ticket, reason="试")
    if what == "cancel":
        return clerk.post(f"{HALL}/tickets/{ticket}/cancel")
    return clerk.at(WINDOW, what, ticket=ticket, reason="试")


def bring(clerk: Client, status: TicketStatus) -> str:
    """A fresh ticket in that state."""
    ticket: str = clerk.issue("G")["id"]
    for what in _WAYS[status]:
        assert act(clerk, ticket, what)[0] == 200
    return ticket


def attempt(
    clerk: Client, ticket: str, status: TicketStatus, happening: Happening
) -> tuple[int, Any]:
    """Asks for what would make this happen."""
    if happening is Happening.CALLED:
        if status in AT_A_WINDOW:
            return clerk.at(WINDOW, "recall", ticket=ticket)
        return act(clerk, ticket, "call")
    if happening is Happening.TRANSFERRED and status not in AT_A_WINDOW:
        return clerk.post(f"{HALL}/tickets/{ticket}/transfer", service="F")
    on_ticket = {
        Happening.REJOINED: "rejoin",
        Happening.RESUMED: "resume",
        Happening.CANCELLED: "cancel",
    }
    if happening in on_ticket:
        return clerk.post(f"{HALL}/tickets/{ticket}/{on_ticket[happening]}")
    at_window = {
        Happening.STARTED: "start",
        Happening.FINISHED: "finish",
        Happening.MISSED: "miss",
        Happening.PARKED: "park",
        Happening.TRANSFERRED: "transfer",
    }
    fields = {"service": "F"} if happening is Happening.TRANSFERRED else {"reason": "试"}
    return clerk.at(WINDOW, at_window[happening], ticket=ticket, **fields)


@pytest.mark.parametrize("happening", HAPPENINGS)
@pytest.mark.parametrize("status", STATES)
def test_each_cell(
    clerk: Client, free_window: str, status: TicketStatus, happening: Happening
) -> None:
    ticket = bring(clerk, status)
    before, seq = look(clerk, ticket), clerk.get(HALL)[1]["seq"]
    answer, body = attempt(clerk, ticket, status, happening)
    reached = TABLE[status].get(happening)
    if reached is not None:
        assert answer == 200, body
        assert look(clerk, ticket)["status"] in {s.value for s in reached}
        return
    assert (answer, body["error"]["code"]) == (409, "illegal_move")
    assert body["error"]["detail"]["status"] == status.value
    assert body["error"]["detail"]["to"] in {s.value for s in TicketStatus}
    assert look(clerk, ticket) == before
    assert clerk.get(HALL)[1]["seq"] == seq


def look(clerk: Client, ticket: str) -> Any:
    """Without the estimate, which the clock moves."""
    found = clerk.get(f"{HALL}/tickets/{ticket}")[1]["ticket"]
    return {name: value for name, value in found.items() if name != "wait"}


def test_a_visit_of_several_steps_keeps_its_number(clerk: Client, free_window: str) -> None:
    ticket = clerk.issue("G", then=["F"])
    assert ticket["then"] == ["F"]
    for status, service in (("waiting", "F"), ("finished", "F")):
        assert act(clerk, ticket["id"], "call")[0] == 200
        clerk.at(WINDOW, "start")
        ended = clerk.at(WINDOW, "finish")[1]["ticket"]
        assert (ended["status"], ended["service"]) == (status, service)
        assert ended["number"] == ticket["number"]


@pytest.mark.parametrize("status", [TicketStatus.FINISHED, TicketStatus.CANCELLED])
@pytest.mark.parametrize("what", ["keep", "defer"])
def test_nothing_happens_to_a_ticket_that_ended(
    clerk: Client, free_window: str, status: TicketStatus, what: str
) -> None:
    assert status in ENDED
    ticket = bring(clerk, status)
    answer, body = clerk.post(f"{HALL}/tickets/{ticket}/{what}")
    assert (answer, body["error"]["code"]) == (409, "illegal_move")
    assert body["error"]["detail"] == {
        "status": status.value,
        "to": "waiting",
        "happening": "kept" if what == "keep" else "deferred",
    }


def test_sent_to_a_clerk_and_back(clerk: Client) -> None:
    """With return: after the second window, back to the first clerk's."""
    ticket = clerk.issue("A")
    clerk.at("1", "call-ticket", ticket=ticket["id"], reason="试")
    clerk.at("1", "start")
    status, body = clerk.at("1", "transfer", clerk="nobody-here")
    assert (status, body["error"]["code"]) == (409, "clerk_at_no_window")
    status, body = clerk.post(f"{HALL}/windows/1/transfer", window="1")
    assert (status, body["error"]["code"]) == (422, "no_destination")
    assert clerk.at("1", "transfer", service="B", **{"return": True})[0] == 200
    assert clerk.at("2", "call-next")[1]["ticket"]["id"] == ticket["id"]
    status, body = clerk.at("2", "transfer")
    assert (status, body["error"]["code"]) == (422, "no_destination")
    clerk.at("2", "start")
    clerk.at("2", "finish")
    assert clerk.get(f"{HALL}/tickets/{ticket['id']}")[1]["ticket"]["windows"] == ["1"]
    assert clerk.at("2", "call-next")[1]["ticket"] is None, "kept for window 1"
    called = clerk.at("1", "call-next")[1]
    assert called["ticket"]["id"] == ticket["id"]
    assert called["why"]["figures"]["reason"] == "only_one"
