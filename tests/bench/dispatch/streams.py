"""From a call to the last of 500 listeners: the hall's event streams under a steady day.

Each listener is an open connection to `/events`. The time runs from sending `call-next` until the
last of them has its event; the answer to the call itself is timed beside it. Listeners and caller
are one process, so its own work is in the figures too. no-op: GET /health/live meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from tests.bench import load
from tests.bench.dispatch.memory import resident_mib
from tests.support.server import ROOT, ServerProcess

HALL = "/api/v1/halls/demo"
LISTENERS = 500
CALLS = 60
PAUSE_S = 0.05
GIVE_UP_S = 10.0
CALLED = b"event: ticket_called\n"


def measure(options: argparse.Namespace) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory(dir=ROOT / ".hall") as name,
        ServerProcess(Path(name)) as server,
    ):
        token = server.token("manager")
        before_mib = resident_mib(server.pid)
        times = uvloop.run(_measured(server.port, token))
        after_mib = resident_mib(server.pid)
    return {
        "listeners": LISTENERS,
        "calls": len(times.last_ms),
        "call_to_last_stream_ms": _quantiles(times.last_ms),
        "call_to_its_answer_ms": _quantiles(times.answer_ms),
        "no_op_ms": _quantiles(times.no_op_ms),
        "memory_mib_per_listener": round((after_mib - before_mib) / LISTENERS, 3),
    }


def _quantiles(values: list[float]) -> dict[str, float]:
    parts = statistics.quantiles(values, n=100)
    return {"p50": round(parts[49], 1), "p99": round(parts[98], 1)}


@dataclass
class _Times:
    last_ms: list[float] = field(default_factory=list)
    answer_ms: list[float] = field(default_factory=list)
    no_op_ms: list[float] = field(default_factory=list)


class _Audience:
    """Counts how many listeners have heard of the call that is waited for."""

    def __init__(self) -> None:
        self._left = 0
        self.all_heard = asyncio.Event()

    def expect(self) -> None:
        self._left = LISTENERS
        self.all_heard.clear()

    def heard(self, count: int) -> None:
        self._left -= count
        if self._left == 0:
            self.all_heard.set()


class _Listener(asyncio.Protocol):
    """Reads one event stream. An event's name may be torn apart by the network."""

    def __init__(self, audience: _Audience, request: bytes) -> None:
        self._audience, self._request, self._rest = audience, request, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        text = self._rest + data
        if count := text.count(CALLED):
            self._audience.heard(count)
        ends = text.rfind(b"\n") + 1
        self._rest = text[ends:]


async def _measured(port: int, token: str) -> _Times:
    loop, audience, times = asyncio.get_running_loop(), _Audience(), _Times()
    listen = f"GET {HALL}/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n"
    for _ in range(LISTENERS):
        await loop.create_connection(
            lambda: _Listener(audience, listen.encode()), "127.0.0.1", port
        )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def asked(request: bytes) -> float:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length:") + 15
        await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        if head[9:10] != b"2":
            raise RuntimeError(head.decode(errors="replace"))
        return (time.perf_counter() - begun) * 1000

    for _ in range(CALLS):
        await asked(_post(token, "tickets", service="A"))
        await asyncio.sleep(PAUSE_S)
        times.no_op_ms.append(await asked(load.get("/health/live")))
        audience.expect()
        begun = time.perf_counter()
        times.answer_ms.append(await asked(_post(token, "windows/1/call-next")))
        async with asyncio.timeout(GIVE_UP_S):
            await audience.all_heard.wait()
        times.last_ms.append((time.perf_counter() - begun) * 1000)
        await asked(_post(token, "windows/1/miss", reason="bench"))
    return times


def _post(token: str, path: str, **fields: str) -> bytes:
    body = json.dumps({"request_id": str(uuid.uuid4()), **fields}).encode()
    return load.post(f"{HALL}/{path}", token, body)
