"""What a person asks beside the window, over HTTP: keep, more minutes, another window."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"


def test_a_number_without_paper_is_kept(admin: Client) -> None:
    ticket = admin.issue("A")
    path = f"{HALL}/tickets/{ticket['id']}"
    assert admin.post(f"{path}/print-failed")[1]["ticket"]["kept"] is False
    for _ in range(2):
        status, body = admin.post(f"{path}/keep")
        assert (status, body["ticket"]["kept"], body["ticket"]["printed"]) == (200, True, False)


def test_ten_more_minutes(server: ServerProcess, admin: Client) -> None:
    ticket = admin.issue("D")
    assert ticket["may_defer"] is True
    path = f"{HALL}/tickets/{ticket['id']}"
    deferred = admin.post(f"{path}/defer", minutes=10)[1]["ticket"]
    assert deferred["status"] == "waiting"
    assert deferred["deferred_until"] is not None
    assert deferred["may_defer"] is False
    assert admin.at("4", "call-next")[1]["ticket"] is None
    status, body = admin.post(f"{path}/defer", minutes=1)
    assert (status, body["error"]["code"]) == (409, "deferred_too_often")
    assert admin.post(f"{path}/resume")[1]["ticket"]["deferred_until"] is None
    assert admin.at("4", "call-next")[1]["ticket"]["id"] == ticket["id"]


def test_ten_more_minutes_by_phone(server: ServerProcess, admin: Client) -> None:
    """The ticket's code is enough, and nothing else is."""
    anybody = server.client(None)
    ticket = admin.issue("E")
    status, body = anybody.post(f"/api/v1{ticket['follow_path']}/defer", minutes=5)
    assert (status, body["ticket"]["deferred_until"] is None) == (200, False)
    assert anybody.post("/api/v1/t/no-such-code/defer", minutes=5)[0] == 404
    assert anybody.post(f"{HALL}/tickets/{ticket['id']}/resume")[0] in (401, 403)
    deferred = [x for x in admin.journal() if x["event"] == "ticket_deferred"]
    assert deferred[-1]["data"]["by"] == "person:phone"


def test_a_waiting_ticket_is_sent_to_a_clerk(server: ServerProcess, admin: Client) -> None:
    clerk = server.client("clerk", window="6")
    clerk.at("6", "close")
    clerk.at("6", "open")
    login = next(w for w in admin.get(HALL)[1]["windows"] if w["id"] == "6")["clerk"]
    ticket = admin.issue("C")
    for own in ({"clerk": login}, {"window": "6"}):
        status, body = clerk.post(f"{HALL}/tickets/{ticket['id']}/transfer", **own)
        assert (status, body["error"]["code"]) == (403, "call_chosen_instead")
    status, body = admin.post(f"{HALL}/tickets/{ticket['id']}/transfer", clerk=login)
    assert status == 200, body
    assert admin.at("3", "call-next")[1]["ticket"] is None
    called = clerk.at("6", "call-next")[1]
    assert called["ticket"]["id"] == ticket["id"]
    assert server.client(None).get(HALL)[1]["windows"][5]["clerk"] is None


def test_parked_people_are_listed_and_why_is_for_staff(
    server: ServerProcess, admin: Client
) -> None:
    ticket = admin.issue("G")
    admin.at("8", "call-ticket", ticket=ticket["id"], reason="试")
    for far in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"):
        status, body = admin.at("8", "park", reason="去银行", until=far)
        assert (status, body["error"]["code"]) == (422, "until_out_of_bounds")
        assert [each["field"] for each in body["error"]["detail"]["fields"]] == ["body.until"]
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    admin.at("8", "park", reason="去银行", until=until.isoformat())
    shown = next(t for t in admin.get(HALL)[1]["parked"] if t["id"] == ticket["id"])
    assert (shown["reason"], shown["window"]) == ("去银行", "8")
    assert datetime.fromisoformat(shown["until"]) == until
    public = next(t for t in server.client(None).get(HALL)[1]["parked"] if t["id"] == ticket["id"])
    assert public["reason"] is None


def test_who_was_parked_until_a_time_is_back_when_it_comes(admin: Client) -> None:
    ticket = admin.issue("F")
    admin.at("6", "call-ticket", ticket=ticket["id"], reason="试")
    until = datetime.now(UTC) + timedelta(seconds=1)
    assert admin.at("6", "park", reason="去银行", until=until.isoformat())[0] == 200
    path = f"{HALL}/tickets/{ticket['id']}"
    while datetime.now(UTC) < until:
        time.sleep(0.05)
    give_up_at = time.monotonic() + 7  # well before the next round of everything
    while admin.get(path)[1]["ticket"]["status"] == "parked":
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    assert admin.get(path)[1]["ticket"]["status"] == "waiting"
