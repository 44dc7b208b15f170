"""Offline leases and hand-ins over real HTTP, also across a crash and a restart."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.server import Client, ServerProcess, proved

HALL = "/api/v1/halls/demo"
MINE = f"{HALL}/kiosks/kiosk"


@pytest.fixture(scope="module")
def kiosk(server: ServerProcess) -> Client:
    return server.client("kiosk")  # a token without a name: it says itself which kiosk it is


def borrow(kiosk: Client, service: str, size: int = 4) -> dict[str, Any]:
    status, body = kiosk.post(f"{MINE}/leases", services=[service], size=size)
    assert status == 200, body
    found: dict[str, Any] = next(x for x in body["leases"] if x["service"] == service)
    return found


def ticket(lease: dict[str, Any], serial: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "lease": lease["id"],
        "serial": serial,
        "service": lease["service"],
        "issued_at": datetime.now(UTC).isoformat(),
        "printed": True,
        **fields,
    }


def test_a_kiosk_borrows_gives_out_hands_in_and_gives_back(admin: Client, kiosk: Client) -> None:
    own = int(admin.issue("G")["number"][1:])
    lease = borrow(kiosk, "G")
    before = lease["first"] - 1
    assert (before, lease["last"], lease["digits"]) == (900, 904, 3)
    assert borrow(kiosk, "G") == lease, "asking again gives what it has"
    assert int(admin.issue("G")["number"][1:]) == own + 1
    card = {"id_number": "990101194001010014", "birth": "1940-01-01"}
    handed = [ticket(lease, before + 2, person=card), ticket(lease, before + 1)]
    sent = {"request_id": str(uuid.uuid4()), "tickets": handed, "give_back": [lease["id"]]}
    status, body = kiosk.request("POST", f"{MINE}/handins", sent)
    assert status == 200, body
    assert [t["result"] for t in body["tickets"]] == ["joined", "joined"]
    first = body["tickets"][0]["ticket"]
    assert (first["number"], first["priority_class"]) == (f"G{before + 2:03d}", "elderly")
    assert (first["printed"], first["offline"], first["booked_for"]) == (True, True, None)
    assert first["follow_path"].startswith("/t/")
    voided = [[before + 3, before + 4]]
    assert body["given_back"] == [{"lease": lease["id"], "voided": voided}]
    assert body["leases"] == []
    assert kiosk.request("POST", f"{MINE}/handins", sent) == (200, body), "the same answer"
    status, again = kiosk.post(f"{MINE}/handins", tickets=handed)
    assert [t["result"] for t in again["tickets"]] == ["known", "known"]
    assert admin.get(f"{HALL}/tickets/{handed[0]['id']}")[0] == 200


def test_a_ticket_that_does_not_fit_is_told_of_and_kept(admin: Client, kiosk: Client) -> None:
    lease = borrow(kiosk, "F")
    good = ticket(lease, lease["first"])
    twin = ticket(lease, lease["first"])
    dead_clock = ticket(lease, lease["last"], issued_at="0001-01-01T00:00:00Z")
    status, body = kiosk.post(f"{MINE}/handins", tickets=[good, twin, dead_clock])
    assert status == 200, body
    assert [(t["result"], t["code"]) for t in body["tickets"]] == [
        ("joined", None),
        ("refused", "number_taken"),
        ("joined", None),
    ]
    assert body["tickets"][1]["message"]
    refused = [x for x in admin.journal() if x["event"] == "offline_ticket_refused"]
    assert refused[-1]["data"]["offered"] == twin["id"]
    status, board = admin.get(f"{HALL}/kiosks")
    assert (status, board["refused"][0]["number"]) == (200, f"F{lease['first']:03d}")
    assert lease["id"] in {x["id"] for x in board["leases"]}
    assert kiosk.get(f"{HALL}/kiosks")[0] == 403
    used = ticket(lease, lease["first"] + 1, id=good["id"])
    status, body = kiosk.post(f"{MINE}/handins", tickets=[used])
    assert body["tickets"][0]["code"] == "ticket_id_used"


def test_a_kiosk_acts_for_itself_and_nobody_else_borrows(
    server: ServerProcess, admin: Client, kiosk: Client
) -> None:
    named = Client(server.url, "demo-kiosk-1-token")
    for act in ("leases", "handins", "help"):
        fields = {"place": "home"} if act == "help" else {}
        status, body = named.post(f"{HALL}/kiosks/other/{act}", **fields)
        assert (status, body["error"]["code"]) == (403, "not_your_kiosk")
        assert kiosk.post(f"{HALL}/kiosks/kiosk-7/{act}", **fields)[0] == 200
        assert named.post(f"{HALL}/kiosks/kiosk-1/{act}", **fields)[0] == 200
    given = {c.issue("A", kiosk="other")["number"]: c for c in (named, kiosk, admin)}
    issued = [x["data"] for x in admin.journal() if x["event"] == "ticket_issued"]
    by_number = {x["number"]: x["kiosk"] for x in issued if x["number"] in given}
    assert list(by_number.values()) == ["kiosk-1", "other", "other"]
    for role in ("clerk", "manager", "screen", "auditor"):
        assert server.client(role).post(f"{MINE}/leases")[0] == 403
    status, body = kiosk.post(f"{MINE}/leases", size=1000)
    assert (status, body["error"]["code"]) == (409, "lease_too_large")
    naive = {"id": str(uuid.uuid4()), "lease": "x", "serial": 1, "service": "A"}
    status, body = kiosk.post(
        f"{MINE}/handins", tickets=[{**naive, "issued_at": "2026-11-23T09:00:00"}]
    )
    assert (status, body["error"]["code"]) == (422, "fields_invalid")


def test_a_lease_survives_a_crash_and_the_journal_proves_it(fresh: ServerProcess) -> None:
    kiosk, admin = fresh.client("kiosk"), fresh.client("admin")
    lease = borrow(kiosk, "A")
    early = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert kiosk.post(f"{MINE}/handins", tickets=[ticket(lease, 902, issued_at=early)])[0] == 200
    fresh.kill()
    fresh.start()
    again = borrow(kiosk, "A")
    assert again["id"] == lease["id"]
    assert again["left"] == [[901, 901], [903, 904]]
    assert admin.issue("A")["number"] == "A001"
    assert kiosk.post(f"{MINE}/handins", give_back=[lease["id"]])[0] == 200
    assert proved(fresh) == 0
