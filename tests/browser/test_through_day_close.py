"""Screens that nobody touches while a day closes, and the promises that have run late by then. The
server's clock is put forward three days under the open pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Pages
from tests.support.server import ServerProcess

pytestmark = pytest.mark.browser
THREE_DAYS_S = 3 * 24 * 3600


@pytest.fixture
def shift(tmp_path: Path) -> Path:
    file = tmp_path / "shift"
    file.write_text("0")
    return file


@pytest.fixture
def server(tmp_path: Path, shift: Path) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path, clock_shift=shift) as running:
        yield running


def test_a_screen_left_alone_goes_on_with_the_next_day(
    chromium: Browser, server: ServerProcess, shift: Path
) -> None:
    pages = Pages(chromium, server)
    manager = server.client("manager")
    manager.issue("D")
    for act, more in (
        ("call-next", {}),
        ("start", {}),
        ("finish", {"outcome": "accepted", "promised_days": 1}),
    ):
        assert manager.at("4", act, **more)[0] == 200
    ticket = manager.issue("D")
    screen = pages.open("/screen/demo?sound=off", (1920, 1080))
    small = pages.open("/window-screen/demo/4", (800, 480))
    phone = pages.open(ticket["follow_path"], (390, 844))
    assert manager.at("4", "call-next")[0] == 200
    expect(screen.locator("#number")).to_have_text("D002")
    expect(small.locator("#number")).to_have_text("D002")
    expect(phone.locator("body")).to_have_attribute("data-status", "called", timeout=15_000)

    shift.write_text(str(THREE_DAYS_S))
    number = manager.issue("E")["number"]  # the first of a new day
    expect(small.locator("#state")).to_have_text("空闲", timeout=15_000)
    assert manager.at("5", "call-next")[0] == 200
    expect(screen.locator("#number")).to_have_text(number, timeout=15_000)
    expect(screen.locator("#stale")).to_be_hidden()
    assert "D002" not in screen.inner_text("main")
    expect(phone.locator("#status")).to_have_text("号票已过期", timeout=25_000)
    expect(phone.locator("#number")).to_have_text("D002")  # it answered, and nothing is stale
    expect(phone.locator("#offline")).to_be_hidden()
    path = f"/api/v1/halls/demo/tickets/{ticket['id']}"
    assert manager.get(path)[1]["ticket"]["status"] == "expired"
    status, refused = manager.post(f"{path}/rejoin")
    assert (status, refused["error"]["detail"]["status"]) == (409, "expired")
    promises = manager.get("/api/v1/halls/demo")[1]["promises"]
    assert (promises["open"], promises["late"]) == (1, 1)
    assert pages.faults == []
    for context in pages.contexts:
        context.close()


def test_a_silent_screen_is_trouble_on_the_board_until_it_is_back_or_gone(
    chromium: Browser, server: ServerProcess, shift: Path
) -> None:
    """One that was there for a while; a page that somebody only looked at is none."""

    def heard(screen: str, **told: bool) -> None:
        address = f"{server.api}/screens/{screen}/receipts"
        assert httpx.post(address, json=told, timeout=10).status_code == 200

    pages = Pages(chromium, server)
    heard("east", named=True)
    heard("screen-1f2e3d", named=False)
    shift.write_text("90")
    heard("east", named=True)
    heard("screen-1f2e3d", named=False)
    heard("looked-at", named=True)
    shift.write_text("130")
    board = pages.log_in("manager", "/manager/demo")
    expect(board.locator("#alarms li")).to_have_count(1)
    expect(board.locator("#alarms")).to_contain_text("叫号屏 east：没有声息")
    heard("east", named=True)
    board.reload()
    east = board.locator("#devices li", has_text="east")
    expect(east).to_contain_text("在线")
    expect(board.locator("#alarms")).to_be_hidden()
    shift.write_text("170")
    board.reload()
    expect(board.locator("#alarms")).to_contain_text("east")
    east.locator("button[data-screen]").click()
    expect(board.locator("#alarms")).to_be_hidden()
    expect(board.locator("#devices")).not_to_contain_text("east")
    assert pages.faults == []
    for context in pages.contexts:
        context.close()
