"""What a real server answers is what `/openapi.json` says: a client made from it works."""

from __future__ import annotations

import json
import re
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"


class Described:
    """A client that holds every answer against the description."""

    def __init__(self, client: Client, description: dict[str, Any]) -> None:
        self._client, self._description = client, description
        self._paths = [
            (re.compile(re.sub(r"{\w+}", "[^/]+", path)), operations)
            for path, operations in sorted(
                description["paths"].items(), key=lambda item: item[0].count("{")
            )
        ]
        self.seen: set[str] = set()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self._client.request(method, path, body)
        operation = next(
            found[method.lower()]
            for pattern, found in self._paths
            if pattern.fullmatch(path.split("?")[0]) and method.lower() in found
        )
        schema = operation["responses"][str(status)]["content"]["application/json"]["schema"]
        whole = {**schema, "components": self._description["components"]}
        problems = [
            f"{method} {path} {status}: {error.message} at {error.instance_path}"
            for error in jsonschema_rs.validator_for(whole).iter_errors(answer)
        ]
        assert problems == []
        self.seen.add(schema["$ref"].rpartition("/")[2])
        return answer

    def get(self, path: str) -> Any:
        return self.ask("GET", f"{HALL}{path}")

    def post(self, path: str, **fields: Any) -> Any:
        fields.setdefault("request_id", str(uuid.uuid4()))
        return self.ask("POST", f"{HALL}{path}", fields)


def test_answers_are_as_described(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        with urllib.request.urlopen(f"{server.url}/openapi.json") as found:
            api = Described(server.client("admin"), json.load(found))
        _tickets_and_windows(api)
        _kiosks_and_appointments(api)
        _what_staff_look_at(api)
        _what_managers_change(api)
    assert len(api.seen) > 45


def _tickets_and_windows(api: Described) -> None:
    first = str(uuid.uuid4())
    ticket = api.post("/tickets", request_id=first, service="A")["ticket"]
    assert api.post("/tickets", request_id=first, service="A")["ticket"] == ticket
    api.post("/tickets", service="nothing")
    api.post("/tickets")
    api.get(f"/tickets/{ticket['id']}")
    api.get("/tickets/none")
    api.post(f"/tickets/{ticket['id']}/printed")
    api.ask("GET", f"/api/v1{ticket['follow_path']}")
    api.post("/tickets/find", number=ticket["number"])
    for act, fields in (
        ("call-next", {}),
        ("call-next", {}),  # 409: somebody is called there
        ("start", {}),
        ("finish", {"outcome": "returned", "missing": ["照片"]}),
        ("rate", {"ticket": ticket["id"], "level": 5}),
        ("call-next", {}),  # nobody waits
        ("pause", {"reason": "午休"}),
        ("resume", {}),
        ("close", {}),
        ("open", {}),
    ):
        api.post(f"/windows/1/{act}", **fields)
    waiting = api.post("/tickets", service="A")["ticket"]
    api.post("/windows/1/call-ticket", ticket=waiting["id"], reason="行动不便")
    api.post("/windows/1/park", reason="复印")
    api.get("")
    api.get("/journal?limit=50")
    api.get("/matters")
    api.ask("GET", "/health/live")
    api.ask("GET", "/health/ready")
    api.post("/reviews", ticket=ticket["id"], level=1, reasons=[])
    case = api.get("/cases")["cases"]
    api.get("/cases/summary")
    for one in case:
        api.get(f"/cases/{one['id']}/words")
        api.post(f"/cases/{one['id']}/take")


def _kiosks_and_appointments(api: Described) -> None:
    (lease,) = api.post("/kiosks/k1/leases", services=["A"], size=10)["leases"]
    offline = {
        "id": str(uuid.uuid4()),
        "lease": lease["id"],
        "serial": lease["first"],
        "service": "A",
        "issued_at": lease["lent_at"],
    }
    api.post("/kiosks/k1/handins", tickets=[offline], give_back=[lease["id"]])
    api.get("/kiosks")
    api.post("/kiosks/k1/help", place="home")
    api.post("/devices/p1/health", kind="printer", state="ok", detail="", figures={})
    api.post("/screens/s1/receipts", speaks=True)
    api.get("/receipts")
    api.get("/screens")
    days = api.get("/appointments/slots?service=A")["days"]
    api.get("/appointments")
    free = next((s for day in days for s in day["slots"] if s["free"]), None)
    if free is not None:
        person = {"id_number": "990101194001010014", "name": "测试"}
        booked = api.post("/appointments", service="A", starts_at=free["starts_at"], person=person)[
            "appointment"
        ]
        api.post(f"/appointments/{booked['id']}/cancel")


def _what_staff_look_at(api: Described) -> None:
    for path in (
        *("/acceptances", "/reviews/form", "/reviews/figures", "/configuration"),
        *("/configuration/changes", "/notices", "/content", "/staff", "/statistics"),
        *("/ledger", "/ledger/cases", "/audit", "/paired", "/waits", "/waits/promises"),
        *("/pension/register", "/pension/list?which=all", "/pension/waiting"),
        *("/pension/tickets/none", "/pension/reminders", "/pension/reminders/progress"),
    ):
        api.get(path)


def _what_managers_change(api: Described) -> None:
    api.post("/services/B/pause", reason="系统维护")
    api.post("/notices", id="n1", title="停电", text="下午停电")
    api.post("/windows/1/messages", text="请到前台", place="clerk")
    api.post("/staff", login="new1", name="新人", role="clerk", window="1")
    api.post("/staff/new1/place", window="2")
    pairing = api.post("/pairings", kind="screen")
    api.post("/pairings/look", code=pairing["code"])
    api.post("/pairings/claim", pairing=pairing["pairing"])
    device = api.post("/pairings/confirm", code=pairing["code"], name="东屏")["device"]
    api.post("/pairings/claim", pairing=pairing["pairing"])
    api.post(f"/paired/{device['id']}/unpair")
    api.post("/waits/what-if", changes=[], hours=1)
