"""The whole path on real parts: card → kiosk → server → paper → console → call screen and voice.

Nothing is faked but the far side of the wires: the virtual reader answers over its serial line, the
virtual printer collects the bytes that the real driver sends.
"""

from __future__ import annotations

import io
import re
import time
import urllib.request
import wave
from datetime import datetime
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from hardware.ticket_printer.compose_bitmap import draw_number
from hardware.ticket_printer.profile import load_profile
from tests.e2e.conftest import DemoHall, fetch

pytestmark = pytest.mark.browser

CITIZEN = "zhang-xiuying"  # born 1938: the class of the elderly comes from the card
FIRST_TILE = (0.5, 0.31)  # the widest tile: 就业与失业登记, service A
# With a whole hall and other tests beside it; alone: tests/browser, measured: ./hall bench push
SHOWN_WITHIN_MS = 3000

WATCH = """() => {
    window.__shown = [];
    const number = document.getElementById("number");
    new MutationObserver(() => window.__shown.push({
        text: number.textContent, at: performance.timeOrigin + performance.now(),
    })).observe(number, {childList: true, characterData: true, subtree: true});
}"""

# how loud what the page plays is: 16-bit samples of the announcement, read as the page reads them
LOUDNESS = """async (path) => {
    const raw = await (await fetch(path)).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 1, 22050).decodeAudioData(raw);
    const samples = sound.getChannelData(0);
    const power = samples.reduce((sum, x) => sum + x * x, 0) / samples.length;
    return {seconds: sound.duration, rms: Math.sqrt(power)};
}"""


@pytest.fixture(scope="module")
def screen(hall: DemoHall, browser: Browser) -> Page:
    page = browser.new_context(viewport={"width": 1920, "height": 1080}).new_page()
    page.goto(f"{hall.server}/screen/demo")
    expect(page.locator("#services li")).to_have_count(7)
    page.wait_for_timeout(300)
    return page


@pytest.fixture(scope="module")
def console(hall: DemoHall, browser: Browser) -> Page:
    """Window 1's console, logged in through the form as a clerk does."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(f"{hall.server}/window/demo/1")
    page.fill("input[name=login]", "clerk1")
    page.fill("input[name=password]", "demo-hall")
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/window/demo/1")
    return page


def take_ticket_with_card(hall: DemoHall) -> dict[str, object]:
    at = len(hall.kiosk_places())
    count = len(hall.printed())
    hall.lay_card(CITIZEN)
    at = hall.wait_place("greeting", at)
    hall.touch_on(*FIRST_TILE, at)
    ticket = hall.wait_printed(count + 1)
    hall.wait_place("ticket", at)
    hall.lift_card()
    return ticket


def find_number(paper: Image.Image, number: str) -> float:
    """1.0: exactly this number stands on the paper, dot for dot."""
    drawn = np.array(draw_number(number, 22.0, load_profile("generic-80mm")))
    found = cv2.matchTemplate(np.array(paper.convert("L")), drawn, cv2.TM_CCOEFF_NORMED)
    return float(found.max())


def test_card_to_ticket_to_call(hall: DemoHall, screen: Page, console: Page) -> None:
    printed = take_ticket_with_card(hall)

    # the paper: QR code and number are read back from the picture of the driver's bytes
    assert len(hall.paper(printed, "bin")) > 1000
    picture = Image.open(io.BytesIO(hall.paper(printed, "png")))
    link, *_ = cv2.QRCodeDetector().detectAndDecode(np.array(picture.convert("L")))
    assert link.startswith(f"{hall.server}/t/")
    followed = fetch(link.replace("/t/", "/api/v1/t/"))["ticket"]
    number = followed["number"]  # the first ones may be lent to a kiosk
    assert re.fullmatch(r"A0\d\d", number)
    assert followed["priority_class"] == "elderly"
    assert find_number(picture, number) > 0.95
    assert find_number(picture, "A777") < 0.95

    # the clerk presses the one key; the screen shows it at once
    screen.evaluate(WATCH)
    pressed_ms = time.time() * 1000
    console.keyboard.press("F1")
    expect(screen.locator("#number")).to_have_text(number)
    shown = screen.evaluate("window.__shown[0]")
    assert shown["text"] == number
    assert shown["at"] - pressed_ms <= SHOWN_WITHIN_MS
    expect(screen.locator("#window-name")).to_have_text("1 号窗口")
    expect(console.locator("body")).to_contain_text(number)

    # it is spoken: the page plays a file that has sound in it, to its end
    call = fetch(f"{hall.server}/api/v1/halls/demo")["calls"][0]
    sound = screen.evaluate(LOUDNESS, call["audio"])
    assert 1.5 < sound["seconds"] < 15
    assert sound["rms"] > 0.01
    until = time.monotonic() + 30
    while not screen.evaluate("window.__announced.some((x) => x.ended)"):
        assert time.monotonic() < until
        screen.wait_for_timeout(200)

    # start and finish with the keys shown
    console.keyboard.press("F3")
    wait_status(hall, link, "serving")
    expect(console.locator("body")).to_have_attribute("data-stage", "serving")
    console.keyboard.press("F4")
    wait_status(hall, link, "finished")


def wait_status(hall: DemoHall, link: str, wanted: str) -> None:
    until = time.monotonic() + 10
    while fetch(link.replace("/t/", "/api/v1/t/"))["ticket"]["status"] != wanted:
        assert time.monotonic() < until, wanted
        time.sleep(0.1)


def test_the_same_card_gets_the_same_ticket_again(hall: DemoHall) -> None:
    first = take_ticket_with_card(hall)
    hall.touch(0.75, 0.87)  # 好了，回首页
    hall.wait_place("home", len(hall.kiosk_places()) - 1)
    again = take_ticket_with_card(hall)
    links = []
    for ticket in (first, again):
        picture = Image.open(io.BytesIO(hall.paper(ticket, "png"))).convert("L")
        links.append(cv2.QRCodeDetector().detectAndDecode(np.array(picture))[0])
    assert links[0] == links[1] != ""


def test_time_on_the_paper_is_the_halls(hall: DemoHall) -> None:
    issued = fetch(f"{hall.server}/api/v1/halls/demo")
    assert issued["time_zone"] == "Asia/Shanghai"
    local = datetime.fromisoformat(issued["now"]).astimezone(ZoneInfo(issued["time_zone"]))
    assert local.utcoffset().total_seconds() == 8 * 3600  # type: ignore[union-attr]


def test_chime_and_announcements_are_playable_sound(hall: DemoHall) -> None:
    for path in ("/static/chime.wav", "/api/v1/halls/demo/announcements/A001-1.wav"):
        with urllib.request.urlopen(hall.server + path, timeout=10) as answer:
            raw = answer.read()
        with wave.open(io.BytesIO(raw)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype=np.int16)
        assert samples.size > 5000
        assert np.abs(samples.astype(float)).mean() > 100
