"""How processes on one PostgreSQL hear of each other: news, lost words, a line that was cut."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import orjson
import psycopg
import pytest

from queue_server.journal.postgres_news import POLL_S, payloads
from queue_server.outcome import Unavailable
from tests.support.postgres import PostgresServer
from tests.support.processes import Process, play, reached, until

NOW_MS = 1_795_000_000_000
HEARD_WITHIN_S = 0.2


def test_a_lost_notification_is_made_up_for(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(made: list[Process]) -> None:
        heard: list[str] = []
        monkeypatch.setattr(made[0].database.news, "_to_tell", _Deaf())
        monkeypatch.setattr(made[1].database.news, "_heard", heard.append)
        await made[0].issue()
        seq = await made[0].seq()
        await until(lambda: reached(made[1], seq), POLL_S + 1)
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
        await until(lambda: reached(made[1], seq), POLL_S / 2)

    play(postgres_url, scenario)


def test_streams_carry_what_the_other_process_did_in_order(postgres_url: str) -> None:
    async def scenario(made: list[Process]) -> None:
        frames = made[1].hall.stream(None, None, 5.0)
        seen: list[int] = []

        async def listen() -> None:
            async for frame in frames:
                lines = frame.split(b"\n")  # of one event, or of several at once
                seen.extend(int(line[4:]) for line in lines if line.startswith(b"id: "))

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


def test_notifications_stay_short() -> None:
    ends = {f"hall-{n:05d}": n for n in range(2000)}
    told = payloads("me", ends)
    assert all(len(text.encode()) < 8000 for text in told)
    assert dict(pair for text in told for pair in orjson.loads(text)[1]) == ends
    assert payloads("me", {}) == []


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
