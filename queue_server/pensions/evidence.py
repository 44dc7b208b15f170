"""Both pictures that a clerk compared, kept in the vault for a time: only where the hall's settings
switch it on, which they do not by themselves (docs/decisions/0028-photos-of-cards.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from queue_server.vault.of_hall import HallVault
from queue_server.vault.store import Entry

EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Kept:
    """That pictures of a check are kept; not what they show."""

    check: str
    created_at: str
    keep_until: str | None


class Evidence:
    """By person and check. What is over its time goes with the vault's purge, everything with the
    person. Raises NotStored and VaultError."""

    def __init__(self, vault: HallVault) -> None:
        self._vault = vault

    async def keep(self, person: str, check: str, pictures: Mapping[str, bytes], days: int) -> None:
        """pictures: `live` and `reference`."""
        until = datetime.now(UTC) + timedelta(days=days)
        entries = [
            Entry(person, EVIDENCE, content, f"{check}/{which}", until)
            for which, content in pictures.items()
        ]
        await self._vault.put(*entries)

    async def of(self, person: str) -> list[Kept]:
        """Newest first, each check once."""
        found: dict[str, Kept] = {}
        for held in await self._vault.held(person):
            check = held.name.partition("/")[0]
            if held.kind == EVIDENCE:
                found.setdefault(check, Kept(check, held.created_at, held.keep_until))
        return list(found.values())

    async def picture(self, person: str, check: str, which: str) -> bytes | None:
        return await self._vault.get(person, EVIDENCE, f"{check}/{which}")

    async def delete(self, person: str) -> None:
        await self._vault.delete(person, EVIDENCE)
