"""The lock after wrong passwords keeps the same rules in both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from queue_server.access import lockout
from queue_server.access.lockout import LOCK_AFTER, Place, place_of_address, place_of_session
from queue_server.access.store import AccessStore
from queue_server.databases import Database
from tests.contract.test_access import with_access

__all__ = ["with_access"]
HERE = place_of_address("10.0.0.7")


async def wrong(access: AccessStore, place: Place, times: int = LOCK_AFTER) -> list[bool]:
    return [await access.lockout.try_login("h", "li", place) for _ in range(times)]


def test_each_place_is_locked_for_itself_and_strangers_together(
    with_access: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockout, "LOCK_STRANGERS_AFTER", 2 * LOCK_AFTER + 1)

    async def use(access: AccessStore, held: Database) -> None:
        lock = access.lockout
        desk = place_of_session("her session")
        assert await wrong(access, HERE, LOCK_AFTER - 1) == [True] * (LOCK_AFTER - 1)
        assert await lock.locked("h", ["li"]) == {}
        assert await wrong(access, HERE, 3) == [True, False, False]
        assert set(await lock.locked("h", ["li", "wang"])) == {"li"}
        assert await wrong(access, place_of_address("10.0.0.8")) == [True] * LOCK_AFTER
        # what was refused at a locked place is not counted for everywhere
        assert await wrong(access, place_of_address("10.0.0.9"), 2) == [True, False]
        assert await wrong(access, desk) == [True] * LOCK_AFTER
        assert await lock.try_login("h", "li", desk) is False
        assert await lock.try_login("other", "li", HERE) is True  # another hall's
        await lock.succeeded("h", "li", desk)
        assert await lock.try_login("h", "li", desk) is True
        assert await wrong(access, place_of_address("10.0.0.9"), 1) == [False]
        await access.change(lock.unlock("h", "li"))
        assert await lock.locked("h", ["li"]) == {}
        assert await lock.try_login("h", "li", HERE) is True

    with_access(use)


def test_a_right_password_and_time_take_the_count_back(with_access: Callable[..., None]) -> None:
    async def use(access: AccessStore, held: Database) -> None:
        lock = access.lockout
        await wrong(access, HERE)
        await lock.succeeded("h", "li", HERE)
        assert len(await held.access.rows("SELECT who FROM login_count")) == 0
        await wrong(access, HERE)
        assert await lock.try_login("h", "li", HERE) is False
        past = datetime.now(UTC) - timedelta(minutes=lockout.LOCKED_MINUTES, seconds=1)
        await held.access.change(
            ("UPDATE login_count SET last_at = ?", (past.isoformat(timespec="milliseconds"),))
        )
        assert await lock.locked("h", ["li"]) == {}
        assert await lock.try_login("h", "li", HERE) is True

    with_access(use)


def test_a_mark_is_good_for_one_name_one_password_and_half_a_year(
    with_access: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(access: AccessStore, _: Database) -> None:
        lock = access.lockout
        mark = lock.new_mark("h", "li", "hash")
        place = lock.place_of_mark("h", "li", "hash", mark)
        assert place is not None
        assert place.known
        assert lock.place_of_mark("h", "li", "hash", lock.new_mark("h", "li", "hash")) != place
        for hall, login, secret in (("g", "li", "hash"), ("h", "wu", "hash"), ("h", "li", "new")):
            assert lock.place_of_mark(hall, login, secret, mark) is None
        for shown in (None, "", "..", "1.2", mark + "0", f"9{mark}", "é.é.é", mark.upper()):
            assert lock.place_of_mark("h", "li", "hash", shown) is None
        assert lock.place_of_mark("h", "li", None, mark) is None
        days = lockout._days()
        monkeypatch.setattr(lockout, "_days", lambda: days + lockout.KNOWN_FOR_DAYS + 1)
        assert lock.place_of_mark("h", "li", "hash", mark) is None

    with_access(use)


def test_addresses_of_one_customer_are_one_place() -> None:
    assert place_of_address("2001:db8::1") == place_of_address("2001:db8::ffff:2")
    assert place_of_address("2001:db8::1") != place_of_address("2001:db8:0:1::1")
    assert place_of_address("10.0.0.1") != place_of_address("10.0.0.2")
    assert not place_of_address("").known
