"""Parts of the browser tests: real server process, real Chromium, staff and kiosk over HTTP."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config" / "demo" / "hall.toml"
PASSWORD = "demo-hall"
KIOSK = {"Authorization": "Bearer demo-kiosk-1-token"}
READY_WITHIN_S = 20.0
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --autoplay-policy=no-user-gesture-required"
)


@dataclass
class Server:
    """The server's process on one port and one database, to be killed and started at will."""

    port: int
    database: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1/halls/demo"

    def start(self) -> None:
        command = [sys.executable, "-m", "queue_server", "server", "--config", str(CONFIG)]
        command += [
            "--listen",
            f"127.0.0.1:{self.port}",
            "--database",
            f"sqlite:///{self.database}",
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        until = time.monotonic() + READY_WITHIN_S
        while not self._ready():
            alive = self.process.poll() is None and time.monotonic() < until
            assert alive, self.log.read_text(errors="replace")
            time.sleep(0.05)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=1).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, with_signal: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(with_signal)
            self.process.wait(10)
            self.process = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A demonstration hall of its own, open, all windows open, nobody in it."""
    server = Server(free_port(), tmp_path / "hall.db", tmp_path / "server.log")
    server.start()
    yield server
    server.stop()


@dataclass
class Staff:
    """A person's session without a browser; presses what a console would."""

    server: Server
    client: httpx.Client
    csrf: str

    def press(self, window: str, act: str, **more: Any) -> dict[str, Any]:
        answer = self.client.post(
            f"{self.server.api}/windows/{window}/{act}",
            json={"request_id": str(uuid.uuid4()), **more},
            headers={"X-CSRF-Token": self.csrf},
        )
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
def manager(server: Server) -> Iterator[Staff]:
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

    server: Server

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
def kiosk(server: Server) -> Kiosk:
    return Kiosk(server)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield browser
        browser.close()


@dataclass
class Pages:
    """Opens pages of one server; remembers what went wrong inside them."""

    browser: Browser
    server: Server
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
        """Opens `path` as a person would: through the login page."""
        page = self.open(path, size)
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{path.split('?')[0]}*")
        return page


@pytest.fixture
def pages(chromium: Browser, server: Server) -> Iterator[Pages]:
    pages = Pages(chromium, server)
    yield pages
    for context in pages.contexts:
        context.close()
    assert pages.faults == []


@pytest.fixture
def wide(pages: Pages) -> Callable[[Page], int]:
    """How many pixels a page is wider than its window; 0 is right."""
    return lambda page: int(
        page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")
    )
