"""What the routes for pension checks work with, wired once by bootstrap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from queue_server.answers import FollowToken
from queue_server.audit import AuditLog
from queue_server.pensions.card_photos import CardDecoder
from queue_server.pensions.faces import AT_ONCE, FaceProgram
from queue_server.pensions.people import People
from queue_server.pensions.pictures import LivePictures
from queue_server.settings.pensions import PensionSection
from queue_server.vault.of_hall import HallVault
from queue_server.vault.store import Vault

SettingsOf = Callable[[str], PensionSection]


@dataclass
class PensionDesk:
    """settings_of: a hall's section; reads its file at the first time. importing: per hall, how far
    an import is that runs in this process: the stage that is done, and its rows. reminded: likewise
    of reminders, the stage that is under way, and its people."""

    vault: Vault
    audit: AuditLog
    settings_of: SettingsOf
    follow_token: FollowToken
    pictures: LivePictures = field(default_factory=LivePictures)
    importing: dict[str, tuple[str, int]] = field(default_factory=dict)
    reminded: dict[str, tuple[str, int]] = field(default_factory=dict)
    _known: dict[str, PensionSection] = field(default_factory=dict)
    _measuring: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    _background: set[asyncio.Task[None]] = field(default_factory=set)
    _reminding: dict[str, asyncio.Lock] = field(default_factory=dict)

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """work: deals with its own errors."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def close(self) -> None:
        """Whatever is under way ends, and no picture stays."""
        for task in self._background:
            task.cancel()
        self.pictures.wipe_all()

    def people(self, hall: str) -> People:
        return People(HallVault(self.vault, hall))

    async def settings(self, hall: str) -> PensionSection:
        if hall not in self._known:
            self._known[hall] = await asyncio.to_thread(self.settings_of, hall)
        return self._known[hall]

    def reminding(self, hall: str) -> asyncio.Lock:
        """Held from finding whom to remind until it is noted."""
        return self._reminding.setdefault(hall, asyncio.Lock())

    async def faces(self, hall: str) -> FaceProgram:
        return FaceProgram((await self.settings(hall)).describe, self._measuring)

    async def card_decoder(self, hall: str) -> CardDecoder:
        return CardDecoder((await self.settings(hall)).decode)
