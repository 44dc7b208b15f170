"""Notices and jobs over HTTP: seeded from the file, changed by managers, over a restart."""

from __future__ import annotations

from typing import Any

from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"


def told(client: Client) -> Any:
    status, body = client.get(f"{HALL}/notices")
    assert status == 200, body
    return body


def ids(things: list[dict[str, Any]]) -> list[str]:
    return [thing["id"] for thing in things]


def test_from_the_file_to_the_hall_and_over_a_restart(fresh: ServerProcess) -> None:
    public, manager, clerk = fresh.client(None), fresh.client("manager"), fresh.client("clerk")
    seeded = told(public)
    assert set(seeded["notices"][0]) == {
        *("id", "title", "title_en", "text", "text_en", "from", "until")
    }
    assert set(seeded["jobs"][0]) == {
        *("id", "title", "employer", "place", "wage", "openings", "text", "contact", "until")
    }
    new = {
        "title": "今日停电检修",
        "text": "下午三点起",
        "from": "2020-01-01",
        "until": "2099-01-01",
    }
    assert clerk.post(f"{HALL}/notices", **new)[0] == 403
    status, body = manager.post(f"{HALL}/notices", **new)
    assert status == 200, body
    added = body["notices"][-1]
    assert added["title"] == "今日停电检修"
    assert [n["title"] for n in manager.get(HALL)[1]["notices"]][-1] == "今日停电检修"
    gone = seeded["jobs"][0]["id"]
    assert manager.post(f"{HALL}/jobs/{gone}/remove")[0] == 200
    assert manager.post(f"{HALL}/jobs/{gone}/remove")[0] == 404
    past = manager.post(f"{HALL}/notices", title="过期", until="2020-01-01")[1]["notices"][-1]
    fresh.stop()
    fresh.start()
    after = told(public)
    assert added["id"] in ids(after["notices"])
    assert past["id"] not in ids(after["notices"])
    assert gone not in ids(after["jobs"])
    assert past["id"] in ids(manager.get(f"{HALL}/content")[1]["notices"])


def test_what_does_not_fit_is_refused(admin: Client) -> None:
    late = {"title": "倒", "from": "2026-02-02", "until": "2026-02-01"}
    assert admin.post(f"{HALL}/notices", **late)[0] == 422
    assert admin.post(f"{HALL}/jobs", title="店员", employer="", openings=0)[0] == 422
    assert admin.post(f"{HALL}/jobs", title="店员", employer="示范", openings=2)[0] == 200
