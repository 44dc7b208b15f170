"""Several processes on one PostgreSQL, as services in one test: races, news, locks, a lost word."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import psycopg
import pytest

from queue_server.answers import answer
from queue_server.clock import SystemClock
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.errors import Refusal
from queue_server.domain.rules import HallRules, WindowRule
from queue_server.journal.chain import GENESIS, link, verify
from queue_server.journal.port import Append, NotStored, SeqConflict
from queue_server.journal.postgres import PostgresDatabase, PostgresJournal
from queue_server.journal.postgres_commit import ALONE_AT_MOST, LOCKED_AT_MOST_S
from queue_server.journal.postgres_news import POLL_S, payloads
from queue_server.outcome import Unavailable
from queue_server.presentation import Presentation
from queue_server.service import HallService
from tests.support.hall import rules
from tests.support.postgres import PostgresServer

NOW_MS = 1_795_000_000_000
HEARD_WITHIN_S = 0.2


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


def test_what_one_process_does_the_other_shows_at_once(postgres_url: str) -> None:
    async def scenario(made: list[Process]) -> None:
        first, second = made
        await first.issue()
        await first.do(c.CallNext("1"))

        async def called() -> bool:
            view = orjson.loads(await second.hall.hall_json(for_staff=True))
            return bool(view["calls"])

        await until(called, HEARD_WITHIN_S)

    play(postgres_url, scenario)


def test_a_refusal_is_never_about_yesterdays_news(postgres_url: str) -> None:
    """The clerk's next request goes to the other process, before that one has heard of the call."""

    async def scenario(made: list[Process]) -> None:
        for turn in range(10):
            one, other = made[turn % 2], made[1 - turn % 2]
            await one.issue()
            await one.do(c.CallNext("1"))
            assert (await other.do(c.Start("1")))["ticket"]["status"] == "serving"
            assert (await one.do(c.Finish("1")))["ticket"]["status"] == "finished"
            with pytest.raises(Refusal):
                await other.do(c.Start("1"))

    play(postgres_url, scenario)


def test_processes_that_race_give_nothing_twice(postgres_url: str) -> None:
    async def scenario(made: list[Process]) -> None:
        issues = [made[n % 2].issue() for n in range(120)]
        numbers = await asyncio.gather(*issues)
        assert sorted(numbers) == [f"A{n:03d}" for n in range(1, 121)]
        calls = [made[n % 2].do(c.CallNext(str(n + 1))) for n in range(40)]
        called = [body["ticket"]["number"] for body in await asyncio.gather(*calls)]
        assert Counter(called) == Counter(f"A{n:03d}" for n in range(1, 41))
        records = await made[0].journal.read("t", 0, -1)
        assert verify(records) == await made[0].journal.last("t")
        for process in made:
            await until(lambda p=process: _reached(p, records[-1].seq), 2)  # type: ignore[misc]
            # somebody lost the first race; from then on they took turns
            assert process.hall.day.epoch <= 2

    play(postgres_url, scenario, hall_rules=many_windows(40))


async def _reached(process: Process, seq: int) -> bool:
    return await process.seq() >= seq


def test_one_request_at_two_processes_has_one_answer(postgres_url: str) -> None:
    async def scenario(made: list[Process]) -> None:
        for _ in range(20):
            request_id = str(uuid.uuid4())
            wishes = [p.do(c.IssueTicket(str(uuid.uuid4()), "A"), request_id) for p in made * 2]
            answers = await asyncio.gather(*wishes)
            assert all(answer == answers[0] for answer in answers)
        assert await made[0].issue() == "A021"

    play(postgres_url, scenario)


def test_a_lost_notification_is_made_up_for(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(made: list[Process]) -> None:
        heard: list[str] = []
        monkeypatch.setattr(made[0].database.news, "_to_tell", _Deaf())
        monkeypatch.setattr(made[1].database.news, "_heard", heard.append)
        await made[0].issue()
        seq = await made[0].seq()
        await until(lambda: _reached(made[1], seq), POLL_S + 1)
        # what was told of the start may have been on its way; of the ticket nothing was
        told = [end for text in heard for _, end in orjson.loads(text)[1]]
        assert all(end < seq for end in told)

    play(postgres_url, scenario)


class _Deaf(dict[str, int]):
    """Takes what is to be told and keeps nothing."""

    def __setitem__(self, hall: str, seq: int) -> None:
        """Lost."""


def test_a_listener_that_is_cut_off_listens_again(postgres_url: str) -> None:
    async def scenario(made: list[Process]) -> None:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            cut = admin.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            ).fetchone()
            assert cut == (2,)
        await asyncio.sleep(1)
        await made[0].issue()
        seq = await made[0].seq()
        await until(lambda: _reached(made[1], seq), POLL_S / 2)

    play(postgres_url, scenario)


def test_streams_carry_what_the_other_process_did_in_order(postgres_url: str) -> None:
    async def scenario(made: list[Process]) -> None:
        frames = made[1].hall.stream(None, None, 5.0)
        seen: list[int] = []

        async def listen() -> None:
            async for frame in frames:
                if frame.startswith(b"id: "):
                    seen.append(int(frame.split(b"\n")[0][4:]))

        begin = await made[1].seq()
        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.05)
        await asyncio.gather(*(made[n % 2].issue() for n in range(30)))
        end = (await made[0].journal.last("t"))[0]
        await until(lambda: _is(lambda: len(seen) >= end - begin), 2)
        listening.cancel()
        assert seen == list(range(begin + 1, end + 1))

    play(postgres_url, scenario)


def test_screens_go_on_after_the_database_was_away(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """Nobody asks the second process for anything: it finds its way back by itself."""

    async def scenario(made: list[Process]) -> None:
        first, second = made
        seen: list[int] = []

        async def listen() -> None:
            async for frame in second.hall.stream(None, None, 5.0):
                if frame.startswith(b"id: "):
                    seen.append(int(frame.split(b"\n")[0][4:]))

        listening = asyncio.create_task(listen())
        await second.issue()
        await asyncio.to_thread(postgres.stop)
        lost = [second.issue() for _ in range(5)]
        for outcome in await asyncio.gather(*lost, return_exceptions=True):
            assert isinstance(outcome, Unavailable)
        postgres.start()
        await until(lambda: _issued(first), 5)
        end = (await first.journal.last("t"))[0]
        await until(lambda: _is(lambda: seen[-1:] == [end]), 5)
        listening.cancel()
        assert seen == list(range(seen[0], end + 1))
        assert await second.issue() == "A003"

    play(postgres_url, scenario)


async def _issued(process: Process) -> bool:
    try:
        return await process.issue() == "A002"
    except Unavailable:
        return False


async def _is(true: Callable[[], bool]) -> bool:
    return true()


def test_locked_halls_hold_up_no_other(postgres_url: str) -> None:
    """More of them than there are connections for halls that are fought over, of which one that is
    free has need, too."""
    stuck = [f"stuck-{n}" for n in range(ALONE_AT_MOST * 2)]

    async def whole() -> None:
        database = await PostgresDatabase.opened(postgres_url)
        journal = PostgresJournal(database)
        try:
            await asyncio.gather(*(journal.append(_append(h, 1)) for h in (*stuck, "free")))
            with psycopg.connect(postgres_url) as other:
                other.execute("SELECT 1 FROM head WHERE hall LIKE 'stuck%' FOR UPDATE")
                waiting = [journal.append(_append(hall, 2)) for hall in stuck]
                await asyncio.sleep(0.05)
                begun = time.monotonic()
                for seq in range(2, 22):
                    await journal.append(_append("free", seq))
                assert time.monotonic() - begun < LOCKED_AT_MOST_S / 4
                async with journal.turn("free"):
                    ours = journal.append(_append("free", 22))
                await ours
                assert time.monotonic() - begun < LOCKED_AT_MOST_S / 2
                assert not any(done.done() for done in waiting)
                for refused in await asyncio.gather(*waiting, return_exceptions=True):
                    assert isinstance(refused, NotStored)
            await asyncio.gather(*(journal.append(_append(hall, 2)) for hall in stuck))
        finally:
            await journal.close()

    asyncio.run(whole())


_chain: dict[tuple[str, int], str] = {}


def _append(hall: str, seq: int) -> Append:
    previous = _chain.get((hall, seq - 1), GENESIS)
    record = link(hall, seq, e.WindowClosed("1"), NOW_MS + seq, previous, {})
    _chain[hall, seq] = record.hash
    return Append(hall, [record], [], None)


def test_a_turn_keeps_everybody_else_out(postgres_url: str) -> None:
    async def whole() -> None:
        databases = [await PostgresDatabase.opened(postgres_url) for _ in range(2)]
        mine, theirs = (PostgresJournal(database) for database in databases)
        try:
            async with mine.turn("turns") as last:
                assert last == (0, GENESIS)
                late = theirs.append(_append("turns", 1))
                await asyncio.sleep(0.1)
                assert not late.done()
                ours = mine.append(_append("turns", 1))
            await ours
            with pytest.raises(SeqConflict):
                await late
            assert (await theirs.last("turns"))[0] == 1
        finally:
            for journal in (mine, theirs):
                await journal.close()

    asyncio.run(whole())


def test_notifications_stay_short() -> None:
    ends = {f"hall-{n:05d}": n for n in range(2000)}
    told = payloads("me", ends)
    assert all(len(text.encode()) < 8000 for text in told)
    assert dict(pair for text in told for pair in orjson.loads(text)[1]) == ends
    assert payloads("me", {}) == []


def test_a_fault_in_a_turn_leaves_no_gap_in_the_journal(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is decided after it in the same turn must not be put behind what was never put."""

    def answer_or_fail(state: Any, command: c.Command, *more: Any) -> dict[str, Any]:
        if isinstance(command, c.PauseWindow):
            raise KeyError("a fault of ours")
        return answer(state, command, *more)

    async def scenario(made: list[Process]) -> None:
        here, there = made
        await here.issue()
        await there.issue()
        here.hall.day.lost_a_race()
        monkeypatch.setattr("queue_server.service.answer", answer_or_fail)
        outcomes = await asyncio.gather(
            here.issue(), here.do(c.PauseWindow("1", "")), here.issue(), return_exceptions=True
        )
        assert [outcomes[0], outcomes[2]] == ["A003", "A004"]
        assert isinstance(outcomes[1], KeyError)
        records = await here.journal.read("t", 0, -1)
        verify(records)
        assert "window_paused" not in [record.event for record in records]

    play(postgres_url, scenario)


def test_no_turn_waits_for_what_waits_for_the_turn(postgres_url: str) -> None:
    """The time of turns runs out while one is under way, and somebody asks just then."""

    async def scenario(made: list[Process]) -> None:
        here, there = made
        await here.issue()
        here.hall.day.lost_a_race()
        there.hall.day.lost_a_race()
        async with await psycopg.AsyncConnection.connect(postgres_url) as other:
            await other.execute("SELECT 1 FROM head WHERE hall = 't' FOR UPDATE")
            others = asyncio.gather(*(there.issue() for _ in range(4)))
            await asyncio.sleep(0.02)
            in_turn = asyncio.create_task(here.issue())
            await asyncio.sleep(0.02)
            here.hall.day._shared_until_s = 0.0
            beside = asyncio.create_task(here.issue())
            await asyncio.sleep(0.02)
        async with asyncio.timeout(10):
            numbers = [*await others, await in_turn, await beside, await here.issue()]
        assert sorted(numbers) == [f"A{n:03d}" for n in range(2, 9)]

    play(postgres_url, scenario)


@pytest.mark.parametrize("payload", ["junk", "7", "[1]", '["x", [["t"]]]', '["x", 5]'])
def test_a_message_that_is_not_ours_does_not_end_the_listening(
    postgres_url: str, payload: str
) -> None:
    async def scenario(made: list[Process]) -> None:
        here, there = made
        async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as other:
            await other.execute("SELECT pg_notify('hall_journal', %s)", (payload,))
        await asyncio.sleep(HEARD_WITHIN_S)
        there.database.news._tasks[-1].cancel()  # the timer: what is heard was told
        await here.issue()
        async with asyncio.timeout(5):
            while there.hall.day.state.seq != here.hall.day.state.seq:
                await asyncio.sleep(0.01)

    play(postgres_url, scenario)
