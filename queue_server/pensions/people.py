"""Pensioners' names, ID numbers and faces in the vault, and how they are shown: masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import orjson

from foundation.masking import masked_name
from queue_server.pensions.evidence import Evidence
from queue_server.vault.of_hall import HallVault
from queue_server.vault.store import Entry

IDENTITY, PHONE, FACE, PHOTO = "identity", "phone", "face", "photo"


@dataclass(frozen=True, slots=True)
class Identity:
    """Never in a log: it shows nothing of itself."""

    name: str
    id_number: str

    def __repr__(self) -> str:
        return "Identity(***)"

    @property
    def name_masked(self) -> str:
        return masked_name(self.name)

    @property
    def id_masked(self) -> str:
        return f"{self.id_number[:4]}{'*' * (len(self.id_number) - 8)}{self.id_number[-4:]}"

    def age_years(self, today: date) -> int | None:
        """By the birth date in an 18-digit number (GB 11643); None for other numbers."""
        try:
            birth = date.fromisoformat(self.id_number[6:14])
        except ValueError:
            return None
        return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


@dataclass(frozen=True, slots=True)
class Face:
    """descriptors: one per picture that was measured."""

    model: str
    descriptors: Sequence[Sequence[float]]
    quality: Mapping[str, object]

    def __repr__(self) -> str:
        return f"Face(model={self.model!r}, ***)"


class People:
    """Those of one hall. Raises NotStored and VaultError."""

    def __init__(self, vault: HallVault) -> None:
        self._vault = vault
        self.evidence = Evidence(vault)

    async def keep_identities(self, people: Iterable[tuple[str, Identity, str | None]]) -> None:
        """All or none. Each: the reference, who it is, and a phone if known."""
        entries: list[Entry] = []
        for person, identity, phone in people:
            entries.append(Entry(person, IDENTITY, orjson.dumps(asdict(identity))))
            if phone:
                entries.append(Entry(person, PHONE, phone.encode()))
        await self._vault.put(*entries)

    async def identities(self, persons: Iterable[str]) -> dict[str, Identity]:
        found = await self._vault.get_many(persons, IDENTITY)
        return {person: Identity(**orjson.loads(content)) for person, content in found.items()}

    async def identity(self, person: str) -> Identity | None:
        return (await self.identities([person])).get(person)

    async def phones(self, persons: Iterable[str]) -> dict[str, str]:
        found = await self._vault.get_many(persons, PHONE)
        return {person: content.decode() for person, content in found.items()}

    async def with_phone(self, persons: Iterable[str]) -> set[str]:
        """Those whose phone is known; no number is read."""
        return await self._vault.having(persons, PHONE)

    async def keep_face(self, person: str, reference: str, face: Face, photo: bytes) -> None:
        """The measured face and the picture it came from, under one name."""
        await self._vault.put(
            Entry(person, FACE, orjson.dumps(asdict(face)), reference),
            Entry(person, PHOTO, photo, reference),
        )

    async def face(self, person: str, reference: str) -> Face | None:
        content = await self._vault.get(person, FACE, reference)
        return None if content is None else Face(**orjson.loads(content))

    async def photo(self, person: str, reference: str) -> bytes | None:
        return await self._vault.get(person, PHOTO, reference)

    async def delete_faces(
        self, person: str, *, but: str | None = None, only: str | None = None
    ) -> None:
        """All, or all but one, or only one."""
        for held in await self._vault.held(person):
            if held.kind in (FACE, PHOTO) and held.name != but and only in (None, held.name):
                await self._vault.delete(person, held.kind, held.name)

    async def withdraw(self, person: str) -> None:
        """Every picture of their face, and every measure of it."""
        await self.delete_faces(person)
        await self.evidence.delete(person)

    async def take_back(self, persons: Iterable[str]) -> None:
        """What an import had put in before it failed."""
        for person in persons:
            await self._vault.delete(person, IDENTITY)
            await self._vault.delete(person, PHONE)

    async def forget(self, person: str) -> None:
        """Before they leave the register: broken off there, a repeat still finds them."""
        await self._vault.forget(person)

    async def release(self, person: str) -> None:
        """After they have left it: their ID number leads nowhere any more."""
        await self._vault.release(person)

    async def count_faces(self) -> int:
        return await self._vault.count(FACE)
