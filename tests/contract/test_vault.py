"""The vault and the audit log keep the same rules in both databases."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from queue_server.access.keys import KeyUnusable, load_keys
from queue_server.access.store import AccessStore
from queue_server.audit import AuditLog, audit_statement
from queue_server.cli.main import main
from queue_server.databases import Database, open_database
from queue_server.journal.port import NotStored
from queue_server.vault.errors import Damaged, MasterKeyMissing
from queue_server.vault.master import MasterKeys
from queue_server.vault.of_hall import HallVault
from queue_server.vault.store import Entry, Vault

NAME = "样例·王芳".encode()
FACE = bytes(range(256)) * 200


@dataclass
class World:
    vault: Vault
    database: Database
    key_file: Path
    audit: AuditLog


Use = Callable[[World], Awaitable[None]]
Run = Callable[[Use], None]


@pytest.fixture(params=["sqlite", "postgres"])
def with_vault(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    address = f"sqlite:///{tmp_path / 'hall.db'}"
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_url")
    key_file = tmp_path / "hall.key"
    load_keys(key_file)

    def run(use: Use) -> None:
        async def scenario() -> None:
            database = await open_database(address)
            try:
                vault = Vault(database.access, MasterKeys(key_file))
                await use(World(vault, database, key_file, AuditLog(database.access)))
            finally:
                await database.journal.close()

        asyncio.run(scenario())

    return run


def test_what_is_put_is_found_and_nothing_stands_in_clear(with_vault: Run) -> None:
    async def use(world: World) -> None:
        vault = world.vault
        await vault.put(Entry("p1", "identity", NAME), Entry("p1", "face", FACE, "1"))
        await vault.put(Entry("p2", "identity", b"two"), Entry("p1", "identity", NAME + b"!"))
        assert await vault.get("p1", "identity") == NAME + b"!"
        assert await vault.get("p1", "face", "1") == FACE
        assert await vault.get("p1", "face") is None
        assert await vault.get("nobody", "identity") is None
        both = await vault.get_many(["p1", "p2", "nobody"], "identity")
        assert both == {"p1": NAME + b"!", "p2": b"two"}
        assert {(h.kind, h.name) for h in await vault.held("p1")} == {
            ("identity", ""),
            ("face", "1"),
        }
        assert await vault.count("identity") == 2
        assert await vault.count("face") == 1
        rows = await world.database.access.rows("SELECT sealed FROM vault_row")
        keys = await world.database.access.rows("SELECT wrapped FROM vault_key")
        assert len(rows) == 3
        assert len({text for (text,) in [*rows, *keys]}) == 5
        assert "样例" not in repr(Entry("p1", "identity", NAME))

    with_vault(use)


def test_many_are_put_at_once_or_not_at_all(with_vault: Run) -> None:
    async def use(world: World) -> None:
        many = [Entry(f"p{n}", "identity", str(n).encode()) for n in range(1203)]
        await world.vault.put(*many)
        assert await world.vault.count("identity") == 1203
        found = await world.vault.get_many((e.person for e in many), "identity")
        assert found["p1202"] == b"1202"
        assert len(found) == 1203
        broken = replace(many[0], name=None)  # type: ignore[arg-type]
        with pytest.raises((NotStored, AttributeError)):
            await world.vault.put(Entry("p1", "phone", b"1"), broken)
        assert await world.vault.get("p1", "phone") is None

    with_vault(use)


def test_two_who_put_at_once_share_one_key(with_vault: Run) -> None:
    async def use(world: World) -> None:
        entries = [Entry("p", f"k{n}", str(n).encode()) for n in range(8)]
        await asyncio.gather(*(world.vault.put(entry) for entry in entries))
        assert [await world.vault.get("p", e.kind) for e in entries] == [e.content for e in entries]
        assert len(await world.database.access.rows("SELECT 1 FROM vault_key")) == 1

    with_vault(use)


def test_what_one_hall_forgets_is_not_anothers(with_vault: Run) -> None:
    async def use(world: World) -> None:
        access = AccessStore(world.database.access, load_keys(world.key_file))
        ref = await access.person_ref("990101193803123069")
        one, other = HallVault(world.vault, "one"), HallVault(world.vault, "other")
        await one.put(Entry(ref, "identity", NAME), Entry(ref, "face", FACE))
        await other.put(Entry(ref, "identity", b"o"))
        assert [await hall.count("face") for hall in (one, other)] == [1, 0]
        assert await other.held("nobody") == []
        assert await other.get(ref, "face") is None
        await one.delete(ref, "identity")
        assert await other.get_many([ref], "identity") == {ref: b"o"}
        assert await one.forget(ref)
        await one.release(ref)
        assert await one.held(ref) == []
        assert await other.get(ref, "identity") == b"o"
        assert await access.known_person("990101193803123069") == ref
        assert await other.forget(ref)
        await other.release(ref)
        assert await access.known_person("990101193803123069") is None

    with_vault(use)


def test_who_is_forgotten_is_gone_for_good(with_vault: Run) -> None:
    async def use(world: World) -> None:
        access = AccessStore(world.database.access, load_keys(world.key_file))
        ref = await access.person_ref("990101193803123069")
        await world.vault.put(Entry(ref, "identity", NAME), Entry("other", "identity", b"o"))
        assert await world.vault.forget(ref)
        assert not await world.vault.forget(ref)
        assert await access.known_person("990101193803123069") == ref
        await world.vault.release(ref)
        assert await world.vault.held(ref) == []
        assert await access.known_person("990101193803123069") is None
        assert await world.vault.get("other", "identity") == b"o"
        await world.vault.put(Entry(ref, "identity", b"anew"))  # with another key
        assert await world.vault.get(ref, "identity") == b"anew"
        assert await world.vault.delete(ref, "identity") == 1
        assert await world.vault.delete(ref, "identity", "x") == 0

    with_vault(use)


def test_a_row_opens_in_its_own_place_alone(with_vault: Run) -> None:
    async def use(world: World) -> None:
        await world.vault.put(Entry("a", "identity", b"a"), Entry("a", "phone", b"1"))
        await world.vault.put(Entry("b", "identity", b"b"))
        swap = "UPDATE vault_row SET sealed = (SELECT sealed FROM vault_row WHERE kind = 'phone')"
        await world.database.access.change((swap, ()))
        for person in "ab":
            with pytest.raises(Damaged, match="identity"):
                await world.vault.get(person, "identity")
        await world.database.access.change(("UPDATE vault_row SET sealed = 'no base64!'", ()))
        with pytest.raises(Damaged):
            await world.vault.get("a", "phone")

    with_vault(use)


def test_what_was_kept_long_enough_is_purged_and_that_is_on_record(with_vault: Run) -> None:
    async def use(world: World) -> None:
        now = datetime.now(UTC)
        await world.vault.put(
            Entry("a", "evidence", b"1", keep_until=now - timedelta(days=1)),
            Entry("b", "evidence", b"2", keep_until=now - timedelta(seconds=1)),
            Entry("b", "evidence", b"3", "later", keep_until=now + timedelta(days=1)),
            Entry("b", "identity", b"4"),
        )
        assert await world.vault.purge(now) == 2
        assert await world.vault.purge(now) == 0
        assert {h.name for h in await world.vault.held("b")} == {"", "later"}
        (record,) = await world.audit.page("any")
        assert (record.act, record.actor) == ("purged", "system")
        assert record.detail == {"kind": "evidence", "rows": 2}

    with_vault(use)


def test_another_master_key_and_the_end_of_the_old_one(with_vault: Run) -> None:
    async def use(world: World) -> None:
        await world.vault.put(*(Entry(f"p{n}", "identity", b"x") for n in range(7)))
        old = world.key_file.read_bytes()
        hashes = load_keys(world.key_file).id_hash("1")
        assert await world.vault.rotate() == (1, 7)
        assert load_keys(world.key_file).id_hash("1") == hashes
        assert await world.vault.get("p3", "identity") == b"x"
        running = Vault(world.database.access, MasterKeys(world.key_file))
        assert await world.vault.rotate() == (2, 7)
        assert await running.get("p3", "identity") == b"x"  # saw the file change
        await running.put(Entry("new", "identity", b"y"))
        masters = await world.database.access.rows("SELECT DISTINCT master FROM vault_key")
        assert masters == [(2,)]
        MasterKeys(world.key_file).destroy_before(2)
        assert await world.vault.get("p3", "identity") == b"x"
        assert world.key_file.stat().st_mode & 0o777 == 0o600
        assert world.key_file.read_bytes()[32:64] == bytes(32)
        with pytest.raises(MasterKeyMissing):
            MasterKeys(world.key_file).key(1)
        elsewhere = world.key_file.with_name("elsewhere.key")
        elsewhere.write_bytes(old)
        elsewhere.chmod(0o600)
        with pytest.raises(MasterKeyMissing, match="copy the key file"):
            await Vault(world.database.access, MasterKeys(elsewhere)).get("p3", "identity")
        elsewhere.write_bytes(old[:-1])
        with pytest.raises(KeyUnusable, match="31 bytes"):
            load_keys(elsewhere)

    with_vault(use)


def test_the_audit_log_only_grows(with_vault: Run) -> None:
    async def use(world: World) -> None:
        for number in range(5):
            await world.audit.note("h", "clerk:li", "looked", subject=f"p{number}", why="window")
        at = datetime(2026, 1, 1, tzinfo=UTC)
        await world.database.access.change(audit_statement("other", "x", "y", at=at))
        newest = await world.audit.page("h", limit=2)
        assert [n.subject for n in newest] == ["p4", "p3"]
        rest = await world.audit.page("h", before=(newest[-1].at, newest[-1].id))
        assert [n.subject for n in rest] == ["p2", "p1", "p0"]
        assert [n.act for n in await world.audit.page("other")] == ["y"]
        for statement in ("DELETE FROM audit", "UPDATE audit SET why = 'none'"):
            with pytest.raises((NotStored, sqlite3.Error, psycopg.Error)):
                await world.database.access.change((statement, ()))

    with_vault(use)


def test_a_destroyed_key_is_not_left_in_the_file(tmp_path: Path) -> None:
    """SQLite's own pages: what is deleted is overwritten, in the file and in its log."""
    key_file = tmp_path / "hall.key"
    load_keys(key_file)

    async def scenario() -> str:
        database = await open_database(f"sqlite:///{tmp_path / 'hall.db'}")
        vault = Vault(database.access, MasterKeys(key_file))
        await vault.put(Entry("p", "identity", NAME))
        wrapped = (await database.access.rows("SELECT wrapped FROM vault_key"))[0][0]
        await vault.forget("p")
        await database.journal.close()
        return str(wrapped)

    wrapped = asyncio.run(scenario())
    for file in tmp_path.glob("hall.db*"):
        assert wrapped.encode() not in file.read_bytes(), file.name


def test_the_master_key_is_changed_by_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address, key_file = f"sqlite:///{tmp_path / 'hall.db'}", tmp_path / "hall.db.key"
    load_keys(key_file)

    async def put_and_look(*entries: Entry) -> bytes | None:
        database = await open_database(address)
        try:
            vault = Vault(database.access, MasterKeys(key_file))
            await vault.put(*entries)
            return await vault.get("p", "identity")
        finally:
            await database.journal.close()

    assert main(["server", "vault", "rotate-key", "--database", address]) == 2
    assert "there is no database" in capsys.readouterr().err
    over = datetime.now(UTC) - timedelta(days=1)
    asyncio.run(put_and_look(Entry("p", "identity", NAME), Entry("p", "old", b"", keep_until=over)))
    rotate = ["server", "vault", "rotate-key", "--destroy-old", "--database", address]
    assert main(rotate) == 0
    assert main(rotate) == 0
    assert "Master key 2" in capsys.readouterr().out
    assert key_file.read_bytes()[32:64] == bytes(32)
    assert main(["server", "vault", "purge", "--database", address]) == 0
    assert "1 rows" in capsys.readouterr().out
    assert asyncio.run(put_and_look()) == NAME
    key_file.write_bytes(bytes(31) + b"x")
    assert main(rotate) == 2
    assert "not the key file" in capsys.readouterr().err
