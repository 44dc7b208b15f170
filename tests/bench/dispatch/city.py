"""A day of a city's 3,445 halls, replayed as fast as it goes against PostgreSQL with two processes.

2,955 village stations, 304 communities, 186 towns. Each hall's kiosk and windows are on a process
drawn for them, so that half of the halls are served by both. `--share` takes part of the halls, of
each kind alike; after `--minutes` no further hall's day is begun, so that all halls are open and as
many as fit have their whole day. PostgreSQL runs on this machine, as a hall would run it (fsync
on); so do both processes and the clients. no-op: GET /health/live of both processes by as many
clients, before it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from queue_server.access.roles import Role
from queue_server.access.store import insert_token, new_token
from queue_server.databases import open_database
from tests.bench import load
from tests.bench.dispatch.memory import resident_mib
from tests.support.postgres import PostgresServer
from tests.support.server import ROOT, ServerProcess

CLIENTS = 64
LOADED_WITHIN_S = 1800.0
NO_OP_S = 4.0


@dataclass(frozen=True)
class Kind:
    """visitors: on one day."""

    name: str
    halls: int
    windows: int
    visitors: int


CITY = (
    Kind("village", 2955, 1, 12),
    Kind("community", 304, 2, 40),
    Kind("town", 186, 4, 120),
)


@dataclass(frozen=True)
class Hall:
    """kiosk_at, windows_at: which process each talks to."""

    id: str
    kind: Kind
    kiosk_at: int
    windows_at: int


def measure(options: argparse.Namespace) -> dict[str, object]:
    halls = list(_halls(options.share / 100))
    postgres = PostgresServer(durable=True)
    with tempfile.TemporaryDirectory(dir=ROOT / ".hall") as name, ExitStack() as cleanup:
        cleanup.callback(postgres.remove)
        postgres.start()
        url = postgres.fresh_database()
        servers = _servers(Path(name), halls, url)
        token = asyncio.run(_token_for_all(url))
        for server in servers:
            cleanup.enter_context(server)
        loaded_s = _loaded(servers, len(halls))
        no_op = _no_op(servers)
        ports = [server.port for server in servers]
        day = uvloop.run(_replayed(halls, ports, token, options.minutes * 60))
        memory = [round(resident_mib(server.pid), 1) for server in servers]
        events = postgres.execute("SELECT count(*) FROM event", url.rpartition("/")[2])[0][0]
    return {
        "halls": len(halls),
        "share_percent": options.share,
        "processes": len(servers),
        "halls_replayed": day.halls,
        "visitors": day.visitors,
        "of_their_day_percent": round(100 * day.visitors / sum(h.kind.visitors for h in halls), 1),
        "whole_day_of_these_halls_minutes": round(
            sum(h.kind.visitors for h in halls) / day.visitors * day.seconds / 60, 1
        ),
        "all_halls_loaded_s": round(loaded_s, 1),
        "requests": len(day.took_ms),
        "refused": day.refused,
        "seconds": round(day.seconds, 1),
        "requests_per_s": round(len(day.took_ms) / day.seconds, 1),
        "events": events,
        "events_per_s": round(int(str(events)) / day.seconds, 1),
        "p50_ms": round(statistics.median(day.took_ms), 1),
        "p99_ms": round(statistics.quantiles(day.took_ms, n=100)[98], 1),
        "no_op_per_s": round(no_op, 1),
        "ratio_to_no_op": round(len(day.took_ms) / day.seconds / no_op, 3),
        "memory_mib": memory,
    }


# --- the city -------------------------------------------------------------------------------


def _halls(share: float) -> Iterator[Hall]:
    choose = random.Random(1)
    for kind in CITY:
        for number in range(max(1, round(kind.halls * share))):
            at = choose.randrange(2), choose.randrange(2)
            yield Hall(f"{kind.name}-{number:04d}", kind, *at)


def _servers(folder: Path, halls: Sequence[Hall], url: str) -> list[ServerProcess]:
    (folder / "halls").mkdir()
    for hall in halls:
        (folder / "halls" / f"{hall.id}.toml").write_text(_settings(hall), encoding="utf-8")
    config = folder / "city.toml"
    server = '[server]\nkey_file = "hall.key"\nlog_level = "error"\n'
    config.write_text(f'halls = ["halls/*.toml"]\n{server}', encoding="utf-8")
    servers = []
    for name in ("one", "other"):
        (folder / name).mkdir()
        servers.append(ServerProcess(folder / name, config=config, database=url))
    return servers


def _settings(hall: Hall) -> str:
    """Three services, all windows for all of them."""
    services = "".join(
        f'[[service]]\nid = "{x}"\nname = "业务{x}"\nname_en = "Service {x}"\nusual_minutes = 8\n'
        for x in "ABC"
    )
    windows = "".join(
        f'[[window]]\nid = "{n}"\nname = "{n} 号窗口"\nname_en = "Window {n}"\nskills = ["*"]\n'
        for n in range(1, hall.kind.windows + 1)
    )
    return (
        f'[hall]\nid = "{hall.id}"\nname = "服务站 {hall.id}"\nname_en = "{hall.id}"\n'
        "always_open = true\nwindows_start_open = true\n"
        '[[priority_class]]\nid = "ordinary"\nname = "普通"\nname_en = "ordinary"\nrate = 1.0\n'
        '[[priority_class]]\nid = "elderly"\nname = "老年人"\nname_en = "60 or more"\nrate = 2.0\n'
        f"{services}{windows}"
    )


async def _token_for_all(url: str) -> str:
    """An administrator's, for every hall."""
    token, database = new_token(), await open_database(url)
    await database.access.change(insert_token(token, Role.ADMIN, "", None, "bench"))
    await database.journal.close()
    return token


def _loaded(servers: Sequence[ServerProcess], halls: int) -> float:
    begun = time.monotonic()
    for server in servers:
        client = server.client(None)
        while f"hall_loaded {halls}.0" not in client.get("/metrics")[1].decode():
            if time.monotonic() > begun + LOADED_WITHIN_S:
                raise RuntimeError("the halls did not get loaded")
            time.sleep(0.2)
    return time.monotonic() - begun


def _no_op(servers: Sequence[ServerProcess]) -> float:
    """Requests per second of both processes together, half of the clients each."""

    async def both() -> int:
        end = time.perf_counter() + NO_OP_S
        counts = await asyncio.gather(*(_no_ops(servers[n % 2].port, end) for n in range(CLIENTS)))
        return sum(counts)

    return uvloop.run(both()) / NO_OP_S


async def _no_ops(port: int, end: float) -> int:
    count, request = 0, load.get("/health/live")
    with _connected([port]) as [line]:
        while time.perf_counter() < end:
            await line.ask(request)
            count += 1
    return count


# --- its day --------------------------------------------------------------------------------


@dataclass
class _Day:
    took_ms: list[float] = field(default_factory=list)
    refused: int = 0
    seconds: float = 0.0
    halls: int = 0
    visitors: int = 0


class _Line:
    """A kept-alive connection. One that the server closed for being idle is opened again, and the
    request sent once more: its request id makes that harmless."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        try:
            return await self._ask(request)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            return await self._ask(request)

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length:") + 15
        body = await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
        return int(head[9:12]), body

    def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None


@contextmanager
def _connected(ports: Sequence[int]) -> Iterator[list[_Line]]:
    lines = [_Line(port) for port in ports]
    try:
        yield lines
    finally:
        for line in lines:
            line.close()


async def _replayed(
    halls: Sequence[Hall], ports: Sequence[int], token: str, seconds: float
) -> _Day:
    """All halls' days, so many halls at a time, in an order that mixes large and small ones; after
    `seconds` no further hall's day is begun."""
    day, waiting = _Day(), list(halls)
    random.Random(2).shuffle(waiting)
    end = time.perf_counter() + seconds

    async def client() -> None:
        with _connected(ports) as lines:
            while waiting and time.perf_counter() < end:
                hall = waiting.pop()
                await _hall_day(hall, lines, token, day)
                day.visitors += hall.kind.visitors
                day.halls += 1

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    day.seconds = time.perf_counter() - begun
    return day


async def _hall_day(hall: Hall, lines: Sequence[_Line], token: str, day: _Day) -> None:
    """People come in twos; the windows take turns."""
    kiosk, clerk = lines[hall.kiosk_at], lines[hall.windows_at]
    for pair in range(hall.kind.visitors // 2):
        for visitor in range(2):
            service = "ABC"[(pair + visitor) % 3]
            body = await _act(kiosk, hall, "tickets", token, day, service=service)
            ticket = json.loads(body)["ticket"]["id"]
            await _act(kiosk, hall, f"tickets/{ticket}/printed", token, day)
        window = f"windows/{pair % hall.kind.windows + 1}"
        for _ in range(2):
            for act in ("call-next", "start", "finish"):
                await _act(clerk, hall, f"{window}/{act}", token, day)


async def _act(line: _Line, hall: Hall, path: str, token: str, day: _Day, **fields: str) -> bytes:
    body = json.dumps({"request_id": str(uuid.uuid4()), **fields}).encode()
    begun = time.perf_counter()
    status, answer = await line.ask(load.post(f"/api/v1/halls/{hall.id}/{path}", token, body))
    day.took_ms.append((time.perf_counter() - begun) * 1000)
    day.refused += status >= 300
    return answer
