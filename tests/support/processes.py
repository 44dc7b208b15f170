"""Several server processes' worth of services in one test, on one PostgreSQL."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from queue_server.clock import SystemClock
from queue_server.domain import commands as c
from queue_server.domain.rules import HallRules, WindowRule
from queue_server.journal.postgres import PostgresDatabase, PostgresJournal
from queue_server.presentation import Presentation
from queue_server.service import HallService
from tests.support.hall import rules


class Process:
    """What one server process has: its own connections and its own view of the hall."""

    def __init__(self, database: PostgresDatabase, hall_rules: HallRules) -> None:
        self.database = database
        self.journal = PostgresJournal(database)
        self.hall = HallService(
            self.journal, hall_rules, Presentation("厅", "Hall", ()), SystemClock(), lambda t: t
        )

    async def do(self, command: c.Command, request_id: str | None = None) -> Any:
        rid = request_id or str(uuid.uuid4())
        return orjson.loads((await self.hall.execute(command, request_id=rid, by="test")).body)

    async def issue(self, service: str = "A") -> str:
        body = await self.do(c.IssueTicket(str(uuid.uuid4()), service))
        return str(body["ticket"]["number"])

    async def seq(self) -> int:
        return int(orjson.loads(await self.hall.hall_json(for_staff=True))["seq"])


@asynccontextmanager
async def processes(url: str, count: int, hall_rules: HallRules) -> AsyncIterator[list[Process]]:
    made = [Process(await PostgresDatabase.opened(url), hall_rules) for _ in range(count)]
    try:
        for process in made:
            await process.hall.start()
        yield made
    finally:
        for process in made:
            await process.journal.close()


Scenario = Callable[[list[Process]], Awaitable[None]]


def play(
    url: str, scenario: Scenario, *, count: int = 2, hall_rules: HallRules | None = None
) -> None:
    async def whole() -> None:
        async with processes(url, count, hall_rules or rules()) as made:
            await scenario(made)

    asyncio.run(whole())


async def until(true: Callable[[], Awaitable[bool]], within_s: float) -> float:
    """Seconds that it took to become true."""
    begun = time.monotonic()
    while not await true():
        assert time.monotonic() - begun < within_s, f"not within {within_s} s"
        await asyncio.sleep(0.005)
    return time.monotonic() - begun


def many_windows(count: int) -> HallRules:
    one = rules().windows[0]
    windows = tuple(
        WindowRule(str(n), one.name, one.name_en, one.skills) for n in range(1, count + 1)
    )
    return rules(windows=windows)


async def reached(process: Process, seq: int) -> bool:
    return await process.seq() >= seq
