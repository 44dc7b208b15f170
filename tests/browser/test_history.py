"""What was, in a real browser: history, ledger, monthly report, and one's own password; by axe, in
both languages and each size. One server with invented days for the whole file."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator

import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Pages
from tests.browser.test_reviews import violations
from tests.support.server import ServerProcess

pytestmark = pytest.mark.browser
SIZES = ((1920, 1080), (1366, 768), (390, 844))
DRAWN = {"history": 6, "ledger": 2}  # pictures, of which the staff's figures are one


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder = tmp_path_factory.mktemp("lived")
    with ServerProcess(folder, more=("--sample-days", "9")) as running:
        yield running


@pytest.fixture(scope="module")
def seen(chromium: Browser, lived: ServerProcess) -> Iterator[Pages]:
    pages = Pages(chromium, lived)
    yield pages
    for context in pages.contexts:
        context.close()
    assert pages.faults == []


@pytest.fixture(scope="module")
def manager(seen: Pages) -> BrowserContext:
    return seen.log_in("manager", "/manager/demo/history").context


def fits(page: Page) -> None:
    """Pictures follow the window's width a moment later."""
    end = time.monotonic() + 10
    while wide := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
        assert time.monotonic() < end, (wide, page.viewport_size, page.url)
        page.wait_for_timeout(50)


@pytest.mark.parametrize("name", ["history", "ledger", "report", "password"])
def test_every_page_in_each_size_and_language(
    seen: Pages, manager: BrowserContext, name: str
) -> None:
    path = "/password" if name == "password" else f"/manager/demo/{name}"
    for language in ("zh-CN", "en"):
        page = seen.open(f"{path}?lang={language}", context=manager)
        if name in DRAWN:
            expect(page.locator("body")).to_have_attribute("data-drawn", "1", timeout=30_000)
            expect(page.locator(".picture .main-svg:first-child")).to_have_count(DRAWN[name])
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            fits(page)
        assert violations(page) == [], language
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.close()


def test_the_ledger_finds_what_is_asked_for(seen: Pages, manager: BrowserContext) -> None:
    page = seen.open("/manager/demo/ledger?lang=zh-CN", context=manager)
    body, rows = page.locator("body"), page.locator("#table-acceptances tbody tr")
    expect(body).to_have_attribute("data-drawn", "1", timeout=30_000)
    expect(page.locator("#table-cases tbody tr")).not_to_have_count(0)
    expect(page.locator('[data-figure="overdue"] dd')).to_have_text("0")
    expect(rows).to_have_count(200)
    page.click("#more")
    expect(rows).to_have_count(400)
    page.select_option('[name="outcome"]', "returned")
    page.click('#choose button[type="submit"]')
    expect(body).to_have_attribute("data-drawn", "2", timeout=30_000)
    told = int(page.inner_text('[data-figure="total"] dd'))
    assert told == int(page.inner_text('[data-figure="returned"] dd')) > 0
    outcomes = page.locator("#table-acceptances tbody tr td:nth-child(9)").all_inner_texts()
    assert set(outcomes) == {"一次性告知退回"}
    with page.expect_download() as loaded:
        page.click("#xlsx")
    book = openpyxl.load_workbook(io.BytesIO(loaded.value.path().read_bytes()))
    assert [sheet.title for sheet in book] == ["办理登记", "差评与意见"]
    assert len(list(book["办理登记"].rows)) == told + 2
    page.click('#choose button[type="reset"]')
    expect(body).to_have_attribute("data-drawn", "3", timeout=30_000)
    page.fill('[name="number"]', "d001")
    page.keyboard.press("Enter")
    expect(body).to_have_attribute("data-drawn", "4", timeout=30_000)
    numbers = page.locator("#table-acceptances tbody tr td:nth-child(3)").all_inner_texts()
    assert set(numbers) == {"D001"}
    with page.expect_download() as loaded:
        page.click('a[data-csv="acceptances"]')
    lines = loaded.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == len(numbers) + 1
    promises = {
        name: int(page.inner_text(f'[data-figure="{name}"] dd'))
        for name in ("open", "overdue", "kept", "late", "accepted")
    }
    assert sum(promises.values()) == 2 * promises["accepted"]
    page.select_option('[name="state"]', "late")
    page.fill('[name="number"]', "")
    page.click('#choose button[type="submit"]')
    expect(body).to_have_attribute("data-drawn", "5", timeout=30_000)
    page.close()


def test_the_invented_days_leave_appointments_for_today(
    seen: Pages, manager: BrowserContext
) -> None:
    page = seen.open("/appointments/demo?lang=zh-CN", context=manager)
    expect(page.locator("#of-day li")).not_to_have_count(0)
    page.close()


def test_a_wrong_password_is_said_and_a_new_one_is_taken(seen: Pages) -> None:
    page = seen.log_in("clerk8", "/password", (390, 844))
    for current, new, again, said in (
        ("wrong-one", "new-secret-9", "new-secret-9", "现在的密码"),
        ("demo-hall", "new-secret-9", "new-secret-8", "两遍"),
    ):
        for field, text in (("current", current), ("new", new), ("again", again)):
            page.fill(f"#{field}", text)
        page.keyboard.press("Enter")
        expect(page.locator("#refusal")).to_contain_text(said)
    assert violations(page) == []
    for field, text in (
        ("current", "demo-hall"),
        ("new", "new-secret-9"),
        ("again", "new-secret-9"),
    ):
        page.fill(f"#{field}", text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/window/demo/8")
