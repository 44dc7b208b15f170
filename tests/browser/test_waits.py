"""The manager's page about waits: promises kept, a change tried, the fewest windows."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Kiosk, Pages, Staff

PLAYED_MS = 60_000


def test_a_manager_tries_a_change_before_making_it(
    pages: Pages, kiosk: Kiosk, manager: Staff, wide: Callable[[Page], int]
) -> None:
    for service in "ABCDEFG":
        kiosk.ticket(service)
    manager.press("1", "call-next")
    page = pages.log_in("manager", "/manager/demo/waits")
    expect(page.locator("#kept-figures dd").first).to_have_text("100%", timeout=PLAYED_MS)
    expect(page.locator("#picture path.then")).to_have_count(1, timeout=PLAYED_MS)
    page.select_option("#kind", "people")
    page.fill("#people", "900")
    page.click("#what button")
    wrong = page.locator("#people").evaluate("field => field.validationMessage")
    assert "1 到 500" in wrong
    # what is not shown any more holds nothing up
    page.select_option("#kind", "close")
    page.select_option("#window", "7")
    page.click("#what button")
    expect(page.locator("#changes li")).to_contain_text("7 号综合窗口")
    expect(page.locator("#picture path.now")).to_have_count(1, timeout=PLAYED_MS)
    expect(page.locator("#answer")).to_contain_text("→")
    page.click("#changes button")
    expect(page.locator("#changes li")).to_have_count(0)
    page.fill("#limit", "120")
    page.click("#few button")
    expect(page.locator("#few-windows li")).to_have_count(9, timeout=PLAYED_MS)
    assert manager.client.get(f"{manager.server.api}").json()["windows"][6]["state"] == "open"
    page.click("#each summary")
    expect(page.locator("#each-table tbody tr")).to_have_count(7)
    expect(page.locator("#each-csv")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    assert wide(page) == 0
