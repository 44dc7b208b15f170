"""From a call to the pages that show it, with a whole hall's pages connected.

    ./hall bench push [--pages N] [--calls N] [--screens N]

pages: as many as wanted that behave as live.js does: an open event stream, and after events at most
one snapshot a second. screens: real pages of windows in Chromium, among them. call_to_stream: until
a page's stream has the event; call_to_shown: until a real page has drawn the number. Pages, browser
and caller share the machine with the server, so their own work is in the figures; no_op: GET
/health/live meanwhile, to compare with.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

import httpx
from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.dispatch.memory import resident_mib  # noqa: E402
from tests.support.browser import CHROMIUM, FLAGS  # noqa: E402
from tests.support.server import ServerProcess  # noqa: E402

HALL = "/api/v1/halls/demo"
CALLED = b"event: ticket_called\n"
PAUSE_S = 0.9
SNAPSHOT_GAP_S = 1.0
GIVE_UP_S = 10.0
WANTED_MS = 1000
# Keeps on the page when it drew which number.
WATCH = """() => {
  const node = document.getElementById("number");
  window.drawn = {};
  const note = () => { window.drawn[node.textContent] ??= Date.now(); };
  new MutationObserver(note).observe(node, {childList: true, characterData: true, subtree: true});
}"""
# When it did; waits for it.
DRAWN = """(number) => new Promise((done) => {
  const look = setInterval(() => {
    if (!window.drawn[number]) return;
    clearInterval(look);
    done(window.drawn[number]);
  }, 5);
})"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--calls", type=int, default=25)
    parser.add_argument("--screens", type=int, default=2)
    options = parser.parse_args()
    print(json.dumps(asyncio.run(measure(options)), indent=2))
    return 0


async def measure(options: argparse.Namespace) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory(dir=ROOT / ".hall") as name,
        ServerProcess(Path(name)) as server,
    ):
        token = server.token("manager")
        before_mib = resident_mib(server.pid)
        paired = server.token("screen")  # what nobody in particular asks for is limited
        pages = [LivePage(server.port, paired) for _ in range(options.pages - options.screens)]
        await asyncio.gather(*(page.connect() for page in pages))
        async with async_playwright() as play:
            browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
            screens = [await browser.new_page() for _ in range(options.screens)]
            for screen in screens:
                await screen.goto(f"{server.url}/window-screen/demo/1")
                await screen.locator("#window-name", has_text="1").wait_for()
                await screen.evaluate(WATCH)
            used = cpu_s(server.pid)
            begun = time.perf_counter()
            times = await called(options.calls, server, token, pages, screens)
            wall_s = time.perf_counter() - begun
            used = cpu_s(server.pid) - used
            after_mib = resident_mib(server.pid)
            await browser.close()
        for page in pages:
            await page.close()
    return report(options, times, used, wall_s, after_mib - before_mib)


def report(
    options: argparse.Namespace,
    times: dict[str, list[float]],
    used_s: float,
    wall_s: float,
    mib: float,
) -> dict[str, object]:
    cpu_share = used_s / wall_s
    shown = quantiles(times["shown"])
    return {
        "benchmark": "push",
        "pages": options.pages,
        "real_pages_among_them": options.screens,
        "calls": options.calls,
        "call_to_stream_ms": quantiles(times["stream"]),
        "call_to_shown_ms": shown,
        "shown_wanted_ms": WANTED_MS,
        "shown_ratio_to_wanted": round(shown["p99"] / WANTED_MS, 3),
        "no_op_ms": quantiles(times["no_op"]),
        "server_cpu_percent": round(100 * cpu_share, 1),
        "server_cpu_percent_per_page": round(100 * cpu_share / options.pages, 3),
        "server_memory_mib_per_page": round(mib / options.pages, 3),
        "snapshots_a_second": round(sum(times["snapshots"]) / wall_s, 1),
        "seconds": round(wall_s, 1),
    }


def quantiles(values: list[float]) -> dict[str, float]:
    parts = statistics.quantiles(values, n=100)
    return {"p50": round(parts[49], 1), "p99": round(parts[98], 1)}


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class LivePage:
    """One page: its stream on one connection, its snapshots on another."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = f"Host: b\r\nAuthorization: Bearer {token}\r\n\r\n"
        self.heard_at = 0.0
        self.heard = asyncio.Event()
        self.snapshots = 0
        self._asked_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._wanted = asyncio.Event()

    async def connect(self) -> None:
        lines, ask = await asyncio.open_connection("127.0.0.1", self._port)
        query = "topics=queue,windows,calls"
        ask.write(f"GET {HALL}/events?{query} HTTP/1.1\r\n{self._headers}".encode())
        await lines.readuntil(b"\r\n\r\n")
        self._tasks = [
            asyncio.create_task(self._listen(lines)),
            asyncio.create_task(self._snapshots()),
        ]
        self._writer = ask

    async def _listen(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            if line == CALLED:
                self.heard_at = time.perf_counter()
                self.heard.set()
            if line.startswith(b"event: ") and b"heartbeat" not in line:
                self._wanted.set()

    async def _snapshots(self) -> None:
        answers, ask = await asyncio.open_connection("127.0.0.1", self._port)
        while True:
            await self._wanted.wait()
            await asyncio.sleep(max(0.03, SNAPSHOT_GAP_S - (time.perf_counter() - self._asked_at)))
            self._wanted.clear()
            self._asked_at = time.perf_counter()
            ask.write(f"GET {HALL} HTTP/1.1\r\n{self._headers}".encode())
            head = await answers.readuntil(b"\r\n\r\n")
            at = head.lower().index(b"content-length:") + 15
            await answers.readexactly(int(head[at : head.index(b"\r\n", at)]))
            self.snapshots += 1

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._writer.close()


async def called(
    calls: int, server: ServerProcess, token: str, pages: list[LivePage], screens: list[Page]
) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {"stream": [], "shown": [], "no_op": [], "snapshots": []}
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=10) as client:
        for _ in range(calls):
            await post(client, "tickets", service="A")
            await asyncio.sleep(PAUSE_S)
            begun = time.perf_counter()
            await client.get("/health/live")
            times["no_op"].append((time.perf_counter() - begun) * 1000)
            for page in pages:
                page.heard.clear()
            begun, begun_ms = time.perf_counter(), time.time() * 1000
            answer = await post(client, "windows/1/call-next")
            async with asyncio.timeout(GIVE_UP_S):
                await asyncio.gather(*(page.heard.wait() for page in pages))
            times["stream"] += [(page.heard_at - begun) * 1000 for page in pages]
            number = answer["ticket"]["number"]
            for screen in screens:
                times["shown"].append(await screen.evaluate(DRAWN, number) - begun_ms)
            await post(client, "windows/1/miss", reason="bench")
    times["snapshots"] = [float(page.snapshots) for page in pages]
    return times


async def post(client: httpx.AsyncClient, path: str, **fields: str) -> dict[str, dict[str, str]]:
    answer = await client.post(f"{HALL}/{path}", json={"request_id": str(uuid.uuid4()), **fields})
    answer.raise_for_status()
    body: dict[str, dict[str, str]] = answer.json()
    return body


if __name__ == "__main__":
    raise SystemExit(main())
