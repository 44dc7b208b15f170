"""All halls that this process serves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from queue_server.service import HallService


class Halls:
    """By id, in the order they were given."""

    def __init__(self, halls: Sequence[HallService]) -> None:
        self._halls = {hall.id: hall for hall in halls}

    def __iter__(self) -> Iterator[HallService]:
        return iter(self._halls.values())

    async def get(self, hall: str) -> HallService | None:
        return self._halls.get(hall)
