"""Every journal store keeps the same contract; what only a file can do is tested on the file."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from queue_server.domain import events as e
from queue_server.journal.chain import GENESIS, BrokenChain, Record, link, verify
from queue_server.journal.group_commit import GroupCommit
from queue_server.journal.memory import MemoryJournal
from queue_server.journal.port import (
    Answer,
    Append,
    Journal,
    Kept,
    LedgerRefused,
    NotStored,
    SeqConflict,
    TicketRow,
)
from queue_server.journal.postgres import PostgresDatabase, PostgresJournal
from queue_server.journal.sqlite import SqliteDatabase, SqliteJournal, migrate

NOW_MS = 1_795_000_000_000


KINDS = ["memory", "sqlite", "postgres"]
Open = Callable[[], Awaitable[Journal]]
Use = Callable[[Journal], Awaitable[None]]


def opener(kind: str, request: pytest.FixtureRequest) -> Open:
    """Opens a new, empty journal of this kind, inside a running event loop."""
    folder: Path = request.getfixturevalue("tmp_path")
    url: str = request.getfixturevalue("postgres_url") if kind == "postgres" else ""

    async def opened() -> Journal:
        if kind == "memory":
            return MemoryJournal()
        if kind == "sqlite":
            return SqliteJournal(SqliteDatabase(folder / "hall.db"))
        return PostgresJournal(await PostgresDatabase.opened(url))

    return opened


@pytest.fixture(params=KINDS)
def with_journal(request: pytest.FixtureRequest) -> Callable[[Use], None]:
    opened = opener(request.param, request)

    def run(use: Use) -> None:
        async def scenario() -> None:
            journal = await opened()
            try:
                await use(journal)
            finally:
                await journal.close()

        asyncio.run(scenario())

    return run


def records(count: int, hall: str = "h", seq: int = 0, prev: str = GENESIS) -> list[Record]:
    made: list[Record] = []
    for _ in range(count):
        seq += 1
        record = link(hall, seq, e.WindowClosed("1"), NOW_MS + seq, prev, {"by": "test"})
        made.append(record)
        prev = record.hash
    return made


def row(
    ticket: str, serial: int, *, status: str = "waiting", window: str | None = None
) -> TicketRow:
    at = e.instant_text(NOW_MS)
    return TicketRow(
        hall="h",
        id=ticket,
        day="2026-11-23",
        prefix="A",
        serial=serial,
        number=f"A{serial:03d}",
        service="A",
        matter=None,
        priority_class="ordinary",
        status=status,
        window=window,
        issued_at=at,
        called_at=None,
        started_at=None,
        since_at=at,
        calls=0,
    )


def test_what_was_appended_is_read_back_in_order(with_journal: Callable[[Use], None]) -> None:
    async def use(journal: Journal) -> None:
        made = records(5)
        await journal.append(Append("h", made[:2], [], None))
        await journal.append(Append("h", made[2:], [], None))
        assert list(await journal.read("h", 0, -1)) == made
        assert list(await journal.read("h", 2, 2)) == made[2:4]
        assert await journal.last("h") == (5, made[-1].hash)
        assert await journal.last("other") == (0, GENESIS)

    with_journal(use)


def test_an_append_that_does_not_follow_is_refused_whole(
    with_journal: Callable[[Use], None],
) -> None:
    async def use(journal: Journal) -> None:
        made = records(4)
        await journal.append(Append("h", made[:1], [], None))
        for wrong in (made[2:], made[:1], records(1, seq=1, prev="f" * 64)):
            answer = Answer("h", "r", "X", "{}", 1)
            with pytest.raises(SeqConflict):
                await journal.append(Append("h", wrong, [row("t", 1)], answer))
        assert await journal.last("h") == (1, made[0].hash)
        assert await journal.find_answer("h", "r") is None
        assert await journal.find_ticket("h", "t") is None

    with_journal(use)


def test_answers_and_tickets_are_found(with_journal: Callable[[Use], None]) -> None:
    async def use(journal: Journal) -> None:
        made = records(2)
        answer = Answer("h", "r1", "IssueTicket:A:", '{"x": 1}', 1)
        await journal.append(Append("h", made[:1], [row("t", 1)], answer))
        changed = row("t", 1, status="called", window="1")
        await journal.append(Append("h", made[1:], [changed], None))
        assert await journal.find_answer("h", "r1") == answer
        assert await journal.find_answer("other", "r1") is None
        assert await journal.find_ticket("h", "t") == changed

    with_journal(use)


def test_loading_begins_at_the_day_with_its_configuration(
    with_journal: Callable[[Use], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(journal: Journal) -> None:
        happened: list[e.Event] = [
            e.HallConfigured({"id": "old"}),
            e.DayOpened("2026-11-22"),
            e.HallConfigured({"id": "new"}),
            e.WindowClosed("1"),
            e.DayOpened("2026-11-23"),
            e.WindowClosed("2"),
        ]
        made: list[Record] = []
        for seq, event in enumerate(happened, start=1):
            prev = made[-1].hash if made else GENESIS
            made.append(link("h", seq, event, NOW_MS + seq, prev, {}))
        await journal.append(Append("h", made, [], None))
        assert [r.seq for r in await journal.load("h")] == [3, 5, 6]
        monkeypatch.setattr("queue_server.journal.postgres.LOADED_AT_ONCE", 1)
        assert [r.seq for r in await journal.load("h")] == [3, 5, 6], "also in parts"
        assert await journal.load("nowhere") == []
        assert [r.seq for r in await journal.rare("h", 2**53, 9)] == [5, 3, 2, 1]
        assert list(await journal.rare("h", 5, 1)) == [made[2]]
        assert list(await journal.rare("other", 2**53, 9)) == []

    with_journal(use)


def test_what_is_kept_from_before_the_day_is_loaded_until_it_is_dropped(
    with_journal: Callable[[Use], None],
) -> None:
    async def use(journal: Journal) -> None:
        happened: list[e.Event] = [
            e.DayOpened("2026-11-22"),
            e.WindowClosed("1"),
            e.WindowClosed("2"),
            e.WindowClosed("3"),
            e.HallConfigured({"id": "new"}),
            e.DayOpened("2026-11-23"),
            e.WindowClosed("4"),
        ]
        made: list[Record] = []
        for seq, event in enumerate(happened, start=1):
            prev = made[-1].hash if made else GENESIS
            made.append(link("h", seq, event, NOW_MS + seq, prev, {}))
        a, b = Kept("h", "lease:a", 2), Kept("h", "lease:b", 3)
        elsewhere = Kept("other", "lease:a", 1)
        await journal.append(Append("other", records(1, "other"), [], None, [elsewhere]))
        await journal.append(Append("h", made[:4], [], None, [b, a, a._replace(seq=4)]))
        await journal.append(Append("h", made[4:6], [], None))
        assert [r.seq for r in await journal.load("h")] == [5, 3, 4, 6]
        dropped = [b._replace(seq=0), Kept("h", "lease:unknown", 0), Kept("h", "lease:c", 7)]
        await journal.append(Append("h", made[6:], [], None, dropped))
        assert [r.seq for r in await journal.load("h")] == [5, 4, 6, 7]

    with_journal(use)


def test_a_refused_append_keeps_and_drops_nothing(with_journal: Callable[[Use], None]) -> None:
    async def use(journal: Journal) -> None:
        opened = link("h", 2, e.DayOpened("2026-11-23"), NOW_MS + 2, records(1)[0].hash, {})
        first = Append("h", records(1), [], None, [Kept("h", "lease:a", 1)])
        await journal.append(first)
        again = Append("h", records(1), [], None, [Kept("h", "lease:a", 0)])
        with pytest.raises(SeqConflict):
            await journal.append(again)
        await journal.append(Append("h", [opened], [], None))
        assert [r.seq for r in await journal.load("h")] == [1, 2]

    with_journal(use)


def sqlite_scenario(folder: Path, use: Callable[[SqliteDatabase], Awaitable[None]]) -> None:
    async def scenario() -> None:
        database = SqliteDatabase(folder / "hall.db")
        try:
            await use(database)
        finally:
            await database.close()

    asyncio.run(scenario())


def test_many_appends_share_few_commits(tmp_path: Path) -> None:
    async def use(database: SqliteDatabase) -> None:
        made = records(300)
        waiting = [database.append(Append("h", [record], [], None)) for record in made]
        await asyncio.gather(*waiting)
        assert database.writer.commits < 100
        assert list(await SqliteJournal(database).read("h", 0, -1)) == made

    sqlite_scenario(tmp_path, use)


def test_a_writer_that_failed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def use(database: SqliteDatabase) -> None:
        made = records(2)
        with monkeypatch.context() as broken:
            broken.setattr(database.writer, "_connection", OutOfMemory(database.writer))
            outcomes = await asyncio.gather(
                database.append(Append("h", made[:1], [], None)),
                database.append(Append("bad", records(2, "bad")[1:], [], None)),
                return_exceptions=True,
            )
            assert [type(one) for one in outcomes] == [NotStored, NotStored]
        await database.append(Append("h", made[:1], [], None))
        with closing(sqlite3.connect(tmp_path / "hall.db")) as other:
            assert other.execute("SELECT count(*) FROM event").fetchone() == (1,)
        odd = Append("odd", [records(1, "odd")[0]._replace(data="\ud800")], [], None)
        outcomes = await asyncio.gather(
            database.append(odd),
            database.append(Append("h", made[1:], [], None)),
            return_exceptions=True,
        )
        assert isinstance(outcomes[0], TypeError)
        assert outcomes[1] is None

    sqlite_scenario(tmp_path, use)


class OutOfMemory:
    """A connection whose commit breaks off, with its transaction left open."""

    def __init__(self, writer: GroupCommit) -> None:
        self._real = writer._connection

    def execute(self, statement: str, *values: object) -> object:
        if statement == "COMMIT":
            raise MemoryError
        return self._real.execute(statement, *values)

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


def test_one_halls_conflict_does_not_touch_the_others(
    with_journal: Callable[[Use], None],
) -> None:
    async def use(journal: Journal) -> None:
        good, bad = records(1, "good"), records(2, "bad")[1:]
        outcomes = await asyncio.gather(
            journal.append(Append("bad", bad, [], None)),
            journal.append(Append("good", good, [], None)),
            return_exceptions=True,
        )
        assert isinstance(outcomes[0], SeqConflict)
        assert outcomes[1] is None

    with_journal(use)


@pytest.mark.parametrize(
    "second",
    [
        row("t2", 1),  # rule 1: the number is taken
        row("t2", 2, status="called", window="1"),  # rule 3: the window is taken
    ],
)
def test_the_store_itself_guards_numbers_and_windows(
    with_journal: Callable[[Use], None], second: TicketRow
) -> None:
    async def use(journal: Journal) -> None:
        made = records(2)
        first = row("t1", 1, status="called", window="1")
        await journal.append(Append("h", made[:1], [first], None))
        with pytest.raises(LedgerRefused):
            await journal.append(Append("h", made[1:], [second], None))
        assert await journal.find_ticket("h", "t2") is None
        assert (await journal.last("h"))[0] == 1

    with_journal(use)


def test_two_windows_may_change_places_in_one_commit(with_journal: Callable[[Use], None]) -> None:
    async def use(journal: Journal) -> None:
        made = records(3)
        before = [
            row("t1", 1, status="called", window="1"),
            row("t2", 2, status="called", window="2"),
        ]
        await journal.append(Append("h", made[:1], before, None))
        free = [t._replace(status="waiting", window=None) for t in before]
        after = [before[0]._replace(window="2"), before[1]._replace(window="1")]
        appended = [
            journal.append(Append("h", made[1:2], free, None)),
            journal.append(Append("h", made[2:], after, None)),
        ]
        await asyncio.gather(*appended)
        assert await journal.find_ticket("h", "t1") == after[0]

    with_journal(use)


def test_an_answer_is_given_once(with_journal: Callable[[Use], None]) -> None:
    """What shares the commit with a request that was answered before is not held up by it."""

    async def use(journal: Journal) -> None:
        made = records(3)
        answer = Answer("h", "r", "X", "{}", 1)
        await journal.append(Append("h", made[:1], [], answer))
        outcomes = await asyncio.gather(
            journal.append(Append("h", made[1:2], [], None)),
            journal.append(Append("h", made[2:], [row("t", 1)], answer._replace(body="[]"))),
            journal.append(Append("other", records(1, "other"), [], None)),
            return_exceptions=True,
        )
        assert [type(x) for x in outcomes] == [type(None), SeqConflict, type(None)]
        assert await journal.find_answer("h", "r") == answer
        assert (await journal.last("h"))[0] == 2

    with_journal(use)


def test_the_journal_cannot_be_changed_by_sql(tmp_path: Path) -> None:
    async def use(database: SqliteDatabase) -> None:
        await database.append(Append("h", records(2), [], None))

        def tamper(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE event SET data = '{}' WHERE seq = 1")

        def erase(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM event WHERE seq = 1")

        for attempt in (tamper, erase):
            with pytest.raises(sqlite3.IntegrityError):
                await database.write(attempt)

    sqlite_scenario(tmp_path, use)


def test_a_full_disk_refuses_and_recovers(tmp_path: Path) -> None:
    async def use(database: SqliteDatabase) -> None:
        made = records(400)
        await database.append(Append("h", made[:1], [], None))
        pages = await database.write(lambda x: x.execute("PRAGMA page_count").fetchone()[0])
        await database.write(lambda x: x.execute(f"PRAGMA max_page_count = {pages}").fetchone())
        with pytest.raises(NotStored):
            await database.append(Append("h", made[1:], [], None))
        await database.write(lambda x: x.execute("PRAGMA max_page_count = 100000").fetchone())
        await database.append(Append("h", made[1:], [], None))
        assert (await SqliteJournal(database).last("h"))[0] == 400

    sqlite_scenario(tmp_path, use)


def test_migrations_run_once_and_in_order(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "m.db", isolation_level=None)
    migrate(connection)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    migrate(connection)
    assert connection.execute("PRAGMA user_version").fetchone()[0] == version >= 2
    connection.close()


def test_tampering_is_found() -> None:
    made = records(5)
    assert verify(made) == (5, made[-1].hash)
    for broken in (
        [*made[:2], *made[3:]],
        [*made[:2], made[2]._replace(data='{"window":"9"}'), *made[3:]],
        [*made[:2], made[2]._replace(prev_hash=GENESIS), *made[3:]],
        [*made[:2], made[2]._replace(at=made[3].at), *made[3:]],
    ):
        with pytest.raises(BrokenChain) as found:
            verify(broken)
        assert found.value.seq == 3
