"""The clerk registers outcomes by keyboard; promises and the printed note appear by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def serve(page: Page) -> None:
    page.keyboard.press("F1")
    expect(page.locator("body")).to_have_attribute("data-stage", "called")
    page.keyboard.press("F3")
    expect(page.locator("body")).to_have_attribute("data-stage", "serving")


def test_outcomes_are_registered_by_keyboard(pages: Any, kiosk: Any, manager: Any) -> None:
    for _ in range(3):
        kiosk.ticket("D")
    page: Page = pages.log_in("clerk4", "/window/demo/4")
    expect(page.locator("#stage")).to_have_text("空闲")

    serve(page)
    page.keyboard.press("a")
    expect(page.locator("#register")).to_be_visible()
    page.keyboard.press("4")
    page.keyboard.press("2")  # the outcome's keys hold until the clerk goes elsewhere
    page.keyboard.press("Enter")  # accepted, but what?
    expect(page.locator("#register-fault")).to_contain_text("按 M 选事项")
    page.keyboard.press("m")
    page.keyboard.press("d")  # the days are selected, to be typed over
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.locator("#messages li").first).to_contain_text("已受理，承诺")
    promise = page.locator("#promises-list li")
    expect(promise).to_contain_text("还有 12 个工作日")

    serve(page)
    page.keyboard.press("a")
    page.keyboard.press("3")
    page.keyboard.press("Enter")  # nothing told yet
    expect(page.locator("#register-fault")).to_be_visible()
    page.keyboard.press("m")  # never into a text; the matter names its papers
    paper = page.locator("#register-papers label").first.locator("span").inner_text()
    page.keyboard.press("5")
    page.keyboard.press("l")
    page.keyboard.type("m")  # a text being typed takes all letters
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#messages li").first).to_contain_text("缺 2 项材料")
    frame = page.frame_locator("#slip")
    expect(frame.locator("ol li")).to_have_text([paper, "m"])

    serve(page)
    page.keyboard.press("F4")  # who just finishes is asked nothing
    expect(page.locator("#stage")).to_have_text("空闲")

    promise.get_by_role("button", name="了结").click()
    page.keyboard.press("Enter")
    expect(page.locator("#promises")).to_be_hidden()
    journal = manager.client.get(f"{manager.server.api}/journal?limit=5000").json()["events"]
    finished = [x["data"]["outcome"] for x in journal if x["event"] == "ticket_finished"]
    assert finished == ["accepted", "returned", None]
    assert [x["event"] for x in journal].count("acceptance_closed") == 1
