"""What a manager changes while the hall is open, over HTTP, and over a restart."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import DEMO_CONFIG, Client, ServerProcess

HALL = "/api/v1/halls/demo"


def of(items: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(x for x in items if x["id"] == name)


def configuration(client: Client) -> Any:
    status, body = client.get(f"{HALL}/configuration")
    assert status == 200, body
    return body["configuration"]


def change(client: Client, path: str, **fields: Any) -> Any:
    status, body = client.post(f"{HALL}/{path}", **fields)
    assert status == 200, body
    return body["configuration"]


def test_a_window_learns_a_service(admin: Client) -> None:
    ticket = admin.issue("G")
    assert admin.at("1", "call-next")[1]["ticket"] is None
    skills = [{"service": "A", "rank": 1}, {"service": "G", "rank": 2}]
    told = change(admin, "windows/1/skills", skills=skills)
    assert of(told["windows"], "1")["skills"] == skills
    called = admin.at("1", "call-next")[1]
    assert called["ticket"]["id"] == ticket["id"]
    assert of(admin.get(HALL)[1]["windows"], "1")["skills"] == skills


def test_a_stand_in_takes_over_while_its_partner_pauses(admin: Client) -> None:
    change(admin, "windows/2/skills", stands_in_for="5")
    ticket = admin.issue("E")
    assert admin.at("2", "call-next")[1]["ticket"] is None
    admin.at("5", "pause", reason="开会")
    assert of(admin.get(HALL)[1]["windows"], "2")["standing_in"] is True
    called = admin.at("2", "call-next")[1]
    assert called["ticket"]["id"] == ticket["id"]
    assert "AB 岗" in called["why"]["zh"]
    change(admin, "windows/2/skills", stands_in_for=None)
    assert of(configuration(admin)["windows"], "2")["stands_in_for"] is None


def test_a_service_pauses_and_comes_back(admin: Client) -> None:
    change(admin, "services/D/pause", reason="系统升级")
    status, body = admin.post(f"{HALL}/tickets", service="D")
    assert (status, body["error"]["code"]) == (409, "service_paused")
    shown = of(admin.get(HALL)[1]["services"], "D")
    assert (shown["accepting"], shown["paused"]) == (False, True)
    change(admin, "services/D/resume")
    assert admin.issue("D")["status"] == "waiting"


def test_a_new_class(admin: Client) -> None:
    told = change(
        admin, "classes", id="model-worker", name="劳动模范", name_en="model worker", rate=1.5
    )
    assert of(told["classes"], "model-worker")["rate"] == 1.5
    assert admin.issue("A", priority_class="model-worker")["priority_class"] == "model-worker"


def test_settings_of_calls(admin: Client) -> None:
    told = change(admin, "dispatch", settings={"waits_at_most_minutes": 45})
    assert told["dispatch"]["waits_at_most_minutes"] == 45
    assert told["dispatch"]["rejoin_after"] == 3
    change(admin, "dispatch", settings={"missed_strictly": True})
    ticket = admin.issue("F")
    admin.at("6", "call-ticket", ticket=ticket["id"], reason="试")
    status, body = admin.at("6", "miss")
    assert (status, body["error"]["code"]) == (409, "called_too_few_times")
    assert body["error"]["detail"]["calls_left"] == 2
    change(admin, "dispatch", settings={"missed_strictly": False})
    assert admin.at("6", "miss", reason="走错大厅")[1]["ticket"]["status"] == "missed"


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("windows/77/skills", {}, 404),
        ("windows/1/skills", {"skills": [{"service": "Z"}]}, 404),
        ("windows/1/skills", {"skills": [{"service": "A"}, {"service": "A", "rank": 2}]}, 409),
        ("services/Z/pause", {"reason": "x"}, 404),
        ("services/A/pause", {"reason": ""}, 422),
        ("classes", {"id": "x", "name": "x", "name_en": "x", "rate": 0}, 422),
        ("dispatch", {"settings": {"nonsense": 1}}, 422),
        ("dispatch", {"settings": {"overtaken_at_most": -1}}, 422),
    ],
)
def test_nonsense_is_refused(admin: Client, path: str, fields: dict[str, Any], status: int) -> None:
    answer, body = admin.post(f"{HALL}/{path}", **fields)
    assert answer == status, body


def test_out_of_turn_is_on_the_board_of_staff_alone(server: ServerProcess, admin: Client) -> None:
    ticket = admin.issue("C")
    admin.at("3", "call-ticket", ticket=ticket["id"], reason="孕妇不适")
    admin.at("3", "miss", reason="已离开")
    chosen, skipped = reversed(admin.get(HALL)[1]["out_of_turn"][:2])
    assert (chosen["what"], chosen["reason"]) == ("chosen", "孕妇不适")
    assert (skipped["what"], skipped["reason"]) == ("skipped", "已离开")
    assert {chosen["number"], skipped["number"]} == {ticket["number"]}
    assert server.client(None).get(HALL)[1]["out_of_turn"] == []


def test_a_repeat_gets_the_same_answer_and_the_journal_tells_who(admin: Client) -> None:
    asked = {"request_id": str(uuid.uuid4()), "reason": "停电"}
    first = admin.post(f"{HALL}/services/B/pause", **asked)
    change(admin, "services/B/resume")
    assert admin.post(f"{HALL}/services/B/pause", **asked) == first
    [told] = [
        x["data"] for x in admin.journal() if x["data"].get("request_id") == asked["request_id"]
    ]
    assert told["by"].startswith("admin:")
    assert told["change"] == {"what": "service_paused", "service": "B", "reason": "停电"}


def test_changes_hold_over_a_restart_until_the_file_says_something_else(tmp_path: Path) -> None:
    config = tmp_path / "hall.toml"
    config.write_text(DEMO_CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
    with ServerProcess(tmp_path, config=config) as server:
        admin = server.client("admin")
        change(admin, "services/B/pause", reason="停电")
        server.stop()
        config.write_text("# a remark\n" + config.read_text(encoding="utf-8"), encoding="utf-8")
        server.start()
        assert of(configuration(admin)["services"], "B")["paused"] is True
        server.stop()
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("overtaken_at_most = 8", "overtaken_at_most = 7"), "utf-8")
        server.start()
        found = configuration(admin)
        assert of(found["services"], "B")["paused"] is False
        assert found["dispatch"]["overtaken_at_most"] == 7
