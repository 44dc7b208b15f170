"""The manager's board tells how much paper a kiosk's printer still has."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

KIOSK = {"Authorization": "Bearer demo-kiosk-1-token"}


def tell(server: Any, tickets_left: int | None) -> None:
    answer = httpx.post(
        f"{server.api}/devices/kiosk-1-printer/health",
        json={"kind": "ticket_printer", "state": "ok", "figures": {"tickets_left": tickets_left}},
        headers=KIOSK,
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


def test_the_board_says_how_many_tickets_the_roll_holds(pages: Any, server: Any) -> None:
    page = pages.log_in("manager", "/manager/demo")
    tell(server, 180)
    printer = page.locator("#devices li", has_text="kiosk-1-printer")
    expect(printer).to_contain_text("约余 180 张")
    tell(server, 170)
    expect(printer).to_contain_text("约余 170 张")
    tell(server, None)
    expect(printer).not_to_contain_text("约余")
