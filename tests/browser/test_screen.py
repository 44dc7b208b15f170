"""The call screen in a real Chromium against the real server: quick, in order, and never dead."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SCREEN = "/screen/demo"
FULL_HD = (1920, 1080)
SHOWN_WITHIN_MS = 200

# Notes, in the browser's own clock, when the number on the big place changed.
WATCH = """() => {
    window.__shown = [];
    const number = document.getElementById("number");
    new MutationObserver(() => {
        const at = performance.timeOrigin + performance.now();
        window.__shown.push({text: number.textContent, at});
    }).observe(number, {childList: true, characterData: true, subtree: true});
}"""


def open_screen(pages: Any, query: str = "", size: tuple[int, int] = FULL_HD) -> Page:
    page: Page = pages.open(SCREEN + query, size)
    expect(page.locator("#services li")).to_have_count(7)
    page.wait_for_timeout(300)  # the stream opens right after the first picture
    return page


def test_a_call_is_shown_within_a_fifth_of_a_second(pages: Any, manager: Any, kiosk: Any) -> None:
    took_ms = []
    for _ in range(3):  # the best of three, because other tests run beside this one
        page = open_screen(pages, "?sound=off")
        page.evaluate(WATCH)
        ticket = kiosk.ticket("D")
        pressed_ms = time.time() * 1000
        manager.press("4", "call-next")
        expect(page.locator("#number")).to_have_text(ticket["number"])
        shown = page.evaluate("window.__shown.at(-1)")
        assert shown["text"] == ticket["number"]
        took_ms.append(shown["at"] - pressed_ms)
        if took_ms[-1] <= SHOWN_WITHIN_MS:
            break
        manager.press("4", "start")
        manager.press("4", "finish")
    assert min(took_ms) <= SHOWN_WITHIN_MS, took_ms
    expect(page.locator("#window-name")).to_have_text("4 号窗口")
    expect(page.locator("#service")).to_have_text("退休人员社会化管理")


@pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160), (1366, 768)])
def test_the_number_is_a_fifth_of_the_height(
    pages: Any, manager: Any, kiosk: Any, size: tuple[int, int]
) -> None:
    page = open_screen(pages, "?sound=off", size)
    kiosk.ticket("D")
    manager.press("4", "call-next")
    expect(page.locator("#number")).not_to_be_empty()
    glyph_px = page.evaluate(
        """() => {
            const canvas = document.createElement("canvas").getContext("2d");
            const style = getComputedStyle(document.getElementById("number"));
            canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
            return canvas.measureText("D").actualBoundingBoxAscent;
        }"""
    )
    assert glyph_px >= size[1] / 5
    box = page.locator("#number").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0] * 2 / 3


@pytest.mark.slow
def test_three_fast_calls_are_announced_one_after_the_other(
    pages: Any, manager: Any, kiosk: Any
) -> None:
    page = open_screen(pages)
    for service, window in (("D", "4"), ("F", "6"), ("A", "1")):
        kiosk.ticket(service)
        manager.press(window, "call-next")
    expect(page.locator("#calls li")).to_have_count(2)  # the other two stand in the list at once
    deadline = time.monotonic() + 60
    while len(ended := page.evaluate("__announced.filter((a) => a.ended)")) < 3:
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)
    assert [a["seq"] for a in ended] == sorted(a["seq"] for a in ended)
    for before, after in pairwise(ended):
        assert after["started"] >= before["ended"]
    assert all(a["ended"] - a["started"] >= 4000 for a in ended)  # time to be read
    loaded = page.evaluate(
        "performance.getEntriesByType('resource').filter((r) => r.responseStatus === 200)"
        ".map((r) => r.name).filter((name) => name.includes('/announcements/'))"
    )
    assert len({name.rsplit("/")[-1] for name in loaded}) == 3


@pytest.mark.slow
def test_a_person_already_served_is_not_announced_late(
    pages: Any, manager: Any, kiosk: Any
) -> None:
    page = open_screen(pages)
    numbers = []
    for service, window in (("D", "4"), ("F", "6")):
        kiosk.ticket(service)
        numbers.append(manager.press(window, "call-next")["ticket"]["number"])
    manager.press("6", "start")
    expect(page.locator("#number")).to_have_text(numbers[0])
    page.wait_for_timeout(12_000)
    assert page.evaluate("__announced.length") == 1
    expect(page.locator("#number")).to_have_text(numbers[0])


@pytest.mark.slow
def test_a_dead_server_is_said_and_healed(pages: Any, server: Any, kiosk: Any) -> None:
    page = open_screen(pages, "?sound=off")
    server.kill()
    expect(page.locator("#stale")).to_be_visible(timeout=12_000)
    expect(page.locator("#stale")).to_contain_text("信息可能延迟")
    server.start()
    expect(page.locator("#stale")).to_be_hidden(timeout=10_000)
    kiosk.ticket("G")
    expect(page.locator('[data-service="G"] .service-waiting')).to_have_text("1 人等候")


def test_calls_of_an_outage_are_in_the_list_afterwards(
    pages: Any, manager: Any, kiosk: Any
) -> None:
    page = open_screen(pages, "?sound=off")
    page.context.set_offline(True)
    page.wait_for_timeout(500)
    kiosk.ticket("D")
    number = manager.press("4", "call-next")["ticket"]["number"]
    page.context.set_offline(False)
    expect(page.locator("#number")).to_have_text(number, timeout=15_000)


def test_the_list_stays_bounded(pages: Any, manager: Any, kiosk: Any) -> None:
    page = open_screen(pages, "?sound=off")
    nodes = page.evaluate("document.getElementsByTagName('*').length")
    for _ in range(15):
        kiosk.ticket("D")
        manager.press("4", "call-next")
        manager.press("4", "start")
        manager.press("4", "finish")
    expect(page.locator("#calls li")).to_have_count(6)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.getElementsByTagName('*').length") <= nodes + 6 * 6


def test_an_old_page_renews_itself_at_night(pages: Any) -> None:
    page = pages.context(FULL_HD).new_page()
    page.clock.install()
    hour = datetime.now(UTC).hour
    east = (3 - hour + 12) % 24 - 12  # the zone in which it is three at night now

    def move_the_hall(route: Any) -> None:
        answer = route.fetch()
        zone = f"Etc/GMT{-east:+d}"  # POSIX signs: west is positive
        route.fulfill(response=answer, json={**answer.json(), "time_zone": zone})

    page.route("**/api/v1/halls/demo", move_the_hall)
    page.goto(pages.server.url + SCREEN)
    expect(page.locator("#services li")).to_have_count(7)
    page.evaluate("window.__old = true")
    page.wait_for_timeout(6000)
    assert page.evaluate("window.__old") is True
    with page.expect_event("load", timeout=20_000):
        page.clock.fast_forward("25:00:00")
    assert page.evaluate("window.__old") is None


def test_blocked_sound_asks_for_a_touch(pages: Any, manager: Any, kiosk: Any) -> None:
    page = pages.context(FULL_HD).new_page()
    # What a browser does that wants a touch first; the flag of this Chromium allows all sound.
    page.add_init_script(
        "addEventListener('pointerdown', () => { window.__touched = true; }, true);"
        "HTMLMediaElement.prototype.play = function () {"
        " return window.__touched ? Promise.resolve()"
        " : Promise.reject(new DOMException('', 'NotAllowedError')); };"
    )
    page.goto(pages.server.url + SCREEN)
    expect(page.locator("#services li")).to_have_count(7)
    page.wait_for_timeout(300)
    expect(page.locator("#sound")).to_be_hidden()
    kiosk.ticket("D")
    manager.press("4", "call-next")
    expect(page.locator("#number")).to_have_text("D001")
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_be_hidden()
