"""Administration over HTTP: changed, noted with who did it, taken back, and over a restart."""

from __future__ import annotations

from typing import Any

from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"
SERVICE = {"id": "H", "name": "劳动关系", "name_en": "Labour relations", "usual_minutes": 9.5}
MATTER = {
    "id": "H-01",
    "service": "H",
    "name": "劳动合同咨询",
    "name_en": "Labour contracts",
    "usual_minutes": 10,
    "materials": ["身份证", "劳动合同"],
}
HOURS = {
    "sessions": [{"days": ["mon", "sat"], "opens": "08:30", "closes": "12:00"}],
    "special_days": [{"day": "2026-12-31", "why": "年末结账", "sessions": []}],
}


def change(client: Client, path: str, **fields: Any) -> Any:
    status, body = client.post(f"{HALL}/{path}", **fields)
    assert status == 200, body
    return body["configuration"]


def test_a_service_from_nothing_to_a_call_and_back(fresh: ServerProcess) -> None:
    manager = fresh.client("manager")
    told = change(manager, "services", **SERVICE)
    assert told["services"][-1]["prefix"] == "H"
    change(manager, "matters", **MATTER)
    guides = {m["id"]: m for m in manager.get(f"{HALL}/matters")[1]["matters"]}
    assert guides["H-01"]["materials"] == ["身份证", "劳动合同"]
    change(manager, "windows", id="10", name="10 号窗口", name_en="Window 10")
    change(manager, "windows/10/skills", skills=[{"service": "H", "rank": 1}])
    assert change(manager, "hours", **HOURS)["hours"]["special_days"][0]["why"] == "年末结账"
    assert manager.get(HALL)[1]["hours"] == ["mon,sat 08:30–12:00"]
    ticket = manager.issue("H")
    assert ticket["number"] == "H001"
    manager.at("10", "open")
    assert manager.at("10", "call-next")[1]["ticket"]["number"] == "H001"
    status, body = manager.post(f"{HALL}/services/H/remove")
    assert (status, body["error"]["code"]) == (409, "configuration_in_use")
    changes = manager.get(f"{HALL}/configuration/changes")[1]["changes"]
    assert [c["change"]["what"] for c in changes[:2]] == ["hours", "window_skills"]
    assert {c["by"] for c in changes[:4]} == {"manager:manager"}
    change(manager, "configuration/restore", seq=changes[0]["seq"])
    fresh.stop()
    fresh.start()
    after = manager.get(f"{HALL}/configuration")[1]["configuration"]
    assert len(after["hours"]["sessions"]) == 2
    assert after["services"][-1]["id"] == "H"


def test_numbers_stop_for_all_and_come_back(admin: Client) -> None:
    change(admin, "issuing/stop", reason="系统升级")
    for service in "AG":
        status, body = admin.post(f"{HALL}/tickets", service=service)
        assert (status, body["error"]["code"]) == (409, "service_paused")
    change(admin, "issuing/resume")
    assert admin.issue("G")["status"] == "waiting"


def test_what_does_not_fit_is_refused(admin: Client) -> None:
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("services", {**SERVICE, "usual_minutes": 0}),
        ("services", {**SERVICE, "id": "lower"}),
        ("services", {**SERVICE, "prefix": "甲"}),
        ("matters", {**MATTER, "promised_working_days": -1}),
        ("hours", {"sessions": [{"days": ["mon"], "opens": "12:00", "closes": "09:00"}]}),
        ("hours", {"sessions": [{"days": ["someday"], "opens": "09:00", "closes": "12:00"}]}),
        ("alerts", {"long_wait_minutes": 0}),
        ("windows", {"id": "a b", "name": "x", "name_en": "x"}),
    ]
    for path, body in wrong:
        assert admin.post(f"{HALL}/{path}", **body)[0] == 422, (path, body)
    assert admin.post(f"{HALL}/configuration/restore", seq=1)[0] == 404


def test_a_change_goes_back_alone_with_its_guide_and_its_notice(fresh: ServerProcess) -> None:
    manager = fresh.client("manager")
    matter = manager.get(f"{HALL}/matters")[1]["matters"][0]
    removed = change(manager, f"matters/{matter['id']}/remove")["seq"]
    stopped = change(manager, "issuing/stop", reason="停电")["seq"]
    change(manager, "windows", id="10", name="10 号窗口", name_en="Window 10")
    told = change(manager, "configuration/restore", seq=removed)
    assert told["windows"][-1]["id"] == "10"  # what came in between stays
    assert all(s["paused"] for s in told["services"])
    guides = {m["id"]: m for m in manager.get(f"{HALL}/matters")[1]["matters"]}
    assert guides[matter["id"]] == matter
    change(manager, "services/A/resume")
    status, body = manager.post(f"{HALL}/configuration/restore", seq=stopped)
    assert status == 200, body  # A gives numbers already, the others do again
    assert not any(s["paused"] for s in body["configuration"]["services"])

    change(manager, "windows", id="10", name="十号", name_en="Ten")
    changes = manager.get(f"{HALL}/configuration/changes")[1]["changes"]
    renamed = changes[0]
    assert renamed["differences"] == [
        {"place": ["windows", "10", "name"], "before": "10 号窗口", "after": "十号"},
        {"place": ["windows", "10", "name_en"], "before": "Window 10", "after": "Ten"},
    ]
    told = {each["seq"]: (each["taken_back"], each["undo"]) for each in changes}
    assert (told[removed], told[stopped]) == ((True, False), (True, False))
    assert told[renamed["seq"]] == (False, True)
    back = change(manager, "configuration/restore", seq=renamed["seq"])["seq"]
    change(manager, "configuration/restore", seq=back)  # the taking back is taken back
    changes = manager.get(f"{HALL}/configuration/changes")[1]["changes"]
    told = {each["seq"]: (each["taken_back"], each["undo"]) for each in changes}
    assert (told[back], told[renamed["seq"]]) == ((True, False), (False, True))
    change(manager, "windows", id="10", name="综合", name_en="All")
    status, body = manager.post(f"{HALL}/configuration/restore", seq=renamed["seq"])
    assert (status, body["error"]["code"]) == (409, "changed_since")

    status, put = manager.post(f"{HALL}/notices", title="停水")
    assert status == 200
    assert manager.post(f"{HALL}/configuration/restore", seq=put["seq"])[0] == 200
    titles = {n["title"] for n in manager.get(f"{HALL}/content")[1]["notices"]}
    assert "停水" not in titles
    fresh.stop()
    fresh.start()
    assert matter in manager.get(f"{HALL}/matters")[1]["matters"]


def test_a_message_reaches_one_window(admin: Client, server: ServerProcess) -> None:
    at = f"{HALL}/windows/3/messages"
    status, body = admin.post(at, text="请到后台", place="clerk")
    (told,) = body["window"]["messages"]
    assert (status, told["text"], told["how"]) == (200, "请到后台", None)
    public = {w["id"]: w for w in server.client(None).get(HALL)[1]["windows"]}
    assert public["3"]["messages"] == []
    clerk, other = server.client("clerk", window="3"), server.client("clerk", window="4")
    assert clerk.post(at, text="不行")[0] == 403
    assert other.post(f"{at}/{told['id']}/read")[0] == 403
    assert clerk.post(f"{at}/{told['id']}/take-back")[0] == 403
    status, body = clerk.post(f"{at}/{told['id']}/read")
    assert (status, body["window"]["messages"][0]["how"]) == (200, "read")
    status, body = admin.post(at, text="请稍候", place="screen")
    public = {w["id"]: w for w in server.client(None).get(HALL)[1]["windows"]}
    assert [m["text"] for m in public["3"]["messages"]] == ["请稍候"]
    newest = body["window"]["messages"][-1]["id"]
    assert admin.post(f"{at}/{newest}/take-back")[0] == 200
    status, body = admin.post(at, text="电话 13800001111")
    assert (status, body["error"]["code"]) == (409, "personal_number")


def test_a_clerk_is_sent_to_another_window(admin: Client) -> None:
    place = f"{HALL}/staff/clerk4/place"
    status, body = admin.post(place, window="2")
    assert (status, body["was"], body["window"]) == (200, "4", "2")
    assert admin.post(place, window=body["was"])[0] == 200
    assert admin.post(place, window="nowhere")[0] == 422
    assert admin.post(f"{HALL}/staff/manager/place", window="2")[0] == 409
