"""A clerk's day in short, by keyboard alone; two clerks after the last ticket; the server away
under all pages."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def stage(page: Page, name: str) -> None:
    expect(page.locator("body")).to_have_attribute("data-stage", name, timeout=10_000)


def test_a_clerks_day_by_keyboard_alone(pages: Any, kiosk: Any, manager: Any) -> None:
    """Open, serve, register, put aside and take back, transfer, miss, pause, hand over, close."""
    numbers = [kiosk.ticket("D")["number"] for _ in range(6)]
    page: Page = pages.open("/login?next=/window/demo/4")
    page.keyboard.type("clerk4")  # the cursor stands in the first field
    page.keyboard.press("Tab")
    page.keyboard.type("demo-hall")
    page.keyboard.press("Enter")
    page.wait_for_url("**/window/demo/4")
    press = page.keyboard.press
    stage(page, "idle")
    press("F9")
    stage(page, "closed")
    press("F9")
    stage(page, "idle")

    press("F1")  # 1: served and finished
    stage(page, "called")
    press("F3")
    stage(page, "serving")
    press("F4")
    stage(page, "idle")

    press("F1")  # 2: accepted, with a promise
    stage(page, "called")
    press("F3")
    stage(page, "serving")
    press("a")
    expect(page.locator("#register")).to_be_visible()
    press("2")
    for key in ("m", "m", "Enter"):  # to the matter, to the next one, sent from there
        press(key)
    expect(page.locator("#promises-list li")).to_have_count(1)

    press("F1")  # 3: put aside, comes back by the list's button, by Tab and Enter
    stage(page, "called")
    press("F7")
    press("1")
    press("Enter")
    expect(page.locator("#parked-list li")).to_have_count(1)
    page.locator("#parked-list button[data-act=resume]").focus()
    press("Enter")
    expect(page.locator("#parked")).to_be_hidden()

    press("F1")  # 3 again: it arrived before 4
    expect(page.locator("#number")).to_have_text(numbers[2])
    press("F3")
    stage(page, "serving")
    press("F10")  # sent on to another service
    press("f")
    press("Enter")
    stage(page, "idle")

    press("F1")  # 4: called three times, does not come
    stage(page, "called")
    press("F2")
    expect(page.locator("#calls")).to_have_text("已呼叫 2 次")
    press("F2")
    expect(page.locator("#calls")).to_have_text("已呼叫 3 次")
    press("F6")
    expect(page.locator("#missed-list li")).to_have_count(1)

    press("c")  # 6 out of turn, with a reason
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.type(numbers[5])
    press("Tab")
    press("1")
    press("Enter")
    expect(page.locator("#number")).to_have_text(numbers[5])
    press("F3")
    stage(page, "serving")
    press("F8")  # a break after this one
    expect(page.locator("#ask")).to_be_visible()
    press("Enter")  # the first of the reasons
    expect(page.locator("#stage")).to_contain_text("办完后暂停")
    press("F4")
    stage(page, "paused")
    press("F8")
    stage(page, "idle")

    press("F1")  # 5: goes with the window to the stand-in at window 6
    expect(page.locator("#number")).to_have_text(numbers[4])
    press("h")
    press("1")
    press("Enter")
    stage(page, "paused")
    expect(page.locator("#messages li").first).to_contain_text(f"{numbers[4]} 已交给 B 岗")
    six_page = pages.log_in("clerk6", "/window/demo/6")
    expect(six_page.locator("#standing-in")).to_contain_text("您正在为 4 号窗口 顶岗")
    expect(six_page.locator("#standing-in")).to_contain_text("开会")
    manager.press("6", "call-next")
    hall = manager.client.get(manager.server.api).json()
    (six,) = [window for window in hall["windows"] if window["id"] == "6"]
    assert six["ticket"]["number"] == numbers[4]
    press("F8")
    stage(page, "idle")
    expect(six_page.locator("#standing-in")).to_be_hidden()
    press("F9")
    stage(page, "closed")
    journal = manager.client.get(f"{manager.server.api}/journal?limit=5000").json()["events"]
    names = [event["event"] for event in journal]
    counted = {
        "ticket_finished": 3,
        "ticket_parked": 1,
        "ticket_transferred": 2,
        "ticket_missed": 1,
        "acceptance_opened": 1,
        "window_paused": 2,
    }
    assert {name: names.count(name) for name in counted} == counted
    done = [x["data"]["clerk"] for x in journal if x["event"] == "ticket_finished"]
    assert done == ["clerk4"] * 3


def test_two_clerks_after_the_last_ticket_get_it_once(pages: Any, kiosk: Any, manager: Any) -> None:
    """Both press in the same instant: one has the person, the other learns that nobody waits."""
    seven = pages.log_in("clerk7", "/window/demo/7")
    eight = pages.log_in("clerk8", "/window/demo/8")
    number = kiosk.ticket("E")["number"]
    for page in (seven, eight):
        expect(page.locator("#mine")).to_have_text("1")
    at = seven.evaluate("Date.now()") + 700
    for page in (seven, eight):
        page.evaluate(
            "(at) => setTimeout(() => document.dispatchEvent(new KeyboardEvent('keydown',"
            " {key: 'F1', bubbles: true})), at - Date.now())",
            at,
        )
    for page in (seven, eight):
        expect(page.locator("#messages li").first).to_be_visible(timeout=8_000)
    stages = sorted(page.get_attribute("body", "data-stage") for page in (seven, eight))
    assert stages == ["called", "idle"]
    idle = seven if seven.get_attribute("body", "data-stage") == "idle" else eight
    expect(idle.locator("#messages li").first).to_contain_text("现在没有人等候")
    journal = manager.client.get(f"{manager.server.api}/journal?limit=5000").json()["events"]
    called = [x["data"]["number"] for x in journal if x["event"] == "ticket_called"]
    assert called == [number]
    # both windows started open: whoever pressed sits there
    seated = {
        x["data"]["window"]: x["data"]["clerk"] for x in journal if x["event"] == "clerk_seated"
    }
    assert seated == {"7": "clerk7", "8": "clerk8"}
    expect(idle.locator("#small-handover")).to_contain_text("无 B 岗")
    idle.keyboard.press("h")
    expect(idle.locator("#messages li").first).to_contain_text("没有设 B 岗")


def test_all_pages_heal_after_ten_minutes_without_the_server(
    pages: Any, kiosk: Any, manager: Any, server: Any
) -> None:
    """The pages' own clocks leap over the ten minutes. HALL_OFFLINE_S=600 and --timeout=900
    wait them out instead: by hand, after changes of live.js or commands.js."""
    really_s = float(os.environ.get("HALL_OFFLINE_S", "0"))
    ticket = kiosk.ticket("D")
    screen = pages.open("/screen/demo?sound=off", (1920, 1080))
    small = pages.open("/window-screen/demo/4", (800, 480))
    phone = pages.open(ticket["follow_path"], (390, 844))
    console = pages.log_in("clerk4", "/window/demo/4")
    board = pages.log_in("manager", "/manager/demo")
    everything = (screen, small, phone, console, board)
    for page in everything:
        if not really_s:
            page.clock.install()
            page.reload()
    expect(small.locator("#state")).to_have_text("空闲")
    expect(board.locator("#headline-text")).to_have_text("一切正常")
    stage(console, "idle")
    server.kill()
    console.keyboard.press("F1")  # nobody knows whether it will be taken
    if really_s:
        console.wait_for_timeout(really_s * 1000)
    for leap in () if really_s else ("00:20", "09:40"):
        for page in everything:
            page.clock.fast_forward(leap)
    expect(screen.locator("#stale")).to_be_visible(timeout=15_000)
    expect(small.locator("#stale")).to_be_visible(timeout=15_000)
    expect(phone.locator("#offline")).to_be_visible(timeout=25_000)
    expect(console.locator("#offline")).to_be_visible(timeout=15_000)
    expect(board.locator("#alarms li").first).to_contain_text("断开", timeout=15_000)
    drawn = board.locator("#alarms li svg use").first.get_attribute("href")
    assert board.locator(f"symbol{drawn}").count() == 1  # nobody needs to be asked for it
    # an old press does nothing ten minutes later: the clerk is told, and presses again
    expect(console.locator("#messages li").first).to_contain_text("一分钟", timeout=25_000)
    expect(phone.locator("#number")).to_have_text(ticket["number"])
    server.start()
    for page in (screen, small):
        expect(page.locator("#stale")).to_be_hidden(timeout=25_000)
    expect(console.locator("#offline")).to_be_hidden(timeout=25_000)
    # after ten real minutes it says, rightly, that somebody waits while windows are free
    expect(board.locator("#link")).to_have_attribute("data-state", "live", timeout=25_000)
    expect(board.locator("#alarms")).not_to_contain_text("断开")
    stage(console, "idle")
    console.keyboard.press("F1")
    for page in (screen, small, console):
        expect(page.locator("#number")).to_have_text(ticket["number"], timeout=15_000)
    expect(phone.locator("body")).to_have_attribute("data-status", "called", timeout=25_000)
    journal = manager.client.get(f"{server.api}/journal?limit=5000").json()["events"]
    names = [x["event"] for x in journal]
    assert names.count("ticket_called") == 1


def test_the_next_person_is_called_by_itself_until_somebody_presses(
    pages: Any, kiosk: Any, manager: Any
) -> None:
    """Where the hall wants it, so long after a finish on this page; the page's clock leaps."""
    manager.change("dispatch", settings={"auto_call_s": 60})
    numbers = [kiosk.ticket("D")["number"] for _ in range(3)]
    page = pages.log_in("clerk4", "/window/demo/4")
    page.clock.install()
    page.reload()
    stage(page, "idle")
    page.clock.fast_forward("01:30")  # nobody has finished anything here yet
    stage(page, "idle")
    for act in ("F1", "F3", "F4"):
        page.keyboard.press(act)
        page.clock.fast_forward("00:02")
        stage(page, {"F1": "called", "F3": "serving", "F4": "idle"}[act])
    expect(page.locator("#auto")).to_contain_text("秒后自动")
    page.clock.fast_forward("01:01")
    stage(page, "called")
    expect(page.locator("#number")).to_have_text(numbers[1])
    page.keyboard.press("F3")
    stage(page, "serving")
    page.keyboard.press("F4")
    stage(page, "idle")
    expect(page.locator("#auto")).to_be_visible()
    page.clock.fast_forward("00:08")  # own presses of before are past
    manager.press("4", "call-next")  # at the keypad, or on another computer: told, and it counts
    stage(page, "called")
    expect(page.locator("#messages li").first).to_contain_text(f"已呼叫 {numbers[2]}。（在别处")
    manager.press("4", "start")
    stage(page, "serving")
    page.clock.fast_forward("00:08")
    kiosk.ticket("D")
    manager.press("4", "finish")
    stage(page, "idle")
    expect(page.locator("#messages li").first).to_contain_text("已办结。（在别处")
    expect(page.locator("#auto")).to_be_visible()
    page.keyboard.press("F8")  # the clerk goes for a moment
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.press("Enter")
    stage(page, "paused")
    page.keyboard.press("F8")
    stage(page, "idle")
    page.clock.fast_forward("01:30")
    expect(page.locator("#auto")).to_be_hidden()
    stage(page, "idle")
