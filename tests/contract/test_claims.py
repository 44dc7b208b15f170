"""Work that one process does at a time, by the same rules in both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from queue_server.access.claims import ClaimedElsewhere, claimed
from queue_server.access.store import AccessStore
from queue_server.databases import Database
from tests.contract.test_access import with_access

__all__ = ["with_access"]


def test_one_has_it_at_a_time_and_nobody_for_ever(with_access: Callable[..., None]) -> None:
    async def use(_: AccessStore, held: Database) -> None:
        database = held.access
        async with claimed(database, "reminders/h", 60):
            with pytest.raises(ClaimedElsewhere):
                async with claimed(database, "reminders/h", 60):
                    raise AssertionError("twice at once")
            async with claimed(database, "reminders/other", 60):
                pass
        with pytest.raises(ZeroDivisionError):
            async with claimed(database, "reminders/h", 60):
                raise ZeroDivisionError
        dead, next_one = (claimed(database, "reminders/h", limit_s) for limit_s in (-1, 60))
        async with dead, next_one:
            pass
        assert len(await database.rows("SELECT work FROM claim")) == 0

    with_access(use)
