"""Reviews and cases over HTTP on a real server: every way in, what stays secret, who may."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import Any

import pytest

from tests.support.server import Client, ServerProcess, proved

API = "/api/v1/halls/demo"
WORDS, NUMBER = "等了一个上午，没有人理我", "13800001111"


def served(staff: Client, window: str = "4", service: str = "D") -> dict[str, Any]:
    ticket: dict[str, Any] = staff.issue(service)
    for act in ("call-next", "start", "finish"):
        status, body = staff.at(window, act)
        assert status == 200, body
        codes = body["ticket"]["follow_path"], body["ticket"]["review_code"]
        assert codes == ("", "")  # they are the person's own
    return ticket


def token_of(ticket: dict[str, Any]) -> str:
    return str(ticket["follow_path"]).removeprefix("/t/")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with ServerProcess(tmp_path_factory.mktemp("reviews")) as running:
        yield running


@pytest.fixture(scope="module")
def manager(server: ServerProcess) -> Client:
    return server.client("manager")


def test_a_bad_review_by_phone_becomes_a_case_that_ends_after_a_call_back(
    server: ServerProcess, manager: Client
) -> None:
    nobody, auditor = server.client(None), server.client("auditor")
    ticket = served(manager)
    sent = {
        "request_id": str(uuid.uuid4()),
        "token": token_of(ticket),
        "step": 1,
        "level": 1,
        "reasons": ["wait"],
        "words": WORDS,
        "phone": NUMBER,
    }
    status, body = nobody.post(f"{API}/reviews", **sent)
    assert (status, body["case"], body["step"]) == (201, True, 1)
    assert nobody.post(f"{API}/reviews", **sent) == (200, body)
    status, again = nobody.post(f"{API}/reviews", token=token_of(ticket), level=5)
    assert (status, again["error"]["code"]) == (409, "already_rated")
    assert nobody.get(f"/api/v1{ticket['follow_path']}")[1]["reviewable"] == []

    (case,) = [x for x in auditor.get(f"{API}/cases")[1]["cases"] if x["reasons"]]
    assert (case["window"], case["level"], case["phone"], case["overdue"]) == ("4", 1, True, False)
    assert ticket["id"] not in json.dumps(case)
    path = f"{API}/cases/{case['id']}"
    assert auditor.get(f"{path}/words")[0] == 403
    assert manager.get(f"{path}/words")[1] == {"words": WORDS, "phone": NUMBER, "answer": None}
    assert manager.post(f"{path}/close")[0] == 409
    assert manager.post(f"{path}/take")[0] == 200
    assert manager.post(f"{path}/answer", text="已向本人道歉，增开窗口")[0] == 200
    status, body = manager.post(f"{path}/close")
    assert (status, body["error"]["code"]) == (409, "call_back_first")
    assert manager.post(f"{path}/call-back", back="satisfied")[0] == 200
    assert manager.post(f"{path}/close")[0] == 200
    assert manager.get(f"{path}/words")[1]["answer"] == "已向本人道歉，增开窗口"
    summary = manager.get(f"{API}/cases/summary")[1]
    assert (summary["open"], summary["overdue"]) == (0, 0)


def test_words_and_numbers_are_in_the_vault_alone_and_each_look_is_noted(
    server: ServerProcess, manager: Client
) -> None:
    raw = server.stored() + server.log.read_bytes()
    assert WORDS.encode() not in raw
    assert NUMBER.encode() not in raw
    with sqlite3.connect(server.folder / "hall.db") as database:
        looks = database.execute("SELECT actor FROM audit WHERE act = 'case_read'").fetchall()
    assert len(looks) == 2
    assert all(actor.startswith("manager:") for (actor,) in looks)


def test_a_clerk_sees_no_case_rates_nothing_and_learns_no_code(
    server: ServerProcess, manager: Client
) -> None:
    clerk = server.client("clerk", window="4")
    ticket = served(manager)
    assert clerk.get(f"{API}/cases")[0] == 403
    assert clerk.get(f"{API}/cases/summary")[0] == 403
    assert clerk.post(f"{API}/reviews", ticket=ticket["id"], level=5)[0] == 403
    waiting = manager.issue("D")
    assert waiting["review_code"]
    for who in (clerk, manager, server.client("auditor")):
        seen = who.get(f"{API}/tickets/{waiting['id']}")[1]["ticket"]
        assert (seen["follow_path"], seen["review_code"]) == ("", "")
    for who, act in ((clerk, "printed"), (manager, "print-failed"), (clerk, "cancel")):
        told = who.post(f"{API}/tickets/{waiting['id']}/{act}")[1]["ticket"]
        assert (told["follow_path"], told["review_code"]) == ("", "")
    status, body = clerk.post(f"{API}/reviews", token="0" * 16, level=5)
    assert (status, body["error"]["code"]) == (404, "not_found")


def test_a_kiosk_rates_by_ticket_and_takes_suggestions(
    server: ServerProcess, manager: Client
) -> None:
    kiosk, nobody = server.client("kiosk"), server.client(None)
    form = kiosk.get(f"{API}/reviews/form")[1]
    assert [x["level"] for x in form["levels"]] == [5, 4, 3, 2, 1]
    for reason in form["reasons"]:  # every reason of the form is taken with each of its levels
        for level in reason["levels"]:
            ticket = served(manager)
            status, body = kiosk.post(
                f"{API}/reviews", ticket=ticket["id"], level=level, reasons=[reason["id"]]
            )
            assert status == 201, body
    status, body = kiosk.post(f"{API}/suggestions", text="希望周六也开门", phone=NUMBER)
    assert (status, body["case"]) == (201, True)
    assert nobody.post(f"{API}/suggestions", text="没有号票")[0] == 401
    assert nobody.post(f"{API}/suggestions", text="有号票", token=token_of(ticket))[0] == 201
    kinds = [x["kind"] for x in manager.get(f"{API}/cases")[1]["cases"]]
    assert kinds.count("suggestion") == 2
    assert kiosk.post(f"{API}/suggestions", text="   ")[0] == 422


def test_the_month_is_published_only_where_it_is_switched_on(
    server: ServerProcess, manager: Client
) -> None:
    assert server.client(None).get(f"{API}/reviews/figures")[0] == 404
    figures = manager.get(f"{API}/reviews/figures")[1]
    assert figures["reviews"] == sum(figures["levels"].values())


def test_the_tablet_of_a_window_is_paired_and_sees_that_window_alone(
    server: ServerProcess, manager: Client
) -> None:
    tablet, other = server.client("screen", window="5"), server.client("screen", window="6")
    assert tablet.get(f"{API}/windows/5/tablet")[1] == {"review": None}
    ticket = served(manager, "5", "E")
    found = tablet.get(f"{API}/windows/5/tablet")[1]["review"]
    assert (found["number"], found["step"]) == (ticket["number"], 1)
    assert other.get(f"{API}/windows/5/tablet")[0] == 401
    assert server.client(None).get(f"{API}/windows/5/tablet")[0] == 401
    status, body = tablet.post(f"{API}/windows/5/tablet", ticket=found["ticket"], level=2)
    assert (status, body["case"]) == (201, True)
    assert tablet.get(f"{API}/windows/5/tablet")[1] == {"review": None}


def test_all_of_it_is_proved_and_survives_a_kill(server: ServerProcess, manager: Client) -> None:
    before = manager.get(f"{API}/cases")[1]
    server.kill()
    server.start()
    assert manager.get(f"{API}/cases")[1] == before
    assert proved(server) == 0


def test_a_kiosk_finds_what_the_card_or_the_code_may_rate_and_no_number_does(
    server: ServerProcess, manager: Client
) -> None:
    kiosk = server.client("kiosk")
    who = {"id_number": "990101195001010011", "name": "样例"}
    status, body = kiosk.post(f"{API}/tickets", service="F", person=who)
    assert status == 201, body
    ticket = body["ticket"]
    find = f"{API}/reviews/find"
    assert kiosk.request("POST", find, {"token": token_of(ticket)})[1]["visits"] == []
    for act in ("call-next", "start", "finish"):
        assert manager.at("6", act)[0] == 200
    status, body = kiosk.request("POST", find, {"id_number": who["id_number"]})
    (visit,) = body["visits"]
    assert (status, visit["ticket"], visit["number"]) == (200, ticket["id"], ticket["number"])
    assert [(s["step"], s["window"]) for s in visit["reviewable"]] == [(1, "6")]
    assert kiosk.request("POST", find, {"token": token_of(ticket)}) == (200, body)
    assert kiosk.request("POST", find, {"number": ticket["number"]})[0] == 422
    assert kiosk.request("POST", find, {})[0] == 422
    assert server.client("clerk").request("POST", find, {"token": "x"})[0] == 403
    assert kiosk.post(f"{API}/reviews", ticket=ticket["id"], step=1, level=5)[0] == 201
    assert kiosk.request("POST", find, {"id_number": who["id_number"]})[1]["visits"] == []


def test_number_and_code_find_the_visit_and_guessing_soon_ends(
    server: ServerProcess, manager: Client
) -> None:
    find, kiosk = f"{API}/reviews/find", server.client("kiosk")
    ticket, other = served(manager), served(manager)
    number, code = ticket["number"], ticket["review_code"]
    wrong = f"{(int(code) + 1) % 10000:04d}"
    assert (len(code), code.isdigit()) == (4, True)
    assert kiosk.request("POST", find, {"number": number})[0] == 422, "alone it says nothing"
    assert manager.request("POST", find, {"number": number, "code": code})[0] == 403
    answers = [kiosk.request("POST", find, {"number": number, "code": wrong}) for _ in range(5)]
    assert {(status, body["error"]["code"]) for status, body in answers} == {(404, "code_wrong")}
    status, body = kiosk.request("POST", find, {"number": number, "code": code})
    assert (status, body["error"]["code"]) == (429, "too_many_attempts")
    assert body["error"]["detail"]["retry_after_s"] > 0
    # another's own code still counts at this kiosk, until five more were wrong there
    right = {"number": other["number"].lower(), "code": other["review_code"]}
    status, body = kiosk.request("POST", find, right)
    assert (status, [v["ticket"] for v in body["visits"]]) == (200, [other["id"]])
    for serial in range(5):
        guess = {"number": f"Z{serial:03d}", "code": "0000"}
        assert kiosk.request("POST", find, guess)[0] == 404, "as if the code were wrong"
    assert kiosk.request("POST", find, right)[0] == 429
    told = server.log.read_text(encoding="utf-8")
    assert f'"{wrong}"' not in told
    assert f'"{code}"' not in told
