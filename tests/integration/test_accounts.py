"""Accounts: made, changed, locked, disabled; the first password must be changed; all is noted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.integration.test_access import Browser, csrf_in
from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"


@pytest.fixture(scope="module")
def manager(server: ServerProcess) -> Client:
    return server.client("manager")


def added(admin: Client, login: str, **fields: Any) -> str:
    told = {"name": "试", "role": "clerk", "window": "2", **fields}
    status, body = admin.post(f"{HALL}/staff", login=login, **told)
    assert status == 201, body
    return str(body["password"])


def account(admin: Client, login: str) -> dict[str, Any]:
    found = admin.get(f"{HALL}/staff")[1]["staff"]
    return next(one for one in found if one["login"] == login)


def choose(browser: Browser, current: str, new: str, again: str | None = None) -> tuple[int, str]:
    _, page, _ = browser.get("/password")
    fields = {"current": current, "new": new, "again": again or new, "csrf": csrf_in(page)}
    status, _, url = browser.post("/password", next="/window/demo/2", **fields)
    return status, url


def test_the_first_password_is_good_for_choosing_another_alone(
    server: ServerProcess, admin: Client
) -> None:
    first = added(admin, "fang")
    assert account(admin, "fang")["must_change"] is True
    browser = Browser(server.url)
    assert "/password" in browser.login("fang", first)[2]
    assert "/password" in browser.get("/window/demo/2")[2]
    cookie = {"Cookie": "; ".join(f"{x.name}={x.value}" for x in browser.cookies)}
    status, body = Client(server.url, None).request("GET", HALL, headers=cookie)
    assert (status, body["error"]["code"]) == (403, "password_change_needed")
    assert choose(browser, "wrong", "my own words")[0] == 422
    assert choose(browser, first, "my own words", "other words")[0] == 422
    assert choose(browser, first, "short")[0] == 422
    assert choose(browser, first, "Fang-fang-1")[0] == 422  # with the login in it
    assert choose(browser, first, first)[0] == 422
    status, url = choose(browser, first, "my own words")
    assert (status, url) == (200, f"{server.url}/window/demo/2")
    assert account(admin, "fang")["must_change"] is False
    assert Browser(server.url).login("fang", first)[0] == 401
    assert Browser(server.url).login("fang", "my own words")[2].endswith("/window/demo/2")


def test_who_is_disabled_is_out_at_once_and_comes_back(
    server: ServerProcess, admin: Client
) -> None:
    first = added(admin, "gone")
    browser = Browser(server.url)
    browser.login("gone", first)
    choose(browser, first, "my own words")
    assert browser.get("/window/demo/2")[2].endswith("/window/demo/2")
    assert admin.post(f"{HALL}/staff/gone/disable")[0] == 200
    assert "/login" in browser.get("/window/demo/2")[2]
    assert Browser(server.url).login("gone", "my own words")[0] == 401
    assert admin.post(f"{HALL}/staff/gone/enable")[0] == 200
    assert Browser(server.url).login("gone", "my own words")[0] == 200


def test_a_locked_account_is_seen_and_unlocked(server: ServerProcess, admin: Client) -> None:
    first = added(admin, "lock")
    for _ in range(6):
        Browser(server.url).login("lock", "wrong")
    assert account(admin, "lock")["locked_until"] is not None
    assert Browser(server.url).login("lock", first)[0] == 429
    assert admin.post(f"{HALL}/staff/lock/unlock")[0] == 200
    assert account(admin, "lock")["locked_until"] is None
    assert Browser(server.url).login("lock", first)[0] == 200


def test_a_reset_gives_a_new_first_password(server: ServerProcess, admin: Client) -> None:
    first = added(admin, "reset")
    status, body = admin.post(f"{HALL}/staff/reset/reset")
    assert status == 200
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", body["password"])
    assert Browser(server.url).login("reset", first)[0] == 401
    assert "/password" in Browser(server.url).login("reset", body["password"])[2]


def test_changes_of_name_role_and_window(admin: Client) -> None:
    added(admin, "move")
    status, _ = admin.post(f"{HALL}/staff/move", name="新名", role="clerk", window="3")
    assert (status, account(admin, "move")["window"]) == (200, "3")
    assert admin.post(f"{HALL}/staff/move", name="新名", role="manager", window="3")[0] == 200
    assert account(admin, "move")["window"] is None  # a manager belongs to no window
    assert admin.post(f"{HALL}/staff/move", name="x", role="clerk", window="99")[0] == 422
    assert admin.post(f"{HALL}/staff/nobody", name="x", role="clerk")[0] == 404
    assert admin.post(f"{HALL}/staff", login="move", name="x", role="clerk")[0] == 409
    assert admin.post(f"{HALL}/staff", login="bad name", name="x", role="clerk")[0] == 422


def test_nobody_makes_or_changes_somebody_above_them(
    server: ServerProcess, admin: Client, manager: Client
) -> None:
    added(admin, "high", role="auditor", window=None)
    for role in ("admin", "auditor", "kiosk"):
        status, body = manager.post(f"{HALL}/staff", login=f"new-{role}", name="x", role=role)
        assert (status, body["error"]["code"]) == (403, "role_out_of_reach")
    status, body = manager.post(f"{HALL}/staff/high/reset")
    assert (status, body["error"]["code"]) == (403, "account_out_of_reach")
    assert manager.post(f"{HALL}/staff/high/disable")[0] == 403
    status, body = manager.post(f"{HALL}/staff/clerk1", name="x", role="admin")
    assert (status, body["error"]["code"]) == (403, "role_out_of_reach")


def test_nobody_tends_their_own_account(server: ServerProcess, admin: Client) -> None:
    browser = Browser(server.url)
    _, page, _ = browser.login("manager", "demo-hall", "/manager/demo")
    headers = {
        "Cookie": "; ".join(f"{x.name}={x.value}" for x in browser.cookies),
        "X-CSRF-Token": csrf_in(page),
    }
    body = {"request_id": "1f0e0f5c-38f5-4d0f-9a3c-111111111111"}
    status, answer = Client(server.url, None).request(
        "POST", f"{HALL}/staff/manager/reset", body, headers=headers
    )
    assert (status, answer["error"]["code"]) == (403, "account_out_of_reach")


def test_what_managers_do_is_noted_and_what_was_refused_too(
    server: ServerProcess, manager: Client
) -> None:
    password = added(manager, "noted")
    manager.post(f"{HALL}/services/D/pause", reason="系统升级")
    manager.post(f"{HALL}/services/D/resume")
    manager.post(f"{HALL}/services/none/pause", reason="没有")
    manager.post(f"{HALL}/staff/noted/reset")
    Browser(server.url).login("noted", "a wrong one")
    lines = manager.get(f"{HALL}/audit?limit=500")[1]["audit"]
    told = {(x["act"], x["subject"]): x for x in lines}
    assert told["staff_added", "noted"]["actor"] == "manager:manager"
    assert told["configure", "services/D/pause"]["detail"] == {"reason": "系统升级"}
    assert told["configure_refused", "services/none/pause"]["detail"] == {"status": 404}
    assert told["login_failed", "noted"]["actor"] == "clerk:noted"
    assert ("staff_password_reset", "noted") in told
    assert password not in str(lines)
    assert [x["at"] for x in lines] == sorted((x["at"] for x in lines), reverse=True)
    first = manager.get(f"{HALL}/audit?limit=2")[1]
    second = manager.get(f"{HALL}/audit?limit=2&before={first['next']}".replace("+", "%2B"))[1]
    assert [x["id"] for x in first["audit"] + second["audit"]] == [x["id"] for x in lines[:4]]


def test_the_servers_own_address_leads_somewhere(server: ServerProcess) -> None:
    browser = Browser(server.url)
    assert browser.get("/")[2].endswith("/login")
    browser.login("clerk3", "demo-hall")
    assert browser.get("/")[2].endswith("/window/demo/3")
