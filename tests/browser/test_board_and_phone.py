"""The manager's board, the citizen's phone page, the login: live, honest about a lost line."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

BOARD = "/manager/demo"
PHONE = (360, 740)


def test_the_board_tells_how_promises_were_kept_and_when_they_drift(pages: Any) -> None:
    few, all_ = {"promises": 3, "kept": 1.0}, {"promises": 900, "kept": 0.87}
    drift = {"way": "too_short", "kept": 0.5, "promises": 60, "off_s": 300}
    report = {"promises": {"today": few, "all": all_, "drift": drift}}
    page = pages.log_in("manager", BOARD)
    expect(page.locator("#headline")).to_have_attribute("data-level", "well")
    expect(page.locator("#promise")).to_be_hidden()
    page.route("**/api/v1/halls/demo/waits", lambda route: route.fulfill(json=report))
    page.reload()
    expect(page.locator("#promise")).to_contain_text("87%")
    expect(page.locator("#alarms")).to_contain_text("只有 50%")
    expect(page.locator("#headline")).to_have_attribute("data-level", "amber")
    page.unroute_all(behavior="wait")


def test_the_board_is_live(pages: Any, kiosk: Any, manager: Any) -> None:
    page = pages.log_in("manager", BOARD)
    expect(page.locator("#headline")).to_have_attribute("data-level", "well")
    expect(page.locator("#headline-text")).to_have_text("一切正常")
    kiosk.ticket("D")
    expect(page.locator('tr[data-service="D"] .people')).to_have_text("1")
    expect(page.locator('[data-figure="issued"] dd')).to_have_text("1")
    manager.press("4", "call-next")
    window = page.locator('[data-window="4"]')
    expect(window).to_have_attribute("data-stage", "called")
    expect(window).to_contain_text("D001")
    manager.press("4", "start")
    expect(window).to_contain_text("办理中")
    manager.press("4", "finish")
    expect(window).to_have_attribute("data-stage", "idle")
    expect(page.locator('[data-figure="finished"] dd')).to_have_text("1")


def test_the_board_says_what_is_wrong_and_what_to_do(pages: Any, kiosk: Any, manager: Any) -> None:
    page = pages.log_in("manager", BOARD)
    kiosk.ticket("E")
    for window in ("5", "7", "8", "9"):
        manager.press(window, "close")
    kiosk.report("kiosk-1-printer", "ticket_printer", "out")
    alarms = page.locator("#alarms li")
    expect(alarms).to_have_count(2)
    expect(alarms.first).to_contain_text("没有窗口办理")
    expect(alarms.first).to_contain_text("请开一个能办这项业务的窗口")
    expect(alarms.last).to_contain_text("缺纸")
    expect(page.locator("#headline")).to_have_attribute("data-level", "red")
    kiosk.report("kiosk-1-printer", "ticket_printer", "ok")
    manager.press("5", "open")
    expect(page.locator("#headline-text")).to_have_text("一切正常")


@pytest.mark.slow
def test_the_board_knows_when_it_is_stale(pages: Any, server: Any) -> None:
    page = pages.log_in("manager", BOARD)
    expect(page.locator("#headline-text")).to_have_text("一切正常")
    server.kill()
    expect(page.locator("#alarms li").first).to_contain_text("断开", timeout=12_000)
    expect(page.locator("#link")).to_have_attribute("data-state", "stale")
    server.start()
    expect(page.locator("#headline-text")).to_have_text("一切正常", timeout=10_000)


def test_the_phone_turns_to_your_turn(pages: Any, kiosk: Any, manager: Any) -> None:
    kiosk.ticket("D")
    ticket = kiosk.ticket("D")
    page = pages.open(ticket["follow_path"], PHONE)
    page.clock.install()
    page.reload()
    expect(page.locator("#number")).to_have_text(ticket["number"])
    expect(page.locator("#ahead")).to_have_text("1 人")
    manager.press("4", "call-next")
    manager.press("7", "call-next")
    expect(page.locator("body")).to_have_attribute("data-status", "called", timeout=7_000)
    expect(page.locator("#where-window")).to_have_text("7 号窗口")
    expect(page).to_have_title("到您了 → 7 号窗口", timeout=3_000)
    colour = page.locator(".slip").evaluate("(slip) => getComputedStyle(slip).backgroundColor")
    assert colour == "rgb(194, 50, 31)"
    manager.press("7", "start")
    manager.press("7", "finish")
    expect(page.locator("#status")).to_have_text("已办结", timeout=10_000)
    page.clock.fast_forward("01:00")  # nothing is asked any more, and nothing is stale
    expect(page.locator("#status")).to_have_text("已办结")
    expect(page.locator("#offline")).to_be_hidden()


def test_the_phone_keeps_what_it_knows_without_network(pages: Any, kiosk: Any) -> None:
    ticket = kiosk.ticket("D")
    page = pages.open(ticket["follow_path"], PHONE)
    expect(page.locator("#number")).to_have_text(ticket["number"])
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible(timeout=3_000)
    expect(page.locator("#offline")).to_contain_text("排队不受影响")
    expect(page.locator("#number")).to_have_text(ticket["number"])
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden(timeout=7_000)


def test_a_ticket_that_does_not_exist_is_told_kindly(pages: Any) -> None:
    page = pages.open("/t/nosuchticket", PHONE)
    expect(page.locator("#status")).to_have_text("没有找到这张号票")


def test_a_wrong_password_is_told_in_words(pages: Any) -> None:
    page = pages.open("/login")
    page.fill("#login", "clerk4")
    page.fill("#password", "not-this-one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("账号或密码不对")


def test_a_demonstration_login_is_one_touch(pages: Any) -> None:
    page = pages.open("/login")
    page.locator('button[data-login="clerk4"]').click()
    page.wait_for_url("**/window/demo/4")


def test_a_page_that_is_not_the_clerks_is_refused_in_words(pages: Any) -> None:
    page = pages.log_in("clerk4", "/window/demo/5")
    page.wait_for_url("**/window/demo/4")  # a window of somebody else's: the way to one's own
    page.goto(f"{pages.server.url}{BOARD}")
    expect(page.locator("h1")).to_have_text("这一页不归这个账号看")


def test_who_was_called_out_of_turn_stands_on_the_board(
    pages: Any, manager: Any, kiosk: Any
) -> None:
    page = pages.log_in("manager", BOARD)
    kiosk.ticket("D")
    chosen = kiosk.ticket("D")
    expect(page.locator("#out-of-turn")).to_be_hidden()
    manager.press("4", "call-ticket", ticket=chosen["number"], reason="行动不便")
    line = page.locator("#out-of-turn-list li")
    expect(line).to_contain_text(chosen["number"])
    expect(line).to_contain_text("行动不便")
    expect(line).to_contain_text("4 号窗口")
    manager.press("4", "miss")
    expect(page.locator("#out-of-turn-list li").first).to_contain_text("呼叫次数未满就过号")


def test_a_manager_acts_from_the_board(pages: Any, kiosk: Any) -> None:
    page = pages.log_in("manager", "/manager/demo")
    page.locator('[data-window="3"] button').press("Enter")
    page.keyboard.press("2")  # pause is first, close second
    page.keyboard.press("Enter")
    expect(page.locator('[data-window="3"]')).to_have_attribute("data-stage", "closed")
    page.click("#ask-issuing")
    page.keyboard.press("Enter")
    expect(page.locator("#act-told")).to_contain_text("已停止发号")
    page.click("#ask-issuing")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("#act-told")).to_contain_text("已恢复发号")
    assert kiosk.ticket("D")["number"] == "D001"
    page.click("#ask-notice")
    page.locator('#ask input[name="text"]').fill("今天下午四点停电")
    page.keyboard.press("Enter")
    expect(page.locator("#act-told")).to_contain_text("通知已显示")
