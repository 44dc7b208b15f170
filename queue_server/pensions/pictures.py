"""Live pictures of checks that a clerk is to confirm: in memory alone, overwritten at the end.

They belong to one process: behind several servers of one hall, a check's result, its confirmation
and the clerk's page must reach the same one (docs/postgresql.md). Any other knows that it has not
got them, and whose they are (docs/decisions/0038-one-process-has-the-picture.md).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from queue_server.outcome import Unavailable

log = structlog.get_logger()

KEPT_FOR_S = 600.0
AT_MOST = 64
LOOKS_EVERY_S = 2.0
OFFERED_FOR_S = 60.0
Held = Literal["here", "elsewhere", "gone"]


@dataclass(slots=True)
class _Kept:
    pictures: dict[str, bytearray]
    until_s: float


class LivePictures:
    """By check; wiped after `kept_for_s`, whether anybody asks or not. Event loop's thread only."""

    def __init__(self, kept_for_s: float = KEPT_FOR_S) -> None:
        self._kept_for_s = kept_for_s
        self._kept: dict[str, _Kept] = {}
        self._watchers: set[asyncio.Task[None]] = set()
        # of this process and this start of it
        self.holder = secrets.token_hex(4)

    def put(self, check: str, **pictures: bytearray) -> None:
        """Takes the buffers over: whoever gave them must not use them any more."""
        self.wipe(check)
        while len(self._kept) >= AT_MOST:
            self.wipe(next(iter(self._kept)))
        self._kept[check] = _Kept(dict(pictures), time.monotonic() + self._kept_for_s)
        asyncio.get_running_loop().call_later(self._kept_for_s, self.sweep)

    def get(self, check: str, name: str) -> bytes | None:
        self.sweep()
        kept = self._kept.get(check)
        found = kept.pictures.get(name) if kept else None
        return None if found is None else bytes(found)

    def has(self, check: str) -> bool:
        self.sweep()
        return check in self._kept

    def held(self, check: str, holder: str) -> Held:
        """Where the live picture is; holder: as the journal names it. Elsewhere: in another
        process, or in one that has ended."""
        if self.has(check):
            return "here"
        return "gone" if holder in ("", self.holder) else "elsewhere"

    def offer(self, check: str, for_s: float = OFFERED_FOR_S) -> None:
        """The live picture stays a little longer, for the person to say whether it may become their
        reference; everything else of the check is wiped."""
        kept = self._kept.get(check)
        live = kept.pictures.pop("live", None) if kept else None
        self.wipe(check)
        if live is not None:
            self._kept[_offered(check)] = _Kept({"live": live}, time.monotonic() + for_s)
            asyncio.get_running_loop().call_later(for_s, self.sweep)

    def offered(self, check: str) -> bytes | None:
        return self.get(_offered(check), "live")

    def withdraw(self, check: str) -> None:
        """It is answered: wiped."""
        self.wipe(_offered(check))

    def watch(self, check: str, waits: Callable[[], Awaitable[bool]]) -> None:
        """Another process may settle the check: then it is wiped here as well."""
        task = asyncio.get_running_loop().create_task(self._watched(check, waits))
        self._watchers.add(task)
        task.add_done_callback(self._watchers.discard)

    async def _watched(self, check: str, waits: Callable[[], Awaitable[bool]]) -> None:
        while self.has(check):
            await asyncio.sleep(LOOKS_EVERY_S)
            try:
                if not await waits():
                    self.wipe(check)
            except Unavailable as error:  # the time that it may be kept goes on
                log.warning("check_not_seen", check=check, error=str(error))

    def wipe(self, check: str) -> None:
        kept = self._kept.pop(check, None)
        for picture in kept.pictures.values() if kept else ():
            picture[:] = bytes(len(picture))

    def sweep(self) -> None:
        """Wipes what was kept long enough."""
        now = time.monotonic()
        for check in [c for c, kept in self._kept.items() if kept.until_s <= now]:
            self.wipe(check)

    def wipe_all(self) -> None:
        for task in self._watchers:
            task.cancel()
        for check in list(self._kept):
            self.wipe(check)


def _offered(check: str) -> str:
    return f"offered/{check}"
