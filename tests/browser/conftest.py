"""Parts of the browser tests: real server process, real Chromium, staff and kiosk over HTTP."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import running_chromium
from tests.support.server import ServerProcess

PASSWORD = "demo-hall"
KIOSK = {"Authorization": "Bearer demo-kiosk-1-token"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A demonstration hall of its own, open, all windows open, nobody in it."""
    with ServerProcess(tmp_path) as running:
        yield running


@dataclass
class Staff:
    """A person's session without a browser; presses at windows what a keypad would, so that nobody
    sits there by it."""

    server: ServerProcess
    client: httpx.Client
    csrf: str

    @cached_property
    def _keypad(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.server.token('manager')}"}

    def press(self, window: str, act: str, **more: Any) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.server.api}/windows/{window}/{act}",
            json={"request_id": str(uuid.uuid4()), **more},
            headers=self._keypad,
            timeout=10,
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def change(self, path: str, **fields: Any) -> None:
        """Something of how the hall works."""
        answer = self.client.post(
            f"{self.server.api}/{path}",
            json={"request_id": str(uuid.uuid4()), **fields},
            headers={"X-CSRF-Token": self.csrf},
        )
        assert answer.status_code == 200, answer.text


@pytest.fixture
def manager(server: ServerProcess) -> Iterator[Staff]:
    """The manager may work at every window."""
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=10) as client:
        form = client.get("/login").text
        found = re.search(r'name="csrf" value="([^"]+)"', form)
        assert found
        fields = {"login": "manager", "password": PASSWORD, "csrf": found[1], "next": ""}
        board = client.post("/login", data=fields)
        csrf = re.search(r'data-csrf="([^"]+)"', board.text)
        assert csrf, board.text[:2000]
        yield Staff(server, client, csrf[1])


@dataclass
class Kiosk:
    """Takes numbers as a paired kiosk."""

    server: ServerProcess

    def ticket(self, service: str, priority_class: str = "ordinary") -> dict[str, Any]:
        answer = httpx.post(
            f"{self.server.api}/tickets",
            json={
                "request_id": str(uuid.uuid4()),
                "service": service,
                "priority_class": priority_class,
            },
            headers=KIOSK,
            timeout=10,
        )
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()["ticket"]
        return ticket

    def report(self, device: str, kind: str, state: str, detail: str = "") -> None:
        answer = httpx.post(
            f"{self.server.api}/devices/{device}/health",
            json={"kind": kind, "state": state, "detail": detail},
            headers=KIOSK,
            timeout=10,
        )
        assert answer.status_code == 200, answer.text


@pytest.fixture
def kiosk(server: ServerProcess) -> Kiosk:
    return Kiosk(server)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@dataclass
class Pages:
    """Opens pages of one server; remembers what went wrong inside them."""

    browser: Browser
    server: ServerProcess
    faults: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def context(self, size: tuple[int, int] = (1366, 768)) -> BrowserContext:
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        return context

    def open(
        self, path: str, size: tuple[int, int] = (1366, 768), context: BrowserContext | None = None
    ) -> Page:
        page = (context or self.context(size)).new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{path}: {error}"))
        page.on("console", lambda m: self._note(path, m.type, m.text))
        page.goto(self.server.url + path)
        return page

    def _note(self, path: str, kind: str, text: str) -> None:
        # A server that a test has killed is met with failed loads; those are no fault of a page.
        if kind == "error" and "Failed to load resource" not in text:
            self.faults.append(f"{path}: {text}")

    def log_in(self, login: str, path: str, size: tuple[int, int] = (1366, 768)) -> Page:
        """Opens `path` as somebody who is logged in; the login page itself is tried elsewhere."""
        context = self.context(size)
        url = f"{self.server.url}/login"
        found = re.search(r'name="csrf" value="([^"]+)"', context.request.get(url).text())
        assert found
        fields = {"login": login, "password": PASSWORD, "csrf": found[1], "next": ""}
        answer = context.request.post(url, form=fields, max_redirects=0)
        assert answer.status == 303, answer.text()
        return self.open(path, context=context)


@pytest.fixture
def pages(chromium: Browser, server: ServerProcess) -> Iterator[Pages]:
    pages = Pages(chromium, server)
    yield pages
    for context in pages.contexts:
        for page in context.pages:  # a handler may still be at work on a request of the page
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert pages.faults == []


@pytest.fixture
def wide(pages: Pages) -> Callable[[Page], int]:
    """How many pixels a page is wider than its window; 0 is right."""
    return lambda page: int(
        page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")
    )
