"""What a manager does from the board and takes back: messages to one window, its services, its
clerk."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def act(board: Page, window: str, name: str) -> None:
    """Opens the window's acts and picks one."""
    board.click(f'[data-window="{window}"] > button')
    board.check(f'#ask input[value="{name}"]')


def undo(board: Page) -> None:
    board.click("#act-told button")


def test_messages_services_and_clerks_of_one_window(pages: Any, manager: Any) -> None:
    board = pages.log_in("manager", "/manager/demo")
    console = pages.log_in("clerk4", "/window/demo/4")
    small = pages.open("/window-screen/demo/4", (800, 480))
    card = board.locator('[data-window="4"]')
    expect(card).to_have_attribute("data-stage", "idle")

    act(board, "4", "message")  # to the clerk, who has seen it
    board.keyboard.type("请到后台取材料")  # the text has the focus
    board.keyboard.press("Enter")
    expect(console.locator("#told-here")).to_contain_text("请到后台取材料")
    expect(card).to_contain_text("还没看")
    expect(small.locator("#told")).to_be_hidden()
    assert console.title().startswith("● ")
    console.keyboard.press("y")
    expect(console.locator("#told-here")).to_be_hidden()
    expect(card).to_contain_text("已看")

    act(board, "4", "screen")  # to the people there, and taken back
    board.keyboard.type("系统升级，请稍候")
    board.keyboard.press("Enter")
    expect(small.locator("#told")).to_have_text("系统升级，请稍候")
    expect(console.locator("#told-here")).to_contain_text("您的窗口屏")
    undo(board)
    expect(small.locator("#told")).to_be_hidden()
    expect(card).to_contain_text("已撤回")

    served = console.locator("#queues tr")
    before = served.count()
    act(board, "4", "skills")
    expect(board.locator('#ask input[name="reason"]')).to_be_hidden()  # asked for a pause alone
    board.keyboard.press("d")
    board.keyboard.press("Enter")
    expect(served).to_have_count(before - 1)
    undo(board)
    expect(served).to_have_count(before)

    board.click("#ask-issuing")  # what is stopped stands on top and in its row
    board.keyboard.press("d")
    board.keyboard.press("Enter")
    expect(board.locator("#alarms")).to_contain_text("退休人员社会化管理 已停止发号")
    expect(board.locator('[data-service="D"] .level')).to_have_text("停发")
    undo(board)
    expect(board.locator("#alarms")).not_to_contain_text("已停止发号")

    act(board, "4", "pause")  # and resumed with one touch
    board.keyboard.press("w")
    board.keyboard.type("去开会")
    board.keyboard.press("Enter")
    expect(card).to_have_attribute("data-stage", "paused")
    expect(console.locator("#empty-text")).to_contain_text("去开会")
    expect(console.locator("#paused-since")).to_contain_text("起，已")
    undo(board)
    expect(card).to_have_attribute("data-stage", "idle")

    console.keyboard.press("F9")  # so that the window is the clerk's own
    expect(card).to_have_attribute("data-stage", "closed")
    expect(console.locator("body")).to_have_attribute("data-stage", "closed")
    console.keyboard.press("F9")
    expect(card).to_contain_text("窗口4工作人员")
    act(board, "2", "clerk")
    board.check('#ask input[value="clerk4"]')
    board.keyboard.press("Enter")
    expect(card).to_have_attribute("data-stage", "closed")
    console.wait_for_url("**/window/demo/2")  # by itself, still logged in
    undo(board)
    expect(board.locator("#act-told")).to_have_text("已撤销。")
    console.goto(f"{pages.server.url}/window/demo/2")
    console.wait_for_url("**/window/demo/4")
    audit = manager.client.get(f"{manager.server.api}/audit").json()["audit"]
    told = [(one["act"], one["subject"]) for one in audit]
    assert told.count(("staff_placed", "clerk4")) == 2
    assert sum(subject.endswith("/messages") for _, subject in told) == 2
