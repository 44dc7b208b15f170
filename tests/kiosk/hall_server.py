"""A small real HTTP server that speaks the queue server's wire and misbehaves on request.

For tests of the gateway and of the whole process; keeps what it was asked and gives each request_id
one number, as the real one does.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "demo-kiosk-1-token"


def service(key: str, name: str, waiting: int, accepting: bool = True) -> dict[str, Any]:
    return {
        "id": key,
        "prefix": key,
        "name": name,
        "name_en": f"Service {key}",
        "icon": "users",
        "waiting": waiting,
        "wait": {"p50_s": 600, "p90_s": 1200},
        "longest_wait_s": 0,
        "windows": ["4", "8", "7"],
        "accepting": accepting,
    }


HALL: dict[str, Any] = {
    "id": "demo",
    "name": "示范县社会保障服务大厅",
    "name_en": "Model Hall",
    "region": [],
    "time_zone": "Asia/Shanghai",
    "business_day": "2026-03-02",
    "now": "2026-03-02T10:00:00+08:00",
    "seq": 1,
    "open": True,
    "hours": ["09:00–12:00"],
    "notice": "",
    "notice_en": "",
    "services": [service("A", "就业与失业登记", 3), service("D", "退休人员社会化管理", 6)],
    "priority_classes": [{"id": "elderly", "name": "老年人", "name_en": "Elderly", "min_age": 60}],
    "windows": [],
    "calls": [],
    "devices": [],
    "today": {},
}


MATTERS: list[dict[str, Any]] = [
    {
        "id": "D-01",
        "service": "D",
        "name": "退休人员信息变更",
        "name_en": "Change of a retiree's data",
        "materials": ["居民身份证"],
        "procedure": ["取号", "窗口核验"],
        "promised_working_days": 0,
        "result": "当场办结",
        "fee": "不收费",
        "legal_basis": "《社会保险法》",
    }
]
NOTICES: dict[str, Any] = {
    "notices": [
        {
            "id": "n1",
            "title": "招聘会",
            "title_en": "Job fair",
            "text": "周六上午",
            "text_en": "Saturday",
            "from": None,
            "until": "2026-03-07",
        }
    ],
    "jobs": [],
}


class HallServer:
    """faults: queue of what goes wrong next on POST …/tickets; hall_fault: on GET, health_fault:
    on device reports, until cleared.

    Faults: `slow` (does the work, answers too late), `503`, `429`, `garbage`, `shape`, `hangup`,
    `409`.
    """

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.hall_fault = self.health_fault = ""
        self.hall: dict[str, Any] = HALL
        self.content: dict[str, Any] = {
            "matters": {"matters": MATTERS},
            "notices": NOTICES,
            "form": {
                "levels": [{"level": 5, "name": "非常满意", "name_en": "Good"}],
                "reasons": [],
            },
        }
        self.slow_s = 1.0
        self.tickets: dict[str, dict[str, Any]] = {}  # request_id → ticket
        self.bodies: list[dict[str, Any]] = []
        self.commands: list[tuple[str, str]] = []  # (what, ticket id), each request_id once
        self.command_ids: set[str] = set()
        self.health: list[tuple[str, dict[str, Any]]] = []  # (device, report), in order
        self.lock = threading.Lock()
        outer = self

        class Handler(_Handler):
            server_of = outer

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def next_fault(self) -> str:
        with self.lock:
            return self.faults.pop(0) if self.faults else ""

    def take(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.bodies.append(body)
            if body["request_id"] not in self.tickets:
                number = len(self.tickets) + 1
                self.tickets[body["request_id"]] = self._ticket(number, body)
            return self.tickets[body["request_id"]]

    def _ticket(self, number: int, body: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": f"t{number}",
            "number": f"{body['service']}{number:03d}",
            "service": body["service"],
            "service_name": "退休人员社会化管理",
            "service_name_en": "Retirees",
            "matter": None,
            "status": "waiting",
            "priority_class": "elderly" if "person" in body else "ordinary",
            "issued_at": "2026-03-02T02:08:00+00:00",
            "position": 7,
            "people_ahead": 6,
            "wait": {"p50_s": 720, "p90_s": 1200},
            "window": None,
            "windows": ["4", "8", "7"],
            "calls": 0,
            "follow_path": f"/t/{number:016x}",
            "reprint": False,
            "rejoined": False,
            "printed": None,
        }

    def found(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        with self.lock:
            self.bodies.append(body)
            number = body.get("number")
            return [t for t in self.tickets.values() if number in (None, t["number"])]

    def command(self, ticket_id: str, what: str, request_id: str) -> dict[str, Any]:
        with self.lock:
            if request_id not in self.command_ids:
                self.command_ids.add(request_id)
                self.commands.append((what, ticket_id))
            return next(t for t in self.tickets.values() if t["id"] == ticket_id)


class _Handler(BaseHTTPRequestHandler):
    server_of: HallServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        fault = self.server_of.hall_fault
        if self._fault(fault) or not self._right_token():
            return
        *_, before, what = self.path.rstrip("/").split("/")
        if before == "tickets":
            held = (t for t in self.server_of.tickets.values() if t["id"] == what)
            self._json(200, {"ticket": next(held)})
            return
        self._json(200, self.server_of.content.get(what, self.server_of.hall))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        parts = self.path.strip("/").split("/")
        health = parts[-1] == "health"
        if parts[-1] in ("leases", "handins", "help"):  # a server from before it has none
            self._json(404, {"error": {"code": "not_found", "message": "", "detail": {}}})
            return
        fault = self.server_of.health_fault if health else self.server_of.next_fault()
        if not self._right_token():
            return
        if parts[-1] == "find":
            if not self._fault(fault):
                self._json(200, {"tickets": self.server_of.found(body)})
            return
        if parts[-1] == "tickets":
            if fault in ("", "slow", "hangup-after"):
                answer = {"ticket": self.server_of.take(body)}
            if self._fault(fault):
                return
            self._json(201, answer)
            return
        if self._fault(fault):
            return
        if health:
            self.server_of.health.append((parts[-2], body))
            self._json(200, {})
            return
        ticket = self.server_of.command(parts[-2], parts[-1], body["request_id"])
        self._json(200, {"ticket": ticket})

    def _fault(self, fault: str) -> bool:
        """Whether the fault was all the answer there is."""
        if fault == "slow":
            time.sleep(self.server_of.slow_s)
        elif fault in ("503", "429"):
            self._json(int(fault), {"error": {"code": "busy", "message": "", "detail": {}}})
        elif fault == "409":
            error = {"code": "service_closed", "message": "", "detail": {}}
            self._json(409, {"error": error})
        elif fault == "garbage":
            self._raw(200, b"<html>hotel wifi</html>")
        elif fault == "shape":
            self._json(200, {"ticket": {"number": 7}, "services": "none"})
        elif fault.startswith("hangup"):
            self.close_connection = True
        return fault not in ("", "slow")

    def _right_token(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._json(401, {"error": {"code": "unauthorized", "message": "", "detail": {}}})
        return False

    def _json(self, status: int, content: Any) -> None:
        self._raw(status, json.dumps(content).encode())

    def _raw(self, status: int, body: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client gave up waiting: that is the fault tested

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
