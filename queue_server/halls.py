"""All halls that this process serves, each loaded when it is first needed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence

import structlog

from foundation.settings_file import SettingsError
from queue_server.journal.port import JournalError
from queue_server.outcome import Unavailable
from queue_server.service import HallService

log = structlog.get_logger()

LOADING_AT_ONCE = 8
# Fewer, so that whoever asks for a hall need not wait for all the others.
LOADING_AHEAD = 4
# A hall that could not be loaded is not tried again before this has passed.
RETRY_AFTER_S = 5.0


class Halls:
    """ids: in the order they were given. open_hall: a hall that is loaded and live; raises
    SettingsError or JournalError."""

    def __init__(
        self, ids: Sequence[str], open_hall: Callable[[str], Awaitable[HallService]]
    ) -> None:
        self.ids = dict.fromkeys(ids)
        self._open = open_hall
        self._halls: dict[str, HallService] = {}
        self._loading: dict[str, asyncio.Task[HallService]] = {}
        self._failed: dict[str, tuple[Unavailable, float]] = {}
        self._free = asyncio.Semaphore(LOADING_AT_ONCE)

    def __iter__(self) -> Iterator[HallService]:
        """Those that are loaded."""
        return iter(list(self._halls.values()))

    def __len__(self) -> int:
        return len(self._halls)

    @property
    def all_loaded(self) -> bool:
        return len(self._halls) == len(self.ids)

    async def get(self, hall: str) -> HallService | None:
        """None for a hall that is not served here. Raises Unavailable."""
        if (found := self._halls.get(hall)) is not None:
            return found
        if hall not in self.ids:
            return None
        failed = self._failed.get(hall)
        if failed is not None and time.monotonic() < failed[1]:
            raise failed[0]
        if hall not in self._loading:
            self._loading[hall] = asyncio.get_running_loop().create_task(self._load(hall))
        # whoever asked may go away; the others who wait for it do not
        return await asyncio.shield(self._loading[hall])

    async def load_all(self) -> None:
        """Loads what nobody has asked for yet; a hall that cannot be loaded is left for later."""
        ahead = iter(list(self.ids))

        async def load_next() -> None:
            for hall in ahead:
                try:
                    await self.get(hall)
                except Unavailable as error:
                    log.error("hall_not_loaded", hall=hall, error=str(error))

        await asyncio.gather(*(load_next() for _ in range(LOADING_AHEAD)))

    async def find_followed(self, follow_token: str) -> tuple[HallService, str] | None:
        """The hall and the ticket that a phone follows with this token. Asks the halls that are
        loaded first: one that cannot be loaded must hold up nobody else's phone."""
        if (found := self._followed(follow_token)) or self.all_loaded:
            return found
        await self.load_all()
        return self._followed(follow_token)

    def _followed(self, follow_token: str) -> tuple[HallService, str] | None:
        for hall in self:
            if ticket := hall.followed_ticket(follow_token):
                return hall, ticket
        return None

    async def close(self) -> None:
        loading = list(self._loading.values())
        for task in loading:
            task.cancel()
        await asyncio.gather(*loading, return_exceptions=True)
        for hall in self:
            hall.streams.end_all()

    async def _load(self, hall: str) -> HallService:
        try:
            async with self._free:
                found = await self._open(hall)
            self._halls[hall] = found
            return found
        except Exception as error:  # whatever it is, the other halls are served
            if not isinstance(error, SettingsError | JournalError | Unavailable):
                log.error("unexpected", hall=hall, exc_info=error)
            unavailable = Unavailable(str(error))
            self._failed[hall] = (unavailable, time.monotonic() + RETRY_AFTER_S)
            raise unavailable from error
        finally:
            del self._loading[hall]
