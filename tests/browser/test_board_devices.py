"""The manager's board tells how much paper a kiosk's printer has, and in words what is wrong."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from hardware.errors import DeviceMissing, DeviceRefused
from hardware.words import state_words

pytestmark = pytest.mark.browser

KIOSK = {"Authorization": "Bearer demo-kiosk-1-token"}
REFUSED = DeviceMissing(
    "address_silent", port="tcp://192.168.1.50:9100", reason=state_words("ECONNREFUSED")
)
STRIPS = DeviceRefused("strip_no_answer", names="window-1")


def tell(server: Any, tickets_left: int | None) -> None:
    answer = httpx.post(
        f"{server.api}/devices/kiosk-1-printer/health",
        json={
            "kind": "ticket_printer",
            "state": "ok",
            "detail": "就绪 / ready",
            "figures": {"tickets_left": tickets_left},
        },
        headers=KIOSK,
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


def test_the_board_says_how_many_tickets_the_roll_holds_and_what_is_wrong(
    pages: Any, server: Any, kiosk: Any
) -> None:
    page = pages.log_in("manager", "/manager/demo")
    tell(server, 180)
    printer = page.locator("#devices li", has_text="kiosk-1-printer")
    expect(printer).to_contain_text("约余 180 张")
    expect(printer).not_to_contain_text("就绪")  # of one that is well the state is enough
    tell(server, 170)
    expect(printer).to_contain_text("约余 170 张")
    tell(server, None)
    expect(printer).not_to_contain_text("约余")

    kiosk.report("kiosk-1-printer", "ticket_printer", "offline", REFUSED.detail)
    kiosk.report("strips", "window_sign", "error", STRIPS.detail)
    expect(printer.locator(".device-detail")).to_have_text(REFUSED.words.zh)
    expect(page.locator("#alarms")).to_contain_text(STRIPS.words.zh)
    page.goto(f"{server.url}/manager/demo?lang=en")
    expect(printer.locator(".device-detail")).to_have_text(REFUSED.words.en)
    expect(page.locator("#alarms")).to_contain_text(STRIPS.words.en)
