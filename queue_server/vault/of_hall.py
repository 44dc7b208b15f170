"""One hall's part of the vault: what a hall keeps, shows and deletes is never another hall's,
though a person has one reference in all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from queue_server.vault.store import Entry, Held, Vault


class HallVault:
    """As Vault, for the persons of one hall. A person has a key of their own in each hall."""

    def __init__(self, vault: Vault, hall: str) -> None:
        self._vault = vault
        self._before = f"{hall}/"

    async def put(self, *entries: Entry) -> None:
        await self._vault.put(*(replace(e, person=self._here(e.person)) for e in entries))

    async def get(self, person: str, kind: str, name: str = "") -> bytes | None:
        return await self._vault.get(self._here(person), kind, name)

    async def get_many(self, persons: Iterable[str], kind: str, name: str = "") -> dict[str, bytes]:
        found = await self._vault.get_many(map(self._here, persons), kind, name)
        return {person.removeprefix(self._before): content for person, content in found.items()}

    async def having(self, persons: Iterable[str], kind: str) -> set[str]:
        found = await self._vault.having(map(self._here, persons), kind)
        return {person.removeprefix(self._before) for person in found}

    async def held(self, person: str) -> list[Held]:
        return await self._vault.held(self._here(person))

    async def count(self, kind: str) -> int:
        return await self._vault.count(kind, self._before)

    async def delete(self, person: str, kind: str, name: str | None = None) -> int:
        return await self._vault.delete(self._here(person), kind, name)

    async def forget(self, person: str) -> bool:
        """Destroys the person's key of this hall."""
        return await self._vault.forget(self._here(person))

    async def release(self, person: str) -> None:
        """What leads from an ID number to the reference goes with the last hall's key."""
        await self._vault.release(person)

    def _here(self, person: str) -> str:
        return f"{self._before}{person}"
