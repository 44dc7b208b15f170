"""The clerk's appointment book: book, find, move, check in, give up, in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

BOOK = "/appointments/demo"
SAMPLE_ID = "34052419800101001X"  # a published sample number


def book(page: Page, which: str = "last") -> str:
    """Books the first or last time of the first day for service D; returns the code."""
    page.get_by_role("button", name="D 退休人员社会化管理").click()
    page.locator("#days .chip").first.click()
    getattr(page.locator("#slots .chip:not([disabled])"), which).click()
    page.fill("#id-number", SAMPLE_ID)
    page.fill("#phone", "13800000000")
    page.click("#book-go")
    expect(page.locator("#words")).to_contain_text("已预约")
    found = re.search(r"预约码 (\d{6})", page.inner_text("#words"))
    assert found
    return found[1]


def test_an_appointment_is_booked_found_moved_and_given_up(pages: Any, wide: Any) -> None:
    page = pages.log_in("clerk4", BOOK)
    code = book(page)
    assert page.input_value("#id-number") == ""
    assert SAMPLE_ID not in page.evaluate("JSON.stringify(sessionStorage)")
    for words in (code, SAMPLE_ID, "13800000000"):
        page.fill("#find-by", words)
        page.keyboard.press("Enter")
        expect(page.locator("#found li")).to_have_count(1)
        expect(page.locator("#found")).to_contain_text(f"预约码 {code}")
    page.locator("#found").get_by_role("button", name="改期").click()
    page.locator("#days .chip").nth(1).click()
    page.locator("#slots .chip:not([disabled])").first.click()
    page.get_by_role("button", name=f"把 {code} 改到这个时间").click()
    expect(page.locator("#words")).to_contain_text("已改到")
    giving_up = page.locator("#found").get_by_role("button", name="取消")
    giving_up.click()
    expect(giving_up).to_contain_text("确定")
    expect(giving_up).to_be_focused()  # also after the list was drawn again
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("已取消")
    assert wide(page) == 0


def test_a_booked_person_is_checked_in_and_called(pages: Any, server: Any, manager: Any) -> None:
    page = pages.log_in("clerk4", BOOK)
    code = book(page, "first")  # begins within half an hour, which is soon enough to check in
    page.fill("#find-by", code)
    page.keyboard.press("Enter")
    row = page.locator("#found li", has_text=code)
    today = manager.client.get(f"{server.api}/appointments").json()["appointments"]
    if not today:  # shortly before midnight the next time is tomorrow's
        expect(row.get_by_role("button", name="签到取号")).to_have_count(0)
        return
    row.get_by_role("button", name="签到取号").click()
    expect(page.locator("#words")).to_contain_text("已签到，号码是 D001")
    expect(row).to_contain_text("已签到")
    called = manager.press("4", "call-next")["ticket"]
    assert (called["number"], called["priority_class"]) == ("D001", "appointment")


def test_what_is_missing_is_said(pages: Any) -> None:
    page = pages.log_in("clerk4", BOOK)
    page.fill("#id-number", SAMPLE_ID)
    page.click("#book-go")
    expect(page.locator("#words")).to_contain_text("请先选业务")
    page.fill("#find-by", "000000")
    page.keyboard.press("Enter")
    expect(page.locator("#words")).to_contain_text("没有找到预约")
