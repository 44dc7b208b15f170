"""Several processes on one PostgreSQL, as services in one test: races, turns, locks."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from typing import Any

import orjson
import psycopg
import pytest

from queue_server.answers import answer
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.errors import Refusal
from queue_server.journal.chain import GENESIS, link, verify
from queue_server.journal.port import Append, NotStored, SeqConflict
from queue_server.journal.postgres import PostgresDatabase, PostgresJournal
from queue_server.journal.postgres_commit import ALONE_AT_MOST, LOCKED_AT_MOST_S
from tests.support.processes import Process, many_windows, play, reached, until

NOW_MS = 1_795_000_000_000
HEARD_WITHIN_S = 0.2


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
            await until(lambda p=process: reached(p, records[-1].seq), 2)  # type: ignore[misc]
            # somebody lost the first race; from then on they took turns
            assert process.hall.day.epoch <= 2

    play(postgres_url, scenario, hall_rules=many_windows(40))


def test_one_request_at_two_processes_has_one_answer(postgres_url: str) -> None:
    async def scenario(made: list[Process]) -> None:
        for _ in range(20):
            request_id = str(uuid.uuid4())
            wishes = [p.do(c.IssueTicket(str(uuid.uuid4()), "A"), request_id) for p in made * 2]
            answers = await asyncio.gather(*wishes)
            assert all(answer == answers[0] for answer in answers)
        assert await made[0].issue() == "A021"

    play(postgres_url, scenario)


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
                for seq in range(2, 8):
                    await journal.append(_append("free", seq))
                async with journal.turn("free"):
                    ours = journal.append(_append("free", 8))
                await ours
                assert time.monotonic() - begun < LOCKED_AT_MOST_S
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
