"""The queue server as the window devices need it: the hall, its live stream, acts at windows.

Plain HTTP by requests. Blocks; each thread has its own connection. One try each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests

from hardware.errors import DeviceProtocolError
from hardware.hall_line import HallLine, away, checked
from hardware.health import DeviceHealth
from hardware.window_devices.settings import ServerSettings
from hardware.window_devices.view import CallView, HallView, window_view

TOPICS = "calls,queue,windows"
DETAIL_LENGTH = 400  # the wire takes no more


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One Server-Sent Event. name "heartbeat" only tells that the line lives."""

    name: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an act led to. called: whether `call-next` found anybody, None for other acts."""

    called: bool | None


class HallApi:
    """May be used from several threads. Raises ServerAway, ServerRefused, DeviceProtocolError."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._line = HallLine(
            settings.url,
            settings.hall,
            settings.token,
            settings.connect_timeout_s,
            settings.answer_timeout_s,
        )

    def hall(self) -> HallView:
        return _hall_view(self._line.ask("GET", ""))

    def act(self, window: str, name: str, body: Mapping[str, Any], request_id: str) -> Answer:
        path = f"/windows/{quote(window, safe='')}/{name}"
        answer = self._line.ask("POST", path, {**body, "request_id": request_id})
        if not isinstance(answer, dict):
            raise DeviceProtocolError("server_answer_wrong", reason=name)
        return Answer(bool(answer.get("ticket")) if name == "call-next" else None)

    def rate(self, ticket: str, window: str, level: int, request_id: str) -> None:
        body = {"request_id": request_id, "ticket": ticket, "level": level}
        self._line.ask("POST", f"/windows/{quote(window, safe='')}/rate", body)

    def report_health(self, device: str, kind: str, health: DeviceHealth) -> None:
        path = f"/devices/{quote(device, safe='')}/health"
        told = {"kind": kind, "state": health.state, "detail": health.detail[:DETAIL_LENGTH]}
        self._line.ask("POST", path, {**told, "figures": health.figures()})

    def stream(self, after: int) -> Iterator[StreamEvent]:
        """Events with seq > `after`, until the line breaks or is silent for too long."""
        limits = (self._settings.connect_timeout_s, self._settings.stream_silent_s)
        try:
            with self._line.sessions.mine().get(
                f"{self._line.base}/events",
                params={"topics": TOPICS, "after": str(after)},
                headers={"Accept": "text/event-stream"},
                stream=True,
                timeout=limits,
                allow_redirects=False,
            ) as answer:
                checked(answer)
                yield from _events(answer)
        except requests.RequestException as error:
            raise away(error) from error


def _events(answer: requests.Response) -> Iterator[StreamEvent]:
    """Frames of lines `event:` and `data:`, each ended by an empty line."""
    name, data = "message", ""
    for line in answer.iter_lines(chunk_size=1, decode_unicode=False):
        key, _, value = line.decode("utf-8", "replace").partition(": ")
        if key == "event":
            name = value
        elif key == "data":
            data += value
        elif not line and data:
            yield StreamEvent(name, _json(data))
            name, data = "message", ""


def _json(data: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(data)
    except ValueError as error:
        raise DeviceProtocolError("server_answer_wrong", reason="JSON") from error
    return parsed if isinstance(parsed, dict) else {}


def _hall_view(data: Any) -> HallView:
    try:
        now = datetime.fromisoformat(data["now"])
        calls = [
            CallView(
                int(call["seq"]),
                str(call["number"]),
                str(call["window"]),
                (now - datetime.fromisoformat(call["at"])).total_seconds(),
            )
            for call in data["calls"]
        ]
        windows = {str(each["id"]): window_view(each) for each in data["windows"]}
        return HallView(int(data["seq"]), windows, tuple(sorted(calls, key=lambda c: c.seq)))
    except (KeyError, TypeError, ValueError) as error:
        raise DeviceProtocolError("server_answer_wrong", reason=f"hall: {error}") from error
