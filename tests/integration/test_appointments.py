"""Appointments over real HTTP: free slots, booking, changing, checking in, the day's list."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

import pytest

from foundation.id_number import check_character
from tests.support.server import Client, ServerProcess, proved

HALL = "/api/v1/halls/demo"
BOOK = f"{HALL}/appointments"


def card(serial: int) -> dict[str, str]:
    """A person of no real place; the same number is the same person."""
    digits = f"99010119500101{serial:03d}"
    return {"id_number": digits + check_character(digits), "birth": "1950-01-01"}


@pytest.fixture(scope="module")
def kiosk(server: ServerProcess) -> Client:
    return server.client("kiosk")


def free_slots(client: Client, service: str = "F") -> list[dict[str, Any]]:
    status, body = client.get(f"{BOOK}/slots?service={service}")
    assert status == 200, body
    assert body["horizon_days"] == 7
    return [slot for day in body["days"] for slot in day["slots"] if slot["free"] > 0]


def booked(client: Client, person: int, slot: int = 0, **fields: Any) -> dict[str, Any]:
    starts_at = free_slots(client)[slot]["starts_at"]
    given = {"service": "F", "starts_at": starts_at, "person": card(person), **fields}
    status, body = client.post(BOOK, **given)
    assert status == 201, body
    made: dict[str, Any] = body["appointment"]
    return made


def test_a_number_that_is_on_no_card_is_told_in_words(kiosk: Client) -> None:
    """Typed in with a wrong last digit, it would not match the card on the day."""
    slot = free_slots(kiosk)[-1]
    right = card(2)["id_number"]
    wrong = {"id_number": right[:-1] + ("1" if right[-1] == "0" else "0")}
    status, body = kiosk.post(BOOK, service="F", starts_at=slot["starts_at"], person=wrong)
    (field,) = body["error"]["detail"]["fields"]
    assert (status, field["field"]) == (422, "body.person")
    assert "身份证号码不对" in field["problem"]
    assert wrong["id_number"] not in str(body)


def test_booking_takes_a_place_once(kiosk: Client) -> None:
    slot = free_slots(kiosk)[-1]
    asked = {
        "request_id": str(uuid.uuid4()),
        "service": "F",
        "starts_at": slot["starts_at"],
        "person": card(1),
    }
    status, first = kiosk.request("POST", BOOK, asked)
    assert status == 201
    made = first["appointment"]
    assert (made["status"], made["service"], len(made["code"])) == ("booked", "F", 6)
    assert made["starts_at"] == slot["starts_at"]
    assert kiosk.request("POST", BOOK, asked) == (200, first)
    assert free_slots(kiosk)[-1]["free"] == slot["free"] - 1
    status, body = kiosk.post(BOOK, service="F", starts_at=slot["starts_at"], person=card(1))
    assert (status, body["error"]["code"]) == (409, "appointment_exists")


def test_a_full_or_impossible_slot_is_refused(kiosk: Client) -> None:
    slots = free_slots(kiosk, "G")
    starts_at = slots[-1]["starts_at"]
    for person in range(10, 10 + slots[-1]["free"]):
        given = {"service": "G", "starts_at": starts_at, "person": card(person)}
        assert kiosk.post(BOOK, **given)[0] == 201
    status, body = kiosk.post(BOOK, service="G", starts_at=starts_at, person=card(20))
    assert (status, body["error"]["code"]) == (409, "slot_full")
    status, body = kiosk.post(
        BOOK, service="G", starts_at="2026-01-01T09:00:00+08:00", person=card(20)
    )
    assert (status, body["error"]["code"]) == (409, "slot_unknown")
    for wrong in ({"starts_at": "9999-12-31T23:59:59Z"}, {"starts_at": "soon"}, {}):
        assert kiosk.post(BOOK, service="G", person=card(20), **wrong)[0] == 422


def test_finding_changing_and_cancelling(kiosk: Client) -> None:
    made = booked(kiosk, 30, slot=-1, phone="+86 138-0000-0030")
    for who in ({"code": made["code"]}, {"person": card(30)}, {"phone": "13800000030"}):
        status, body = kiosk.post(f"{BOOK}/find", **who)
        assert status == 200, body
        assert [a["id"] for a in body["appointments"]] == [made["id"]]
    assert kiosk.post(f"{BOOK}/find")[0] == 422
    assert kiosk.post(f"{BOOK}/find", code=made["code"], phone="13800000030")[0] == 422
    starts_at = free_slots(kiosk)[-2]["starts_at"]
    status, body = kiosk.post(f"{BOOK}/{made['code']}/change", starts_at=starts_at)
    assert (status, body["appointment"]["starts_at"]) == (200, starts_at)
    status, body = kiosk.post(f"{BOOK}/{made['id']}/cancel")
    assert (status, body["appointment"]["status"]) == (200, "cancelled")
    status, body = kiosk.post(f"{BOOK}/{made['id']}/change", starts_at=starts_at)
    assert (status, body["error"]["code"]) == (409, "appointment_not_open")
    assert kiosk.post(f"{BOOK}/404404/cancel")[0] == 404
    _, body = kiosk.post(f"{BOOK}/find", person=card(30))
    assert body["appointments"] == []


def test_checking_in_gives_one_ticket(kiosk: Client, admin: Client) -> None:
    made = booked(kiosk, 40, phone="13800004040")
    today = admin.get(HALL)[1]["business_day"]
    if made["day"] != today:  # shortly before midnight the next time is tomorrow's
        status, body = kiosk.post(f"{BOOK}/check-in", code=made["code"])
        assert (status, body["error"]["code"]) == (409, "appointment_other_day")
        return
    status, body = kiosk.post(f"{BOOK}/check-in", code=made["code"], kiosk="kiosk-1")
    assert status == 201, body
    ticket = body["ticket"]
    assert (ticket["status"], ticket["service"]) == ("waiting", "F")
    assert ticket["priority_class"] == "appointment"
    assert ticket["booked_for"] == made["starts_at"]
    assert body["appointment"]["status"] == "checked_in"
    for who in ({"code": made["code"]}, {"person": card(40)}, {"phone_last4": "4040"}):
        status, again = kiosk.post(f"{BOOK}/check-in", **who)
        assert (status, again["ticket"]["number"]) == (200, ticket["number"])
        assert again["ticket"]["reprint"] is True
    status, body = admin.get(BOOK)
    assert (status, body["day"]) == (200, today)
    mine = next(a for a in body["appointments"] if a["id"] == made["id"])
    assert (mine["status"], mine["ticket"], mine["with_phone"]) == (
        "checked_in",
        ticket["id"],
        True,
    )
    called = admin.at("6", "call-ticket", ticket=ticket["id"], reason="试")
    assert called[0] == 200


def test_who_cannot_check_in_is_told_why(kiosk: Client) -> None:
    later = booked(kiosk, 50, slot=-1)
    status, body = kiosk.post(f"{BOOK}/check-in", code=later["code"])
    assert (status, body["error"]["code"]) == (409, "appointment_other_day")
    status, body = kiosk.post(f"{BOOK}/check-in", person=card(51))
    assert (status, body["error"]["code"]) == (404, "not_found")
    assert kiosk.post(f"{BOOK}/check-in")[0] == 422
    assert kiosk.post(f"{BOOK}/check-in", phone_last4="123")[0] == 422


def test_the_list_is_for_staff_and_the_past_in_the_journal(
    server: ServerProcess, kiosk: Client, admin: Client
) -> None:
    assert kiosk.get(BOOK)[0] == 403
    assert server.client(None).get(BOOK)[0] == 401
    assert server.client(None).get(f"{BOOK}/slots?service=F")[0] == 200
    status, body = admin.get(f"{BOOK}?day=2020-01-01")
    assert (status, body["error"]["code"]) == (400, "day_past")
    assert admin.get(f"{BOOK}/slots?service=Z")[0] == 404
    assert admin.get(f"{BOOK}/slots?service=F&day=2020-01-01")[1]["days"][0]["slots"] == []


def test_neither_phone_nor_card_is_written_anywhere(fresh: ServerProcess) -> None:
    client, admin = fresh.client("clerk"), fresh.client("admin")
    made = booked(client, 77, slot=-1, phone="13899997777")
    event = next(x for x in admin.journal() if x["event"] == "appointment_booked")
    assert event["data"]["code"] == made["code"]
    assert len(event["data"]["phone"]) == len(event["data"]["phone_tail"]) == 64
    booked(client, 78, slot=0)
    assert client.post(f"{BOOK}/{booked(client, 79, slot=1)['id']}/cancel")[0] == 200
    fresh.kill()
    fresh.start()
    _, body = fresh.client("clerk").post(f"{BOOK}/find", phone="138 9999 7777")
    assert [a["id"] for a in body["appointments"]] == [made["id"]]
    fresh.stop()
    secrets = (b"13899997777", card(77)["id_number"].encode())
    with sqlite3.connect(fresh.folder / "hall.db") as connection:
        dump = "\n".join(connection.iterdump()).encode() + fresh.log.read_bytes()
    connection.close()
    assert not any(secret in dump for secret in secrets)
    assert proved(fresh) == 0
