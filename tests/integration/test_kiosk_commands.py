"""What a kiosk asks beside numbers: whose ticket this is, and for a person to come; over HTTP."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"
FIND = f"{HALL}/tickets/find"
HELP = f"{HALL}/kiosks/kiosk/help"
CARD = {"id_number": "990101194001010014", "name": "王芳", "birth": "1940-01-01"}


@pytest.fixture(scope="module")
def kiosk(server: ServerProcess) -> Client:
    return server.client("kiosk")  # its name is its role's


def people_noted(server: ServerProcess) -> int:
    with closing(sqlite3.connect(server.folder / "hall.db")) as database:
        found: int = database.execute("SELECT count(*) FROM person").fetchone()[0]
        return found


def test_a_card_a_code_and_a_number_find_the_ticket_that_is_not_over(kiosk: Client) -> None:
    _, body = kiosk.post(f"{HALL}/tickets", service="D", person=CARD)
    first = body["ticket"]
    _, body = kiosk.post(f"{HALL}/tickets", service="A", person=CARD)
    second = body["ticket"]
    status, found = kiosk.request("POST", FIND, {"id_number": CARD["id_number"]})
    assert status == 200
    assert {t["id"] for t in found["tickets"]} == {first["id"], second["id"]}
    token = first["follow_path"].removeprefix("/t/")
    assert kiosk.request("POST", FIND, {"token": token})[1]["tickets"][0]["id"] == first["id"]
    number = first["number"].lower()
    (by_number,) = kiosk.request("POST", FIND, {"number": number})[1]["tickets"]
    assert by_number["id"] == first["id"]
    assert (by_number["follow_path"], by_number["review_code"]) == ("", ""), "on every screen"
    kiosk.post(f"{HALL}/tickets/{second['id']}/cancel")
    _, found = kiosk.request("POST", FIND, {"id_number": CARD["id_number"]})
    assert [t["id"] for t in found["tickets"]] == [first["id"]]


def test_nobodys_card_finds_nothing_and_nothing_asked_is_refused(
    server: ServerProcess, kiosk: Client
) -> None:
    nobody = {"id_number": "990101195001010010"}
    known = people_noted(server)
    assert kiosk.request("POST", FIND, nobody) == (200, {"tickets": []})
    assert kiosk.request("POST", f"{HALL}/reviews/find", nobody) == (200, {"visits": []})
    assert people_noted(server) == known  # asking leaves nothing behind
    assert kiosk.request("POST", FIND, {"token": "nope"}) == (200, {"tickets": []})
    assert kiosk.request("POST", FIND, {})[0] == 422
    assert kiosk.request("POST", FIND, {"number": "not a number"})[0] == 422


@pytest.mark.parametrize("role", ["clerk", "manager", "screen", "auditor"])
def test_only_a_kiosk_finds_tickets_by_card(server: ServerProcess, role: str) -> None:
    answer = server.client(role).request("POST", FIND, {"id_number": CARD["id_number"]})
    assert answer[0] == 403


def test_a_call_for_help_stands_on_the_board_until_somebody_goes(
    server: ServerProcess, kiosk: Client
) -> None:
    manager = server.client("manager")
    assert kiosk.get(HELP)[1]["state"] == "none"
    for _ in range(2):
        status, body = kiosk.post(HELP, place="guide")
        assert (status, body["state"], body["place"]) == (200, "calling", "guide")
    on_board = [d for d in manager.get(HALL)[1]["devices"] if d["kind"] == "help"]
    assert [(d["id"], d["state"]) for d in on_board] == [("kiosk-help", "calling")]
    assert kiosk.post(f"{HELP}/answered")[0] == 403
    assert manager.post(f"{HELP}/answered")[1]["state"] == "answered"
    assert kiosk.get(HELP)[1]["state"] == "answered"
    assert kiosk.post(HELP, place="home")[1]["state"] == "calling"
    events = [e for e in server.client("admin").journal() if e["event"] == "device_changed"]
    told = [e["data"]["state"] for e in events if e["data"]["kind"] == "help"]
    assert told == ["calling", "ok", "calling"]
    assert CARD["id_number"] not in json.dumps(events)


def test_a_kiosk_calls_under_its_own_name_and_says_nothing_of_the_person(kiosk: Client) -> None:
    assert kiosk.post(HELP, place="Wang Fang 13800000000")[0] == 422
