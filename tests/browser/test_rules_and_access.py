"""The board's rules as pure functions, the same keys in each language, and WCAG checks by axe."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
SIZES = [(1920, 1080), (1080, 1920), (1366, 768), (360, 740)]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def leaves(tree: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def words(language: str) -> dict[str, str]:
    files = sorted((ROOT / "assets" / "i18n").glob(f"web*.{language}.toml"))
    found: dict[str, str] = {}
    for file in files:
        tree = tomllib.loads(file.read_text(encoding="utf-8"))
        tree.get("admin", {}).pop("groups", None)  # whose keys are words
        found.update(leaves(tree))
    return found


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = words("zh-CN"), words("en")
    singular = {key for key in english if key.endswith("_one")}
    assert set(chinese) == set(english) - singular
    assert {key.removesuffix("_one") for key in singular} <= set(chinese)


def test_both_languages_fill_the_same_places() -> None:
    english = words("en")
    for key, text in words("zh-CN").items():
        places = set(re.findall(r"\{(\w+)\}", text))
        assert places >= set(re.findall(r"\{(\w+)\}", english[key])), key


RULES = """async () => {
    const rules = await import("/static/alarms.js");
    const now = Date.parse("2026-01-05T10:00:00+08:00");
    const ago = (seconds) => new Date(now - seconds * 1000).toISOString();
    const service = {id: "D", waiting: 2, longest_wait_s: 600, windows: ["4"]};
    const window = {
        id: "4", state: "open", since: ago(4000), free_since: ago(600), ticket: null, waiting: 2,
        skills: [],
    };
    const hall = {services: [service], windows: [window], devices: []};
    const kinds = (change, line = "live") => {
        const seen = structuredClone(hall);
        change(seen);
        return rules.alarmsOf(seen, now, line).map((alarm) => alarm.kind);
    };
    const busy = (h, status, seconds) => {
        h.windows[0].ticket = {status, since: ago(seconds), usual_s: 600};
        h.windows[0].free_since = null;
    };
    return {
        idle: kinds(() => {}),
        just_free: kinds((h) => { h.windows[0].free_since = ago(10); }),
        nobody: kinds((h) => { h.services[0].waiting = 0; }),
        unserved: kinds((h) => { h.windows[0].state = "closed"; h.windows[0].free_since = null; }),
        long: kinds((h) => { 
            h.services[0].longest_wait_s = 1900;
            busy(h, "serving", 60);
        }),
        not_started: kinds((h) => { busy(h, "called", 200); }),
        serving_long: kinds((h) => { busy(h, "serving", 1900); }),
        serving: kinds((h) => { busy(h, "serving", 900); }),
        own_limit: kinds((h) => {
            h.alerts = {services: [{service: "D", long_wait_minutes: 5, waiting_at_most: 0}]};
            busy(h, "serving", 60);
        }),
        many: kinds((h) => { h.alerts = {waiting_at_most: 1}; busy(h, "serving", 60); }),
        chosen: kinds((h) => {
            h.services = [];
            h.out_of_turn = [{at: ago(60)}, {at: ago(6000)}];
        }),
        quiet: rules.alarmsOf(
            {...hall, alerts: {quiet: [{begins: "22:00", ends: "10:30"}]}}, now, "live", "10:00",
        ).length,
        stale: kinds((h) => { h.services = []; }, "stale"),
        clock: kinds((h) => { h.services = []; h.clock_off_s = -3600; }),
        device: kinds((h) => {
            h.services = [];
            h.devices = [{id: "p", kind: "camera", state: "lost"}];
        }),
    };
}"""


@pytest.mark.browser
def test_alarms_follow_their_rules(pages: Any) -> None:
    page = pages.open("/screen/demo?sound=off")
    assert page.evaluate(RULES) == {
        "idle": ["idle"],
        "just_free": [],
        "nobody": [],
        "unserved": ["unserved"],
        "long": ["long_wait"],
        "not_started": ["not_started"],
        "serving_long": ["serving_long"],
        "serving": [],
        "own_limit": ["long_wait"],
        "many": ["many_waiting"],
        "chosen": ["out_of_turn"],
        "quiet": 0,
        "stale": ["stale"],
        "clock": ["clock"],
        "device": ["device"],
    }


@pytest.fixture
def busy_hall(kiosk: Any, manager: Any) -> dict[str, Any]:
    """People waiting, called, being served; a printer out of paper; returns the last ticket."""
    for service in "DDDDFFAAG":
        kiosk.ticket(service)
    manager.press("4", "call-next")
    manager.press("6", "call-next")
    manager.press("6", "start")
    manager.press("3", "pause", reason="午休")
    manager.press("8", "close")
    kiosk.report("kiosk-1-printer", "ticket_printer", "out")
    ticket: dict[str, Any] = kiosk.ticket("D", "elderly")
    return ticket


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "(tags) => axe.run(document, {runOnly: tags}).then((r) => r.violations)", WCAG
    )
    return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]]


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_is_accessible_and_fits(
    pages: Any, busy_hall: dict[str, Any], wide: Callable[[Page], int], language: str
) -> None:
    faults = []
    clerk = pages.log_in("clerk4", "/window/demo/4")
    manager = pages.log_in("manager", "/manager/demo")
    public = pages.open("/login")
    for page, path, ready in (
        (public, "/screen/demo?sound=off", "#services li"),
        (clerk, "/window/demo/4?", "#number"),
        (clerk, "/window/demo/5?", "h1"),
        (manager, "/manager/demo?", "#alarms li"),
        (public, f"{busy_hall['follow_path']}?", "#ahead"),
        (public, "/login?", "#login"),
    ):
        page.goto(f"{pages.server.url}{path}&lang={language}")
        expect(page.locator(ready).first).to_be_visible()
        page.wait_for_timeout(1000)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            if wide(page):
                faults.append(f"{path} {width}x{height}: {wide(page)} px too wide")
        faults += [f"{path}: {fault}" for fault in violations(page)]
    assert faults == []
