"""A device shows a code, a manager types it, and the device is let in; and out again."""

from __future__ import annotations

import time

from queue_server.web.context import TOKEN_TRUSTED_S
from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"


def test_a_screen_and_a_kiosk_are_let_in_by_their_codes(
    server: ServerProcess, admin: Client
) -> None:
    device = server.client(None)
    status, screen = device.request("POST", f"{HALL}/pairings", {"kind": "screen"})
    assert status == 201
    claim = {"pairing": screen["pairing"]}
    assert device.request("POST", f"{HALL}/pairings/claim", claim)[1]["state"] == "waiting"
    spaced = f"{screen['code'][:3]} {screen['code'][3:]}"
    status, told = admin.post(f"{HALL}/pairings/look", code=spaced)
    assert (status, told["device"]["kind"]) == (200, "screen")
    assert screen["pairing"] not in str(told)
    more = {"name": "东区大屏", "windows": ["1", "2"], "zone": "东区"}
    assert admin.post(f"{HALL}/pairings/confirm", code=spaced, **more)[0] == 201
    told = device.request("POST", f"{HALL}/pairings/claim", claim)[1]
    assert told["state"] == "paired"
    assert told["path"].startswith("/screen/demo?name=screen-")
    assert "windows=1,2" in told["path"]
    status, body = admin.post(f"{HALL}/pairings/confirm", code=spaced, **more)
    assert (status, body["error"]["code"]) == (404, "code_unknown")

    _, kiosk = device.request("POST", f"{HALL}/pairings", {"kind": "kiosk", "name": "kiosk-7"})
    assert admin.post(f"{HALL}/pairings/confirm", code=kiosk["code"], name="大门")[0] == 201
    paired = Client(server.url, kiosk["pairing"])
    assert paired.issue("A")["status"] == "waiting"
    devices = {d["name"]: d for d in admin.get(f"{HALL}/paired")[1]["devices"]}
    assert devices["kiosk-7"]["paired_by"].startswith("admin:")
    assert admin.post(f"{HALL}/paired/{devices['kiosk-7']['id']}/unpair")[0] == 200
    end = time.monotonic() + 5 * TOKEN_TRUSTED_S
    while paired.get(f"{HALL}/tickets/none")[0] != 401:
        assert time.monotonic() < end
        time.sleep(0.2)
    acts = [(one["act"], one["subject"]) for one in admin.get(f"{HALL}/audit")[1]["audit"]]
    assert {("device_paired", "东区大屏"), ("device_unpaired", "kiosk-7")} <= set(acts)


def test_what_is_asked_of_a_pairing(server: ServerProcess, admin: Client) -> None:
    device = server.client(None)
    claim = {"pairing": "x" * 40}
    assert device.request("POST", f"{HALL}/pairings/claim", claim)[1]["state"] == "expired"
    _, tablet = device.request("POST", f"{HALL}/pairings", {"kind": "tablet"})
    for more, code in (
        ({}, "window_needed"),
        ({"window": "99"}, "window_unknown"),
        ({"services": ["Z"]}, "service_unknown"),
    ):
        told = {"code": tablet["code"], "name": "t", **more}
        status, body = admin.post(f"{HALL}/pairings/confirm", **told)
        assert (status, body["error"]["code"]) == (422, code)
    assert admin.post(f"{HALL}/pairings/look", code="abc")[0] == 422
    assert device.request("POST", "/api/v1/halls/none/pairings", {"kind": "screen"})[0] == 404
    codes = 0
    while device.request("POST", f"{HALL}/pairings", {"kind": "screen"})[0] == 201:
        codes += 1
    assert codes < 40  # one address does not flood
