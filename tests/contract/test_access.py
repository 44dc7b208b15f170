"""Tokens, staff, sessions and persons keep the same rules in both databases."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from queue_server.access import store as access_store
from queue_server.access.keys import Keys, KeyUnusable, load_keys
from queue_server.access.roles import Role
from queue_server.access.store import (
    AccessStore,
    Staff,
    forget_seeded_tokens,
    insert_token,
    put_staff,
    refuse_missing_key,
    remove_staff,
    revoke_token,
)
from queue_server.databases import Database, open_database
from queue_server.journal.port import NotStored

KEYS = Keys(b"k" * 32)
CLERK = Staff("h", "li", "李某", Role.CLERK, "1", "hash")
Use = Callable[[AccessStore, Database], Awaitable[None]]


@pytest.fixture(params=["sqlite", "postgres"])
def with_access(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., None]:
    address = f"sqlite:///{tmp_path / 'hall.db'}"
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_url")

    def run(use: Use, trusted_s: float = 0.0) -> None:
        async def scenario() -> None:
            database = await open_database(address)
            try:
                await use(AccessStore(database.access, KEYS, trusted_s), database)
            finally:
                await database.journal.close()

        asyncio.run(scenario())

    return run


def test_tokens_come_and_go(with_access: Callable[..., None]) -> None:
    async def use(access: AccessStore, _: Database) -> None:
        await access.change(
            insert_token("one", Role.KIOSK, "h", None, "kiosk-1"),
            insert_token("two", Role.CLERK, "h", "3", "script", seeded="file"),
        )
        kiosk = await access.actor_of_token("one")
        assert kiosk is not None
        assert (kiosk.role, kiosk.name, kiosk.hall, kiosk.window) == ("kiosk", "kiosk-1", "h", None)
        assert await access.change(insert_token("one", Role.ADMIN, "h", None, "again")) == [0]
        assert await access.change(forget_seeded_tokens()) == [1]
        assert await access.actor_of_token("two") is None
        assert await access.change(revoke_token("one"), revoke_token("never")) == [1, 0]
        assert await access.actor_of_token("one") is None

    with_access(use)


def test_staff_and_their_sessions(with_access: Callable[..., None]) -> None:
    async def use(access: AccessStore, _: Database) -> None:
        await access.change(*put_staff(CLERK, seeded="mark"))
        assert await access.staff("h", "li") == CLERK
        assert await access.staff("other", "li") is None
        assert await access.staff("h", "li\0") is None
        assert await access.seeded_staff() == {("h", "li"): "mark"}
        session = await access.open_session(CLERK)
        actor = await access.actor_of_session(session)
        assert actor is not None
        assert (actor.role, actor.name, actor.window, actor.shown) == ("clerk", "li", "1", "李某")
        await access.change(*put_staff(CLERK))  # a new password ends what is open
        assert await access.actor_of_session(session) is None
        session = await access.open_session(CLERK)
        await access.close_session(session)
        assert await access.actor_of_session(session) is None
        session = await access.open_session(CLERK)
        assert await access.change(remove_staff("h", "li")) == [1]
        assert await access.actor_of_session(session) is None
        with pytest.raises(NotStored):
            await access.open_session(CLERK)  # who was removed meanwhile

    with_access(use)


def test_a_session_is_believed_for_a_while_and_no_longer(
    with_access: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(access: AccessStore, _: Database) -> None:
        await access.change(*put_staff(CLERK))
        session = await access.open_session(CLERK)
        other = await access.open_session(CLERK)
        assert await access.actor_of_session(session) is not None
        assert await access.actor_of_session(other) is not None
        await access.close_session(other)  # whoever logs out here is out at once
        assert await access.actor_of_session(other) is None
        await access.change(remove_staff("h", "li"))
        assert await access.actor_of_session(session) is not None
        later = SimpleNamespace(monotonic=lambda: time.monotonic() + 5.1)
        monkeypatch.setattr(access_store, "time", later)
        assert await access.actor_of_session(session) is None

    with_access(use, trusted_s=5.0)


def test_a_person_keeps_one_reference(with_access: Callable[..., None]) -> None:
    async def use(access: AccessStore, _: Database) -> None:
        asked = ["990101194001010014", "990101194001010014", "990101195505050028"]
        refs = await asyncio.gather(*(access.person_ref(number) for number in asked))
        assert refs[0] == refs[1] != refs[2]
        assert await access.person_ref(asked[0]) == refs[0]

    with_access(use)


def test_changes_go_together_or_not_at_all(with_access: Callable[..., None]) -> None:
    async def use(access: AccessStore, database: Database) -> None:
        wrong = ("INSERT INTO heartbeat (one, at) VALUES (?, ?)", (2, "now"))
        with pytest.raises(NotStored):
            await access.change(insert_token("t", Role.KIOSK, "h", None, "k"), wrong)
        assert await access.actor_of_token("t") is None
        await access.probe()
        assert len(await database.access.rows("SELECT one FROM heartbeat")) == 1

    with_access(use)


def test_another_key_is_refused_until_it_is_accepted(with_access: Callable[..., None]) -> None:
    async def use(access: AccessStore, database: Database) -> None:
        await access.check_key()
        await access.check_key()
        other = AccessStore(database.access, Keys(b"o" * 32))
        with pytest.raises(KeyUnusable, match="--accept-new-key"):
            await other.check_key()
        await other.check_key(accept_new=True)
        await other.check_key()
        with pytest.raises(KeyUnusable):
            await access.check_key()

    with_access(use)


def test_a_missing_key_is_not_made_anew(with_access: Callable[..., None], tmp_path: Path) -> None:
    async def use(access: AccessStore, database: Database) -> None:
        key = tmp_path / "hall.key"
        await refuse_missing_key(database.access, key)  # the first start makes one
        await access.check_key()
        with pytest.raises(KeyUnusable, match="is missing"):
            await refuse_missing_key(database.access, key)
        key.touch()
        await refuse_missing_key(database.access, key)

    with_access(use)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    key = tmp_path / "hall.key"
    at_once = threading.Barrier(8)

    def start() -> str:
        at_once.wait()
        return load_keys(key).fingerprint

    with ThreadPoolExecutor(8) as starts:
        found = {start.result() for start in [starts.submit(start) for _ in range(8)]}
    assert found == {load_keys(key).fingerprint}
    assert list(tmp_path.iterdir()) == [key]
    assert key.stat().st_mode & 0o777 == 0o600


def test_a_key_made_by_another_start_in_this_moment_is_not_missing(tmp_path: Path) -> None:
    """The other process makes the file and notes it while this one waits for the database."""
    key = tmp_path / "hall.key"

    class SlowDatabase:
        async def rows(self, sql: str, *values: object) -> list[tuple[int]]:
            key.touch()
            return [(1,)]

        async def change(self, *statements: object) -> list[int]:
            raise AssertionError("nothing is changed by asking")

    asyncio.run(refuse_missing_key(SlowDatabase(), key))


def test_a_folder_that_takes_no_key_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="cannot be made"):
        load_keys(tmp_path / "nowhere" / "hall.key")
