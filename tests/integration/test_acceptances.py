"""办理登记 over HTTP, on a real server: register, list, close, survive a restart, prove."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.server import Client, ServerProcess, proved

API = "/api/v1/halls/demo"


def _serve(staff: Client, **finish: Any) -> dict[str, Any]:
    ticket = staff.issue("D")
    for act in ("call-next", "start"):
        assert staff.at("4", act)[0] == 200
    status, body = staff.at("4", "finish", ticket=ticket["id"], **finish)
    assert status == 200, body
    registered: dict[str, Any] = {**body["registered"], "path": ticket["follow_path"]}
    return registered


def test_a_promise_is_registered_survives_a_kill_and_is_closed_once(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        manager, auditor, kiosk = (server.client(r) for r in ("manager", "auditor", "kiosk"))
        step = _serve(
            manager, outcome="accepted", promised_days=2, matter="D-02", note="等上级回复"
        )
        assert (step["step"], step["outcome"], step["matter"]) == (1, "accepted", "D-02")
        server.kill()
        server.start()
        status, body = auditor.get(f"{API}/acceptances?window=4")
        (one,) = body["acceptances"]
        assert (status, one["promised_day"]) == (200, step["promised_day"])
        assert (one["late"], one["days_left"]) == (False, 2)
        assert one["contact"]["window"] == "4"
        assert auditor.get(f"{API}/acceptances?window=1")[1] == {"acceptances": []}
        assert kiosk.get(f"{API}/acceptances")[0] == 403
        path = f"{API}/acceptances/{one['id']}/close"
        assert auditor.post(path)[0] == 403
        again = {"request_id": "3f2b8f0e-1111-4222-8333-444455556666", "outcome": "done"}
        for _ in range(2):  # the same press
            assert manager.post(path, **again)[0] == 200
        assert manager.post(path)[0] == 404
        hall = auditor.get(API)[1]
        assert hall["promises"]["open"] == 0
        names = [e["event"] for e in manager.journal()]
        assert names.count("acceptance_closed") == 1
        assert proved(server) == 0


def test_an_outcome_is_one_of_four_by_code_or_by_word(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        manager = server.client("manager")
        assert _serve(manager)["outcome"] == "done"
        assert _serve(manager, outcome="一次性告知退回", missing=["照片"])["outcome"] == "returned"
        ticket = manager.issue("D")
        for act in ("call-next", "start"):
            assert manager.at("4", act)[0] == 200
        status, body = manager.at("4", "finish", ticket=ticket["id"], outcome="nonsense")
        assert (status, body["error"]["code"]) == (422, "fields_invalid")
        assert [x["field"] for x in body["error"]["detail"]["fields"]] == ["body.outcome"]
        words = [x["data"]["outcome"] for x in manager.journal() if x["event"] == "ticket_finished"]
        assert words == [None, "returned"]


def test_missing_papers_are_told_on_paper_and_on_the_phone(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        manager, nobody = server.client("manager"), server.client(None)
        step = _serve(manager, outcome="returned", missing=["身份证原件", "照片"])
        status, seen = nobody.get(f"/api/v1{step['path']}")
        assert (status, seen["steps"][0]["missing"]) == (200, ["身份证原件", "照片"])
        assert seen["reviewable"] == [
            {
                "step": 1,
                "service": "D",
                "service_name": "退休人员社会化管理",
                "service_name_en": "Retirees' services",
                "window": "4",
            }
        ]
        ticket = next(e["data"] for e in manager.journal() if e["event"] == "ticket_issued")
        page = f"/told/demo/{ticket['ticket']}/1"
        status, paper = manager.request("GET", page)
        assert status == 200
        assert "身份证原件" in paper.decode()
        status, form = nobody.request("GET", page)  # a login page, and nothing of the person's
        assert "身份证原件" not in form.decode()
        assert manager.request("GET", f"/told/demo/{ticket['ticket']}/2")[0] == 404


def test_what_may_not_stand_in_the_journal_is_refused(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        manager = server.client("manager")
        manager.issue("D")
        for act in ("call-next", "start"):
            assert manager.at("4", act)[0] == 200
        status, body = manager.at("4", "finish", note="电话 13800001111")
        assert (status, body["error"]["code"]) == (409, "personal_number")
        status, body = manager.at("4", "finish", outcome="accepted")
        assert (status, body["error"]["code"]) == (409, "promise_needed")
        # the guide's own promise stands where the clerk says nothing
        guides = manager.get(f"{API}/matters")[1]["matters"]
        guide = next(g for g in guides if g["promised_working_days"] > 0)
        status, body = manager.at("4", "finish", outcome="accepted", matter=guide["id"])
        assert status == 200, body
        (one,) = manager.get(f"{API}/acceptances")[1]["acceptances"]
        assert one["days_left"] == guide["promised_working_days"]
        assert "13800001111" not in json.dumps(manager.journal())


def test_the_public_stream_and_hall_tell_nothing_of_clerks_and_notes(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        manager, nobody = server.client("manager"), server.client(None)
        _serve(manager, outcome="accepted", promised_days=1, note="一句备注")
        assert nobody.get(API)[1]["promises"] is None
        raw = server.stored().decode(errors="replace")
        assert "一句备注" in raw  # in the journal, which auditors read
        status, told = manager.get(API)
        assert (status, told["promises"]["open"]) == (200, 1)
