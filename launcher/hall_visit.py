"""Brings some life into a demonstration hall: numbers taken, some called, one ticket printed.

Speaks to the server and the simulators over HTTP as any script would; keeps nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
import uuid
from typing import Any

from launcher.hall_plan import HALL, HallPlan, hall_settings
from launcher.hall_ports import HOST
from launcher.rooms import room_environment

# Service and priority class of each visitor, in the order of their coming.
VISITORS = (
    *(("A", "ordinary"), ("D", "elderly"), ("G", "ordinary"), ("F", "ordinary"), ("A", "ordinary")),
    *(("B", "ordinary"), ("E", "ordinary"), ("D", "elderly"), ("G", "disabled"), ("C", "ordinary")),
    *(("A", "ordinary"), ("F", "ordinary"), ("G", "ordinary"), ("A", "ordinary"), ("D", "elderly")),
)
# Where the kiosk shows its first tile, as parts of width and height: at home the way to a number,
# behind it the first service.
FIRST_TILE = (0.25, 0.32)
_NEXT_SCREEN_S = 1.0
_PRINTED_WITHIN_S = 6.0
_TOUCHES = 4
WINDOWS_CALLING = ("2", "4", "7", "6", "8", "1")


class HallVisit:
    """One set of visitors in one running hall."""

    def __init__(self, plan: HallPlan) -> None:
        self._plan = plan
        self._api = f"http://{HOST}:{plan.ports.server}/api/v1/halls/{HALL}"
        self._direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def take_numbers(self) -> str:
        """Takes a number for each of VISITORS; returns the address path of the last one's page."""
        token = next(d["token"] for d in hall_settings()["paired"] if d["role"] == "kiosk")
        path = ""
        for service, priority_class in VISITORS:
            body = {"service": service, "priority_class": priority_class}
            path = self._post(f"{self._api}/tickets", body, token)["ticket"]["follow_path"]
        return path

    def call_some(self) -> None:
        """Each of WINDOWS_CALLING calls its next person."""
        for window in WINDOWS_CALLING:
            address = f"{self._api}/windows/{window}/call-next"
            self._post(address, {}, self._clerk_token(window))

    def say_something(self) -> None:
        """A manager's words for one clerk, and for the people at another window."""
        words = ("token", "--role", "manager", "--hall", HALL, "--database", self._plan.database)
        token = self._room("queue_server", *words).strip()
        for window, place, text in (
            ("1", "clerk", "12 点请到会议室开个短会"),
            ("4", "screen", "社保卡补办请到 7 号窗口"),
        ):
            address = f"{self._api}/windows/{window}/messages"
            self._post(address, {"text": text, "place": place}, token)

    def take_ticket(self) -> bytes:
        """Touches the first service on the kiosk; returns the printed ticket's picture, a PNG.

        Raises TimeoutError when nothing was printed.
        """
        before = len(self._tickets())
        for _ in range(_TOUCHES):
            self._touch(*FIRST_TILE)
            time.sleep(_NEXT_SCREEN_S)
            self._touch(*FIRST_TILE)
            # A kiosk that has only just started may not show its services yet; on its later
            # screens nothing lies where the first service was.
            give_up_at = time.monotonic() + _PRINTED_WITHIN_S
            while len(tickets := self._tickets()) == before and time.monotonic() < give_up_at:
                time.sleep(0.2)
            if len(tickets) > before:
                break
        else:
            raise TimeoutError("the kiosk printed no ticket")
        page = f"http://{HOST}:{self._plan.ports.simulators}"
        with self._direct.open(page + tickets[0]["png"], timeout=10) as answer:
            picture: bytes = answer.read()
        return picture

    def _touch(self, x: float, y: float) -> None:
        kiosk = f"http://{HOST}:{self._plan.ports.kiosk_view}/touch"
        for phase in ("down", "up"):
            self._send(kiosk, {"phase": phase, "x": x, "y": y})

    def _tickets(self) -> list[dict[str, Any]]:
        page = f"http://{HOST}:{self._plan.ports.simulators}"
        with self._direct.open(f"{page}/api/tickets", timeout=10) as answer:
            told: list[dict[str, Any]] = json.load(answer)
        return told

    def _clerk_token(self, window: str) -> str:
        words = ("token", "--role", "clerk", "--hall", HALL, "--window", window)
        return self._room("queue_server", *words, "--database", self._plan.database).strip()

    def _room(self, *words: str) -> str:
        command = (sys.executable, "-P", "-m", *words)
        return subprocess.run(
            command, env=room_environment(), stdout=subprocess.PIPE, text=True, check=True
        ).stdout

    def _post(self, address: str, body: dict[str, str], token: str) -> dict[str, Any]:
        whole = {"request_id": str(uuid.uuid4()), **body}
        told: dict[str, Any] = json.loads(self._send(address, whole, token))
        return told

    def _send(self, address: str, body: dict[str, Any], token: str = "") -> bytes:
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(  # noqa: S310 - built from our own loopback address
            address, json.dumps(body).encode(), headers
        )
        with self._direct.open(request, timeout=10) as answer:
            said: bytes = answer.read()
        return said
