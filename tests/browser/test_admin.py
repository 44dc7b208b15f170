"""A manager changes the hall without touching a file, in a real browser."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Pages
from tests.browser.test_rules_and_access import violations
from tests.support.server import ServerProcess

SECTIONS = [
    *("services", "matters", "windows", "classes", "hours", "dispatch", "alerts"),
    *("notices", "jobs", "staff", "changes", "audit"),
]


def section(page: Page, name: str) -> None:
    page.click(f'#sections a[href="#{name}"]')
    expect(page.locator(f'#sections a[href="#{name}"]')).to_have_attribute("aria-current", "page")
    expect(page.locator("#section table, #section dl").first).to_be_visible()


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("HALL_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.browser
def test_a_service_is_added_by_keyboard_and_taken_back(server: ServerProcess, pages: Pages) -> None:
    page = pages.log_in("manager", "/admin/demo")
    section(page, "services")
    page.get_by_role("button", name="新增业务").press("Enter")
    page.keyboard.type("H")
    for text in ("H", "劳动关系", "Labour relations", "9"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    picture(page, "admin-form")
    page.keyboard.press("Enter")
    expect(page.locator('tr[data-id="H"]')).to_contain_text("劳动关系")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator('tr[data-id="H"]')).to_have_count(0)


@pytest.mark.browser
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(pages: Pages) -> None:
    page = pages.log_in("manager", "/admin/demo")
    section(page, "services")
    page.get_by_role("button", name="新增业务").click()
    dialog = page.locator("#form-dialog")
    for label, text in (("编号", "H"), ("号码前缀", "A"), ("名称", "重复"), ("英文名称", "Twice")):
        dialog.get_by_label(label, exact=True).fill(text)
    dialog.get_by_label("通常用时（分钟）").fill("5")
    page.keyboard.press("Enter")
    expect(page.locator("#form-fault")).to_contain_text("前缀 A 已经用于")
    expect(dialog.get_by_label("名称", exact=True)).to_have_value("重复")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.browser
def test_windows_hours_notices_and_people(server: ServerProcess, pages: Pages) -> None:
    page = pages.log_in("manager", "/admin/demo")
    section(page, "windows")
    page.locator('tr[data-id="1"]').get_by_role("button", name="业务分工").click()
    page.locator('#form-dialog select[data-service="G"]').select_option("2")
    page.click("#form-save")
    expect(page.locator('tr[data-id="1"]')).to_contain_text("G (2)")
    section(page, "hours")
    change = page.get_by_role("button", name="修改")
    expect(change).to_have_count(1)  # those of the windows are gone
    change.click()
    page.locator("#form-dialog textarea").first.fill("2027-01-01\n2027-01-02")
    page.click("#form-save")
    expect(page.locator("#section")).to_contain_text("2027-01-02")
    section(page, "notices")
    page.get_by_role("button", name="发布公告").click()
    page.locator("#form-dialog").get_by_label("标题", exact=True).fill("今天下午四点停电")
    page.click("#form-save")
    expect(page.locator("#section")).to_contain_text("今天下午四点停电")
    row = page.locator("tr", has_text="今天下午四点停电")
    row.get_by_role("button", name="删除").click()
    page.click("#form-save")
    expect(page.locator("#section")).not_to_contain_text("今天下午四点停电")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("#section")).to_contain_text("今天下午四点停电")
    section(page, "staff")
    page.get_by_role("button", name="新增账号").click()
    dialog = page.locator("#form-dialog")
    dialog.get_by_label("账号").fill("xin")
    dialog.get_by_label("名称", exact=True).fill("新人")
    dialog.get_by_label("角色").select_option("clerk")
    page.click("#form-save")
    expect(page.locator(".secret")).to_be_visible()
    expect(page.locator(".secret")).to_have_text(re.compile(r"^[a-z2-9]{4}(-[a-z2-9]{4}){2}$"))
    picture(page, "admin-password")
    page.click("#form-save")
    expect(page.locator('tr[data-id="xin"]')).to_contain_text("等待首次改密")
    section(page, "changes")
    expect(page.locator("#section")).to_contain_text("manager")
    section(page, "audit")
    expect(page.locator("#section")).to_contain_text("新增账号")


@pytest.mark.browser
@pytest.mark.slow
def test_every_section_is_accessible_in_each_size(pages: Pages) -> None:
    page = pages.log_in("manager", "/admin/demo")
    for name in SECTIONS:
        section(page, name)
        assert violations(page) == [], name
        picture(page, f"admin-{name}")
    page.set_viewport_size({"width": 390, "height": 844})
    for name in SECTIONS:
        section(page, name)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, name
    picture(page, "admin-phone")
    page.goto(page.url.split("#")[0] + "?lang=en#matters")
    expect(page.locator("h2#section-title")).to_have_text("Matters and guides")
    page.set_viewport_size({"width": 1920, "height": 1080})
    picture(page, "admin-en")
