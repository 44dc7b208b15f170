"""Live pictures of checks that a clerk is to confirm: in memory alone, overwritten at the end.

They belong to one process: behind several servers of one hall, a check's result, its confirmation
and the clerk's page must reach the same one (docs/postgresql.md).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

KEPT_FOR_S = 600.0
AT_MOST = 64


@dataclass(slots=True)
class _Kept:
    pictures: dict[str, bytearray]
    until_s: float


class LivePictures:
    """By check; wiped after `kept_for_s`, whether anybody asks or not. Event loop's thread only."""

    def __init__(self, kept_for_s: float = KEPT_FOR_S) -> None:
        self._kept_for_s = kept_for_s
        self._kept: dict[str, _Kept] = {}

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
        for check in list(self._kept):
            self.wipe(check)
