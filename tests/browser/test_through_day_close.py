"""Screens that nobody touches while a day closes, and the promises that have run late by then. The
server's clock is put forward three days under the open pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
    expect(phone.locator("#status")).to_have_text("没有找到这张号票", timeout=25_000)
    promises = manager.get("/api/v1/halls/demo")[1]["promises"]
    assert (promises["open"], promises["late"]) == (1, 1)
    assert pages.faults == []
    for context in pages.contexts:
        context.close()
