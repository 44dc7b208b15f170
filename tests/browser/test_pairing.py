"""A screen is added without any command line: its browser opens /pair, a manager types the code."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_reviews import violations

pytestmark = pytest.mark.browser


def test_a_screen_shows_a_code_and_is_let_in_and_out(pages: Any, wide: Any) -> None:
    screen = pages.open("/pair", (1920, 1080))
    screen.get_by_role("button", name="叫号大屏").click()
    expect(screen.locator("#code")).to_be_visible()
    code = screen.inner_text("#code")
    assert violations(screen) == []
    assert wide(screen) == 0
    page = pages.log_in("manager", "/admin/demo")
    page.click('#sections a[href="#devices"]')
    page.get_by_role("button", name="配对设备").click()
    page.fill("#form-fields input", "000 000" if code != "000 000" else "000 001")
    page.keyboard.press("Enter")
    expect(page.locator("#form-fault")).to_contain_text("没有设备正在显示")
    page.fill("#form-fields input", code)
    page.keyboard.press("Enter")
    expect(page.locator("#form-title")).to_contain_text("叫号大屏，地址 127.0.0.1")
    page.get_by_label("区域名称").fill("东区")
    assert violations(page) == []
    page.click("#form-save")
    screen.wait_for_url("**/screen/demo?*")
    expect(screen.locator("#hall-name")).to_contain_text("东区")
    screen.goto(f"{pages.server.url}/pair")  # its start page leads there for good
    screen.wait_for_url("**/screen/demo?*")
    expect(page.locator("#section tbody tr")).not_to_have_count(0)
    row = page.locator("#section tr", has=page.locator("th", has_text="叫号大屏"))
    row.get_by_role("button", name="解除配对").click()
    page.click("#form-save")
    expect(page.locator("#toast")).to_be_visible()
    screen.goto(f"{pages.server.url}/pair")
    expect(screen.locator("#choose")).to_be_visible()
    phone = pages.open("/pair/demo?for=tablet&lang=en", (800, 480))
    expect(phone.locator("#code")).to_be_visible()
    assert violations(phone) == []
    assert wide(phone) == 0
