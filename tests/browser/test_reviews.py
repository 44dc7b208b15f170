"""Reviews in a real browser: phone, tablet, the managers' cases; receipts of screens; the window's
screen; each page by axe in both languages."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESK = (390, 844), (1366, 768)


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "(tags) => axe.run(document, {runOnly: tags}).then((r) => r.violations)", WCAG
    )
    return [f"{v['id']}: {n['html'][:120]}" for v in found for n in v["nodes"]]


def serve(manager: Any, window: str = "4") -> None:
    for act in ("call-next", "start", "finish"):
        manager.press(window, act)


def test_a_phone_waits_longer_comes_back_is_served_and_rates(
    pages: Any, kiosk: Any, manager: Any
) -> None:
    ticket = kiosk.ticket("D")
    page = pages.open(ticket["follow_path"], PHONE)
    page.click("#alert")
    expect(page.locator("#alert")).to_have_attribute("aria-pressed", "true")
    page.click("#defer")
    expect(page.locator("#advice")).to_contain_text("之前不会叫您")
    page.click("#back")
    expect(page.locator("#back")).to_be_hidden()
    expect(page.locator("#defer")).to_be_hidden()  # once is the hall's rule
    manager.press("4", "call-next")
    expect(page.locator("body")).to_have_attribute("data-status", "called", timeout=10_000)
    manager.press("4", "start")
    manager.press("4", "finish", outcome="returned", missing=["近期照片"])
    expect(page.locator("#steps")).to_contain_text("近期照片", timeout=10_000)
    page.click('#review [data-level="1"]')
    page.locator("#review-reasons label").first.click()
    page.fill("#review-words", "没有一次说清楚")
    page.fill("#review-phone", "13800001111")
    assert violations(page) == []
    page.click("#review-send")
    expect(page.locator("#review-thanks")).to_contain_text("前给出答复")
    page.reload()
    expect(page.locator("#status")).to_have_text("这次还差材料")
    expect(page.locator("#review")).to_be_hidden()


def test_both_steps_of_a_visit_are_rated_one_after_the_other(
    pages: Any, kiosk: Any, manager: Any
) -> None:
    """Without a reload; what the tablet at the window has taken meanwhile is thanked for too."""
    ticket = kiosk.ticket("D")
    for act in ("call-next", "start"):
        manager.press("4", act)
    manager.press("4", "transfer", service="A", **{"return": True})
    serve(manager, "1")
    serve(manager, "4")
    page = pages.open(ticket["follow_path"], PHONE)
    expect(page.locator("#review-of")).to_contain_text("4 号窗口")
    page.click('#review [data-level="5"]')
    page.click("#review-send")
    expect(page.locator("#review-thanks")).to_contain_text("还有一项可以评价")
    expect(page.locator("#review-of")).to_contain_text("1 号窗口")
    expect(page.locator("#review-send")).to_be_disabled()
    page.click('#review [data-level="4"]')
    page.route("**/api/v1/t/*", lambda route: route.abort())  # it learns of it by its own press
    token = ticket["follow_path"].rsplit("/", 1)[-1]
    review = {"request_id": str(uuid.uuid4()), "token": token, "step": 1, "level": 4}
    httpx.post(f"{pages.server.api}/reviews", json=review, timeout=10).raise_for_status()
    page.click("#review-send")
    expect(page.locator("#review")).to_be_hidden()
    expect(page.locator("#review-thanks")).to_have_text("谢谢您的评价。")


def test_a_number_is_given_up_after_a_question(pages: Any, kiosk: Any) -> None:
    page = pages.open(kiosk.ticket("D")["follow_path"], PHONE)
    page.click("#cancel")
    page.get_by_role("button", name="我再等等").click()
    expect(page.locator("body")).to_have_attribute("data-status", "waiting")
    page.click("#cancel")
    page.click("#sure-yes")
    expect(page.locator("#status")).to_have_text("号票已取消")


def test_the_tablet_asks_takes_one_review_and_a_manager_ends_the_case(
    pages: Any, kiosk: Any, manager: Any
) -> None:
    tablet = pages.open("/tablet/demo/4", (1280, 800))
    expect(tablet.locator("#calm")).to_be_visible()
    number = kiosk.ticket("D")["number"]
    serve(manager)
    expect(tablet.locator("#review-title")).to_contain_text(number)
    tablet.click('#review [data-level="2"]')
    assert violations(tablet) == []
    tablet.fill("#review-phone", "abc123")
    tablet.click("#review-send")
    expect(tablet.locator("#review-fault")).to_contain_text("电话号码好像不对")
    tablet.fill("#review-phone", "")
    tablet.click("#review-send")
    expect(tablet.locator("#thanks")).to_be_visible()
    page = pages.log_in("manager", "/cases/demo")
    page.click("#list button")
    expect(page.locator("#one-words")).to_have_text("没有留下文字。")
    page.fill("#answer", "已核实并向本人说明")
    assert violations(page) == []
    other = pages.log_in("admin", "/cases/demo")
    other.click("#list button")
    other.click('[data-act="take"]')
    expect(other.locator("#one-handler")).to_contain_text("处理")
    expect(page.locator("#words")).to_contain_text("接手了这件", timeout=30_000)
    expect(page.locator("#answer")).to_have_value("已核实并向本人说明")
    page.click('[data-act="take"]')
    expect(page.locator('[data-act="answer"]')).to_be_visible()
    expect(page.locator("#answer")).to_have_value("已核实并向本人说明")
    page.click('[data-act="answer"]')
    expect(page.locator("#one-answer")).to_have_text("已核实并向本人说明")
    page.click('[data-act="close"]')
    expect(page.locator("#words")).to_contain_text("已办结")
    expect(page.locator("#sum-open")).to_have_text("0")


def test_a_manager_who_served_leaves_the_case_to_others(pages: Any, kiosk: Any) -> None:
    kiosk.ticket("E")
    console = pages.log_in("manager", "/window/demo/5")
    for key, stage in (("F1", "已呼叫，等人到窗口"), ("F3", "正在办理"), ("F4", "空闲")):
        console.keyboard.press(key)
        expect(console.locator("#stage")).to_contain_text(stage)
    tablet = pages.open("/tablet/demo/5", (1280, 800))
    tablet.click('#review [data-level="1"]')
    tablet.click("#review-send")
    expect(tablet.locator("#thanks")).to_be_visible()
    theirs = '#list button:has-text("5 号窗口")'
    page = pages.log_in("manager", "/cases/demo")
    page.click(theirs)
    expect(page.locator("#one-words")).to_contain_text("请交给别人处理")
    expect(page.locator("#one-acts button")).to_have_count(0)
    other = pages.log_in("admin", "/cases/demo")
    other.click(theirs)
    other.click('[data-act="take"]')
    expect(other.locator("#one-handler")).to_contain_text("处理")


def test_a_clerk_has_no_way_to_the_cases(pages: Any) -> None:
    page = pages.log_in("clerk4", "/cases/demo")
    expect(page.locator("body")).to_contain_text("这一页不归这个账号看")
    page.goto(f"{pages.server.url}/nowhere")
    expect(page.locator("h1")).to_have_text("没有找到这一页")
    page.get_by_role("link", name="回到我的窗口").click()
    expect(page.locator("#stage")).to_have_text("空闲")


def test_the_clerk_learns_whether_the_screens_showed_the_call(
    pages: Any, kiosk: Any, manager: Any, server: Any
) -> None:
    kiosk.ticket("D")
    pages.open("/screen/demo?name=east&sound=off", (1920, 1080))
    small = pages.open("/window-screen/demo/4?name=window-4", (1080, 1920))
    expect(small.locator("#state")).to_have_text("空闲")
    page = pages.log_in("clerk4", "/window/demo/4")
    expect(page.locator("#stage")).to_have_text("空闲")
    receipt = f"{server.api}/screens/dead/receipts"  # a screen that hears of it and shows nothing
    httpx.post(receipt, json={"speaks": True}, timeout=5).raise_for_status()
    page.keyboard.press("F1")
    expect(small.locator("#number")).to_have_text("D001")
    expect(page.locator("#heard")).to_be_visible(timeout=8_000)
    expect(page.locator("#heard")).to_contain_text("dead 没有显示", timeout=25_000)
    told = manager.client.get(f"{server.api}/receipts").json()
    (call,) = told["calls"]
    assert set(call["shown"]) == {"east", "window-4"}
    page.keyboard.press("F3")
    expect(page.locator("#heard")).to_be_hidden()


def test_a_screen_of_one_zone_shows_its_windows_alone(pages: Any, kiosk: Any, manager: Any) -> None:
    screen = pages.open("/screen/demo?windows=1,2&zone=东区&sound=off", (1080, 1920))
    expect(screen.locator("#hall-name")).to_contain_text("东区")
    kiosk.ticket("D")
    kiosk.ticket("A")
    manager.press("4", "call-next")
    manager.press("1", "call-next")
    expect(screen.locator("#number")).to_have_text("A001")
    assert "D001" not in screen.inner_text("main")


def test_the_pages_are_without_violations_in_both_languages(
    pages: Any, kiosk: Any, manager: Any, wide: Any
) -> None:
    ticket = kiosk.ticket("D")

    def fine(page: Page) -> None:
        assert violations(page) == [], page.url
        assert wide(page) == 0, page.url

    for language in ("zh-CN", "en"):
        query = f"?lang={language}"
        for path, size, drawn in (
            (f"{ticket['follow_path']}{query}", (360, 740), "#number"),
            (f"/window-screen/demo/4{query}", (1080, 1920), "#hall-name"),
            (f"/window-screen/demo/4{query}", DESK, "#hall-name"),
            (f"/tablet/demo/5{query}", (1280, 800), "#calm"),
        ):
            page = pages.open(path, size)
            expect(page.locator(drawn)).not_to_be_empty()
            expect(page.locator("html")).to_have_attribute("lang", language)
            fine(page)
    page = pages.log_in("manager", "/cases/demo", (390, 844))
    for language in ("zh-CN", "en"):
        page.goto(f"{pages.server.url}/cases/demo?lang={language}")
        expect(page.locator("#none")).to_be_visible()
        fine(page)
    serve(manager)
    told = {"request_id": str(uuid.uuid4()), "ticket": ticket["id"], "level": 1}
    httpx.post(
        f"{pages.server.api}/reviews",
        json=told,
        headers={"Authorization": "Bearer demo-kiosk-1-token"},
        timeout=5,
    ).raise_for_status()
    for language in ("zh-CN", "en"):
        page.goto(f"{pages.server.url}/cases/demo?lang={language}")
        page.click("#list button")
        expect(page.locator("#one")).to_be_visible()
        fine(page)
