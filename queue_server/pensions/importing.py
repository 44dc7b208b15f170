"""An import's way: read, check, put people into the vault, and the register into the journal as one
append. All rows or none: what the vault took is given back when the import was refused.

Where the store broke off, the rows may be in the journal all the same: then nothing is given back,
and the same file imported once more puts right whatever is missing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Protocol

import orjson

from queue_server.access.store import AccessStore
from queue_server.domain.errors import Refusal
from queue_server.domain.pension_commands import ImportPensioners, Listed
from queue_server.outcome import Outcome
from queue_server.pensions.people import People
from queue_server.pensions.reading import (
    BAD_SHOWN,
    ReadRegister,
    Row,
    identities,
    read_register,
)

# Called with a stage (read, people, register) and how many rows are through.
Told = Callable[[str, int], None]


class Register(Protocol):
    """The hall's register, as an import needs it."""

    async def execute(self, command: ImportPensioners) -> Outcome: ...

    async def unknown(self, persons: Sequence[str]) -> list[str]:
        """Which of them are not in it."""

    async def would(self, rows: Sequence[Listed]) -> dict[str, int]:
        """What an import of these rows would come to; changes nothing."""


def quiet(stage: str, count: int) -> None:
    """For who watches no progress."""


def report(found: ReadRegister, **more: Any) -> dict[str, Any]:
    """What an import is answered; bad: line, column and code of each bad row, the first of them."""
    return {
        "rows": len(found.rows) + len(found.bad),
        "good": len(found.rows),
        "bad_count": len(found.bad),
        "bad": [asdict(bad) for bad in found.bad[:BAD_SHOWN]],
        "bad_by_code": dict(sorted(Counter(bad.code for bad in found.bad).items())),
        "regions": dict(sorted(Counter(row.region for row in found.rows).items())),
        **more,
    }


class RegisterImport:
    def __init__(self, access: AccessStore, people: People, register: Register) -> None:
        self._access, self._people, self._register = access, people, register

    async def run(
        self,
        content: bytes,
        today: date,
        *,
        dry_run: bool,
        skip_bad: bool,
        told: Told = quiet,
    ) -> dict[str, Any]:
        """Raises RegisterUnreadable, Refusal, Unavailable; nothing is imported then."""
        found = await asyncio.to_thread(read_register, content, today)
        told("read", len(found.rows))
        if dry_run or not found.rows or (found.bad and not skip_bad):
            return report(found, imported=None, would=await self._would(found.rows))
        numbers = [row.identity.id_number for row in found.rows]
        persons = await self._access.person_refs(numbers)
        new = await self._register.unknown(list(persons.values()))
        await self._people.keep_identities(identities(found.rows, persons.__getitem__))
        told("people", len(found.rows))
        rows: tuple[Listed, ...] = tuple(
            row.listed(persons[row.identity.id_number]) for row in found.rows
        )
        try:
            outcome: Outcome = await self._register.execute(ImportPensioners(rows))
        except Refusal:
            await self._people.take_back(new)
            raise
        told("register", len(found.rows))
        return report(found, imported=orjson.loads(outcome.body)["imported"], would=None)

    async def _would(self, rows: Sequence[Row]) -> dict[str, int]:
        """Nobody gets a reference by being looked at."""
        known = await self._access.known_persons([row.identity.id_number for row in rows])
        return await self._register.would(
            [row.listed(known.get(row.identity.id_number, f"new-{row.line}")) for row in rows]
        )
