"""A day out of a snapshot and what came after it is the day out of its replay; whatever is odd
about a snapshot makes it as good as none."""

from __future__ import annotations

import asyncio
import os
import pickle
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from queue_server.access.keys import Keys
from queue_server.access.store import AccessDatabase
from queue_server.day_snapshots import codec
from queue_server.day_snapshots.__main__ import taken
from queue_server.day_snapshots.keeper import SnapshotKeeper
from queue_server.day_snapshots.store import DaySnapshots, Sealed
from queue_server.domain import commands as c
from queue_server.journal.port import Journal
from queue_server.journal.postgres import PostgresDatabase, PostgresJournal
from queue_server.journal.sqlite import SqliteDatabase, SqliteJournal
from queue_server.loading import LoadedDay, Loading, load_day
from queue_server.presentation import Presentation
from queue_server.service import HallService
from queue_server.settings.hall import load_hall_settings
from queue_server.settings.rules import content_of
from tests.stateful.random_days import Day, steps
from tests.stateful.snapshot import snapshot
from tests.support.hall import MINUTE, MONDAY_9, rules
from tests.support.server import DEMO_CONFIG

KEYS = Keys(b"k" * 32)
EVERY = 12  # events between two snapshots
DAY_MS = 24 * 60 * MINUTE


@pytest.mark.parametrize("seed", range(5))
def test_a_day_that_was_written_and_read_goes_on_as_if_it_had_not_been(seed: int) -> None:
    """Also in what only later decisions can tell: who shares which list in the waiting line."""
    one, other = Day(), Day()
    all_steps = steps(seed, 240)
    for day in (one, other):
        for step in all_steps[:160]:
            step(day)
    answered = {f"r{n}" for n in range(50)}
    other.state, read = codec.from_bytes(codec.to_bytes(one.state, answered))
    assert (read, snapshot(other.state)) == (answered, snapshot(one.state))
    for day in (one, other):
        for step in all_steps[160:]:
            step(day)
            day.check()
    assert other._hash == one._hash  # every event after it was the same
    assert snapshot(other.state) == snapshot(one.state)


def test_only_the_domains_own_classes_are_read() -> None:
    for thing in (os.system, Keys, pickle.Unpickler):
        forged = zlib.compress(pickle.dumps((thing, set())))
        with pytest.raises(codec.UnreadableDay, match="no place in a day"):
            codec.from_bytes(forged)
    for body in (b"", b"no day", zlib.compress(pickle.dumps(({}, set())))):
        with pytest.raises(codec.UnreadableDay):
            codec.from_bytes(body)


class Hall:
    """A hall over a database, with a clock that the test sets."""

    def __init__(self, journal: Journal, database: AccessDatabase) -> None:
        self.journal, self.database = journal, database
        self.snapshots = DaySnapshots(database, KEYS)
        self.live = self.served()
        self.keeper = SnapshotKeeper([self.live], journal, self.snapshots, every=EVERY)
        self.at_ms, self._count = MONDAY_9, 0

    def served(self) -> HallService:
        """As a process would begin to: with everything that a demonstration's file tells."""
        words, told = Presentation("厅", "Hall", ()), content_of(load_hall_settings(DEMO_CONFIG))
        how = Loading(self.snapshots)
        return HallService(self.journal, rules(), words, self, _token, told, how)

    def reach(self, at_ms: int) -> float:
        return 0.0

    def off_s(self) -> float:
        return 0.0

    def now_ms(self) -> int:
        return self.at_ms

    async def people(self, count: int) -> None:
        """They come, and every other one is called and served."""
        for n in range(count):
            await self._do(c.IssueTicket(f"t{self._count}", "A"))
            if n % 2:
                for command in (c.CallNext("1"), c.Start("1"), c.Finish("1")):
                    await self._do(command)

    async def _do(self, command: c.Command) -> None:
        self._count, self.at_ms = self._count + 1, self.at_ms + MINUTE
        await self.live.execute(command, request_id=f"r{self._count}", by="test")

    async def loaded(self, keys: Keys = KEYS) -> LoadedDay:
        """With snapshots; it must be the day that its replay gives."""
        found = await load_day(
            self.journal, "t", _token, Loading(DaySnapshots(self.database, keys))
        )
        replayed = await load_day(self.journal, "t", _token)
        assert snapshot(found.state) == snapshot(replayed.state)
        assert found.followed == replayed.followed
        assert found.answered == replayed.answered
        assert found.last_hash == replayed.last_hash
        assert replayed.snapshot == 0
        return found

    async def ignored(self, keys: Keys = KEYS) -> str:
        """Why the snapshot is; it is told once."""
        with capture_logs() as told:
            assert (await self.loaded(keys)).snapshot == 0
        (line,) = (entry for entry in told if entry["event"] == "day_snapshot_ignored")
        return str(line["why"])

    async def change(self, column: str, value: object) -> None:
        await self.database.change((f"UPDATE day_snapshot SET {column} = ?", (value,)))  # noqa: S608


def _token(ticket: str) -> str:
    return f"token-{ticket}"


Scenario = Callable[[Hall], Awaitable[None]]


def play(scenario: Scenario, *, file: Path | None = None, url: str = "") -> None:
    async def whole() -> None:
        journal: Journal
        database: AccessDatabase
        if file is not None:
            database = SqliteDatabase(file)
            journal = SqliteJournal(database)
        else:
            database = await PostgresDatabase.opened(url)
            journal = PostgresJournal(database)
        hall = Hall(journal, database)
        try:
            await hall.live.start()
            await scenario(hall)
        finally:
            await hall.keeper.close()
            await journal.close()

    asyncio.run(whole())


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_a_start_takes_the_snapshot_and_what_came_after_it(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async def scenario(hall: Hall) -> None:
        await hall.people(2)
        await hall.keeper.look_at(hall.live)
        assert (await hall.loaded()).snapshot == 0  # too few events
        await hall.people(6)
        await hall.keeper.look_at(hall.live)
        first = hall.live.day.state.seq
        await hall.people(1)
        await hall.keeper.look_at(hall.live)  # not due again yet
        assert (await hall.loaded()).snapshot == first
        await hall.people(8)
        await hall.keeper.look_at(hall.live)  # from the last one on
        assert (await hall.loaded()).snapshot == hall.live.day.state.seq > first
        await hall.people(1)
        assert (await hall.loaded()).state.seq == hall.live.day.state.seq
        again = hall.served()
        await again.start()
        assert snapshot(again.day.state) == snapshot(hall.live.day.state)

    url = request.getfixturevalue("postgres_url") if engine == "postgres" else ""
    play(scenario, file=tmp_path / "hall.db" if engine == "sqlite" else None, url=url)


def test_a_snapshot_with_anything_odd_is_ignored(tmp_path: Path) -> None:
    async def scenario(hall: Hall) -> None:
        await hall.people(4)
        good = taken(None, await hall.journal.load("t"))
        await hall.snapshots.put("t", good)
        assert (await hall.loaded()).snapshot == good.seq
        assert "this key" in await hall.ignored(Keys(b"o" * 32))
        for column, value, why in (
            ("format", "an earlier one", "another version"),
            ("body", good.body[:-1] + b"x", "damaged"),
            ("seq", good.seq - 1, "damaged"),
            ("hash", "0" * 64, "damaged"),
            ("seal", "", "damaged"),
        ):
            await hall.snapshots.put("t", good)
            await hall.change(column, value)
            assert why in await hall.ignored()
        for odd, why in (
            (good._replace(hash="0" * 64), "the journal is another one"),
            (good._replace(seq=good.seq - 1), "another record"),
            (Sealed(good.seq + 1, *good[1:]), "another record"),
            (good._replace(body=b"no day"), "decompressing"),
        ):
            await hall.snapshots.put("t", odd)
            assert why in await hall.ignored()

    play(scenario, file=tmp_path / "hall.db")


def test_another_hall_or_another_day_has_no_use_for_it(tmp_path: Path) -> None:
    async def scenario(hall: Hall) -> None:
        await hall.people(4)
        good = taken(None, await hall.journal.load("t"))
        await hall.snapshots.put("u", good)
        await hall.change("hall", "t")
        assert "damaged" in await hall.ignored()
        await hall.snapshots.put("t", good)
        hall.at_ms += DAY_MS
        with capture_logs() as told:
            await hall.people(3)
            assert (await hall.loaded()).snapshot == 0
        assert not told  # nothing is odd about an earlier day's

    play(scenario, file=tmp_path / "hall.db")
