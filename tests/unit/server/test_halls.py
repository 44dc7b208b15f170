"""Halls that this process serves: one that cannot be loaded harms no other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from queue_server.halls import Halls
from queue_server.outcome import Unavailable


class Loaded:
    """As much of a hall as is asked here."""

    def __init__(self, hall: str) -> None:
        self.id = hall

    def followed_ticket(self, follow_token: str) -> str | None:
        return {"token-of-a": "t1"}.get(follow_token) if self.id == "a" else None


async def open_or_fail(hall: str) -> Any:
    if hall == "bad":
        raise ValueError("an event of a newer program")
    return Loaded(hall)


def test_all_others_are_loaded() -> None:
    async def whole() -> None:
        halls = Halls(["a", "bad", "z"], open_or_fail)
        await halls.load_all()
        assert [hall.id for hall in halls] == ["a", "z"]
        with pytest.raises(Unavailable):
            await halls.get("bad")

    asyncio.run(whole())


def test_a_phone_waits_for_no_other_hall() -> None:
    opened: list[str] = []

    async def open_noted(hall: str) -> Any:
        opened.append(hall)
        return await open_or_fail(hall)

    async def whole() -> None:
        halls = Halls(["a", "bad", "z"], open_noted)
        await halls.get("a")
        found = await halls.find_followed("token-of-a")
        assert found is not None
        assert found[1] == "t1"
        assert opened == ["a"]
        assert await halls.find_followed("unknown") is None
        assert sorted(opened) == ["a", "bad", "z"]

    asyncio.run(whole())
