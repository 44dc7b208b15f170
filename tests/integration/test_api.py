"""The API as outside clients see it, over real sockets."""

from __future__ import annotations

import array
import http.client
import io
import json
import math
import threading
import uuid
import wave
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from foundation.id_number import check_character
from queue_server.journal.chain import Record, verify
from tests.support.server import Client, ServerProcess, serial_of

HALL = "/api/v1/halls/demo"
STORES = ("sqlite", "postgres")


def drain(admin: Client) -> None:
    """Empties every line and every window."""
    for window in "123456789":
        for act in ("start", "finish"):
            admin.at(window, act)
        while True:
            status, body = admin.at(window, "call-next")
            assert status == 200, body
            if body["ticket"] is None:
                break
            assert admin.at(window, "start")[0] == 200
            assert admin.at(window, "finish")[0] == 200


def test_issue_answers_201_then_the_same_for_ever(admin: Client) -> None:
    asked = {"request_id": str(uuid.uuid4()), "service": "A"}
    status, first = admin.request("POST", f"{HALL}/tickets", asked)
    assert status == 201
    ticket = first["ticket"]
    assert ticket["status"] == "waiting"
    assert ticket["position"] == ticket["people_ahead"] + 1
    assert set(ticket["wait"]) == {"p50_s", "p90_s", "about"}
    for _ in range(3):
        status, again = admin.request("POST", f"{HALL}/tickets", asked)
        assert status == 200
        assert again == first


def test_a_request_id_means_one_thing(admin: Client) -> None:
    asked = {"request_id": str(uuid.uuid4()), "service": "A"}
    assert admin.request("POST", f"{HALL}/tickets", asked)[0] == 201
    status, body = admin.request("POST", f"{HALL}/tickets", {**asked, "service": "B"})
    assert (status, body["error"]["code"]) == (409, "request_id_reused")


def test_concurrent_repeats_of_one_request_give_one_ticket(admin: Client) -> None:
    asked = {"request_id": str(uuid.uuid4()), "service": "C"}

    def issue(_: int) -> tuple[int, Any]:
        return admin.request("POST", f"{HALL}/tickets", asked)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(issue, range(16)))
    assert Counter(status for status, _ in answers) == {201: 1, 200: 15}
    assert len({body["ticket"]["number"] for _, body in answers}) == 1


def test_numbers_are_gapless_under_load(admin: Client) -> None:
    with ThreadPoolExecutor(16) as pool:
        tickets = list(pool.map(lambda _: admin.issue("E"), range(200)))
    serials = sorted(serial_of(t["number"]) for t in tickets)
    assert serials == list(range(serials[0], serials[0] + 200))


def test_a_persons_second_wish_is_the_same_ticket(admin: Client) -> None:
    digits = "99010119400101001"
    number = digits + check_character(digits)
    person = {"id_number": number, "name": "样例", "birth": "1999-01-01"}
    first = admin.issue("G", person=person)  # the number itself tells the age
    assert first["priority_class"] == "elderly"
    status, body = admin.post(f"{HALL}/tickets", service="G", person=person)
    assert status == 200
    assert body["ticket"]["reprint"] is True
    assert body["ticket"]["number"] == first["number"]


def test_nothing_personal_reaches_journal_or_log(server: ServerProcess, admin: Client) -> None:
    number = "990101195505050028"
    admin.issue("D", person={"id_number": number, "name": "样例甲乙丙", "birth": "1955-05-05"})
    admin.request("POST", f"{HALL}/tickets", {"person": {"id_number": number}})
    told = json.dumps(admin.journal(), ensure_ascii=False)
    raw = server.log.read_bytes() + server.stored()
    for secret in (number, "样例甲乙丙"):
        assert secret not in told
        assert secret.encode() not in raw


def test_whole_cycle_at_a_window(admin: Client) -> None:
    drain(admin)
    ticket = admin.issue("F")
    status, body = admin.at("6", "call-next")
    assert status == 200
    assert body["ticket"]["id"] == ticket["id"]
    assert body["why"]["zh"]
    assert body["why"]["en"]
    assert body["window"]["ticket"]["status"] == "called"
    for act, wanted in (("recall", "called"), ("start", "serving"), ("finish", "finished")):
        status, body = admin.at("6", act)
        assert (status, body["ticket"]["status"]) == (200, wanted), act
    status, body = admin.get(f"{HALL}/tickets/{ticket['id']}")
    assert body["ticket"]["status"] == "finished"
    assert body["ticket"]["people_ahead"] is None


def test_nobody_waiting_is_an_answer_that_stays(admin: Client) -> None:
    drain(admin)
    rid = str(uuid.uuid4())
    first = admin.at("3", "call-next", request_id=rid)
    assert first[0] == 200
    assert first[1]["ticket"] is None
    admin.issue("C")
    assert admin.at("3", "call-next", request_id=rid) == first


def test_two_windows_never_get_the_same_ticket(admin: Client) -> None:
    drain(admin)
    tickets = {admin.issue("G")["id"] for _ in range(3)}
    barrier = threading.Barrier(3)

    def call(window: str) -> Any:
        barrier.wait()
        return admin.at(window, "call-next")[1]["ticket"]["id"]

    with ThreadPoolExecutor(3) as pool:
        called = list(pool.map(call, ["7", "8", "9"]))
    assert set(called) == tickets


def test_park_resume_transfer_and_chosen_call(admin: Client) -> None:
    drain(admin)
    ticket = admin.issue("A")
    path = f"{HALL}/tickets/{ticket['id']}"
    admin.at("1", "call-next")
    admin.at("1", "start")
    assert admin.at("1", "park", reason="去银行")[1]["ticket"]["status"] == "parked"
    assert admin.at("1", "call-next")[1]["ticket"] is None
    assert admin.post(f"{path}/resume")[1]["ticket"]["status"] == "waiting"
    assert admin.at("1", "call-next")[1]["ticket"]["id"] == ticket["id"]
    status, body = admin.at("1", "transfer", service="B", **{"return": True})
    assert (status, body["ticket"]["service"]) == (200, "B")
    status, body = admin.at("2", "call-ticket", ticket=ticket["id"], reason="老人久等")
    assert (status, body["ticket"]["window"]) == (200, "2")
    assert "老人久等" in body["why"]["zh"]


def test_miss_and_rejoin(admin: Client) -> None:
    drain(admin)
    ticket = admin.issue("B")
    admin.at("2", "call-next")
    assert admin.at("2", "miss")[1]["ticket"]["status"] == "missed"
    status, body = admin.post(f"{HALL}/tickets/{ticket['id']}/rejoin")
    assert (status, body["ticket"]["status"]) == (200, "waiting")


def test_print_failed_then_cancel(admin: Client) -> None:
    ticket = admin.issue("B")
    path = f"{HALL}/tickets/{ticket['id']}"
    assert admin.post(f"{path}/print-failed")[1]["ticket"]["printed"] is False
    assert admin.post(f"{path}/cancel")[1]["ticket"]["status"] == "cancelled"
    status, body = admin.post(f"{path}/cancel")
    assert status == 409
    assert body["error"]["detail"] == {
        "status": "cancelled",
        "to": "cancelled",
        "happening": "cancelled",
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/tickets", {"service": "A"}, 422),
        ("POST", "/tickets", {"request_id": "no-uuid", "service": "A"}, 422),
        ("POST", "/tickets", {"request_id": str(uuid.uuid4())}, 422),
        ("POST", "/tickets", {"request_id": str(uuid.uuid4()), "service": "ZZ"}, 404),
        ("GET", "/tickets/unknown", None, 404),
        ("POST", "/windows/99/call-next", {"request_id": str(uuid.uuid4())}, 404),
        ("GET", "/events?topics=nonsense", None, 400),
        ("GET", "/journal?limit=0", None, 422),
        ("GET", "/announcements/ZZZ9-1.wav", None, 404),
        ("GET", "/announcements/A001-99.wav", None, 404),
        ("GET", "/announcements/A99999-1.wav", None, 404),
        ("GET", "/nowhere", None, 404),
        ("DELETE", "/tickets", None, 405),
    ],
)
def test_every_error_has_the_one_shape(
    admin: Client, method: str, path: str, body: Any, status: int
) -> None:
    got, answer = admin.request(method, HALL + path, body)
    assert got == status, answer
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"code", "message", "detail"}
    assert answer["error"]["code"]
    assert answer["error"]["message"]


def test_broken_json_and_large_bodies_are_refused(server: ServerProcess, admin: Client) -> None:
    for sent, status in ((b"{nonsense", 400), (b"x" * 70_000, 413)):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {admin.token}"}
        connection.request("POST", f"{HALL}/tickets", sent, headers)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        connection.close()
        assert answer.status == status
        assert set(body["error"]) == {"code", "message", "detail"}


def test_journal_is_a_chain_that_anybody_can_check(admin: Client) -> None:
    events = admin.journal()
    records = [
        Record(
            "demo",
            x["seq"],
            x["event"],
            x["at"],
            json.dumps(x["data"], ensure_ascii=False, separators=(",", ":"), sort_keys=True),
            x["prev_hash"],
            x["hash"],
        )
        for x in events
    ]
    assert verify(records) == (events[-1]["seq"], events[-1]["hash"])
    issued = [x["data"] for x in events if x["event"] == "ticket_issued"]
    assert all(x["number"] and x["ticket"] for x in issued)


def test_matters_carry_their_whole_guide(admin: Client) -> None:
    status, body = admin.get(f"{HALL}/matters")
    assert status == 200
    assert len(body["matters"]) >= 20
    first = body["matters"][0]
    assert first["name"] == "就业登记"
    assert first["materials"]
    assert first["procedure"][0] == "取号"
    ticket = admin.post(f"{HALL}/tickets", matter=first["id"])[1]["ticket"]
    assert (ticket["matter"], ticket["service"]) == (first["id"], first["service"])


def test_announcement_is_sound(admin: Client) -> None:
    number = admin.issue("A")["number"]
    status, raw = admin.get(f"{HALL}/announcements/{number}-3.wav")
    assert status == 200
    with wave.open(io.BytesIO(raw)) as sound:
        assert sound.getnchannels() == 1
        seconds = sound.getnframes() / sound.getframerate()
        assert 1.5 < seconds < 15
        samples = array.array("h", sound.readframes(sound.getnframes()))
        loudness = math.sqrt(sum(x * x for x in samples) / len(samples))
        assert loudness > 300


def test_probes_and_metrics(server: ServerProcess) -> None:
    nobody = Client(server.url, None)
    assert nobody.get("/health/live") == (200, {"status": "live"})
    assert nobody.get("/health/ready") == (200, {"status": "ready"})
    status, text = nobody.get("/metrics")
    assert status == 200
    assert b"hall_journal_seq" in text
    status, described = nobody.get("/openapi.json")
    assert "/api/v1/halls/{hall}/tickets" in described["paths"]
