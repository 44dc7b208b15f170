"""Calls of the pension routes that tests make, and people to make them for."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from typing import Any

from tests.support.pensions import number
from tests.support.server import Client

PENSION = "/api/v1/halls/demo/pension"
ZHANG = "990101193803123069"  # in the demonstration's register, due soon
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + b"live picture" * 40).decode()
GOOD = {
    "decision": "pass",
    "score": 0.81,
    "threshold": 0.7,
    "calibration": "cal-1",
    "model": "stub",
    "liveness": [{"name": "actions", "verdict": "good", "weight": "must", "value": 1.0}],
}


def get(client: Client, path: str) -> Any:
    status, body = client.get(f"{PENSION}/{path}")
    assert status == 200, body
    return body


def post(client: Client, path: str, expected: int = 200, **fields: Any) -> Any:
    status, body = client.post(f"{PENSION}/{path}", **fields)
    assert status == expected, (status, body)
    return body


def upload(client: Client, content: bytes, query: str = "") -> tuple[int, Any]:
    asked = urllib.request.Request(
        f"{client.url}{PENSION}/import?{query}",
        content,
        {"Authorization": f"Bearer {client.token}", "Content-Type": "application/octet-stream"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


_serial = iter(range(100, 900))


def somebody(manager: Client, due: str = "+10", **more: str) -> tuple[str, str]:
    """A fresh pensioner: ID number and reference."""
    new = number(next(_serial))
    line = f"{new},样例·赵小明,示范县/测试村,{due},{more.get('phone', '')}"
    status, body = upload(
        manager, f"身份证号,姓名,行政区划,到期日,手机\n{line}\n".encode(), "dry_run=false"
    )
    assert (status, body["imported"]["new"]) == (200, 1), body
    look = post(manager, "look", id_number=new, why="测试")
    return new, look["pensioner"]["person"]


def enrolled(manager: Client, kiosk: Client, due: str = "+10") -> tuple[str, str]:
    new, person = somebody(manager, due)
    post(kiosk, "consents", person=person, version="2026-1")
    post(manager, f"people/{person}/face", source="camera", picture=JPEG)
    return new, person


def begun(kiosk: Client, person: str) -> Any:
    return post(kiosk, "checks", 201, person=person)
