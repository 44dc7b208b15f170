"""The demonstration hall as `./hall demo` starts it, on ports of its own, and a real browser."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from launcher.hall_ports import HallPorts, free_base
from tests.support.browser import running_chromium

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60.0


class DemoHall:
    """A running demonstration: where its parts are, and the hands of a visitor."""

    def __init__(self, process: subprocess.Popen[str], ports: HallPorts, data: Path) -> None:
        self.process, self.ports, self.data = process, ports, data
        self.server = f"http://127.0.0.1:{ports.server}"
        self.simulators = f"http://127.0.0.1:{ports.simulators}"
        self.kiosk = f"http://127.0.0.1:{ports.kiosk_view}"

    def lay_card(self, citizen: str) -> None:
        send(f"{self.simulators}/api/reader/present", {"citizen": citizen})

    def lift_card(self) -> None:
        send(f"{self.simulators}/api/reader/remove", {})

    def printer_fault(self, fault: str) -> None:
        send(f"{self.simulators}/api/printer/fault", {"fault": fault})

    def touch(self, x: float, y: float) -> None:
        """A finger on the kiosk's glass; parts of width and height from the top left."""
        for phase in ("down", "up"):
            send(f"{self.kiosk}/touch", {"phase": phase, "x": x, "y": y})

    def touch_on(self, x: float, y: float, at: int, within_s: float = 30.0) -> None:
        """Touches until the kiosk has gone beyond step `at`: a finger that comes before a slow
        machine has drawn the screen touches nothing."""
        until = time.monotonic() + within_s
        while len(self.kiosk_places()) <= at:
            assert time.monotonic() < until, self.kiosk_places()
            self.touch(x, y)
            again = time.monotonic() + 3
            while len(self.kiosk_places()) <= at and time.monotonic() < again:
                time.sleep(0.05)

    def frame(self) -> bytes:
        """What the kiosk shows now, a JPEG."""
        with urllib.request.urlopen(f"{self.kiosk}/frame?after=0", timeout=12) as answer:
            return bytes(answer.read())

    def printed(self) -> list[dict[str, Any]]:
        """The tickets that came out, newest first."""
        return list(fetch(f"{self.simulators}/api/tickets"))

    def paper(self, ticket: dict[str, Any], form: str) -> bytes:
        """One ticket as `png` or as the `bin` bytes that the driver sent."""
        url = f"{self.simulators}/api/tickets/{ticket['id']}.{form}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bytes(answer.read())

    def wait_printed(self, count: int, within_s: float = 30.0) -> dict[str, Any]:
        """The newest ticket, once `count` have come out."""
        until = time.monotonic() + within_s
        while len(tickets := self.printed()) < count:
            assert time.monotonic() < until, self.logs()
            time.sleep(0.1)
        return tickets[0]

    def kiosk_places(self) -> list[str]:
        """The places that the kiosk's flow has been at, in order."""
        places = []
        for line in (self.data / "logs" / "kiosk.log").read_text(errors="replace").splitlines():
            start = line.find("{")
            if start >= 0 and '"event": "place"' in line:
                places.append(json.loads(line[start:])["place"])
        return places

    def wait_place(self, place: str, after: int = 0, within_s: float = 20.0) -> int:
        """Waits until the kiosk reaches `place` at or after step `after`; the step after it."""
        until = time.monotonic() + within_s
        while place not in (places := self.kiosk_places())[after:]:
            assert time.monotonic() < until, (place, places)
            time.sleep(0.05)
        return places.index(place, after) + 1

    def logs(self) -> str:
        files = sorted((self.data / "logs").glob("*.log"))
        return "\n".join(f"== {f.name}\n{f.read_text(errors='replace')[-2000:]}" for f in files)


def send(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def fetch(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoHall]:
    data = tmp_path_factory.mktemp("demo")
    base = free_base(first=23000)
    command = [
        *(sys.executable, "-m", "launcher", "demo", "--headless", "--no-browser"),
        *("--base-port", str(base), "--data", str(data)),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    running = DemoHall(process, HallPorts(base), data)
    try:
        _wait_ready(running)
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0


def _wait_ready(hall: DemoHall) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until:
        assert hall.process.poll() is None, hall.logs()
        try:
            hall.frame()
            fetch(f"{hall.server}/health/ready")
            hall.printed()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the demonstration did not get ready\n{hall.logs()}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as started:
        yield started
