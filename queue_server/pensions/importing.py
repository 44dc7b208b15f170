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
from typing import Any

import orjson

from queue_server.access.store import AccessStore
from queue_server.domain.errors import Refusal
from queue_server.domain.pension_commands import ImportPensioners, Listed
from queue_server.outcome import Outcome
from queue_server.pensions.people import People
from queue_server.pensions.reading import BAD_SHOWN, ReadRegister, identities, read_register

# Called with a stage (read, people, register) and how many rows are through.
Told = Callable[[str, int], None]
Execute = Callable[[ImportPensioners], Any]
Known = Callable[[Sequence[str]], Any]


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
    """execute: carries the command out on the hall; unknown: which of some persons are not in its
    register."""

    def __init__(
        self, access: AccessStore, people: People, execute: Execute, unknown: Known
    ) -> None:
        self._access, self._people = access, people
        self._execute, self._unknown = execute, unknown

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
            return report(found, imported=None)
        numbers = [row.identity.id_number for row in found.rows]
        persons = await self._access.person_refs(numbers)
        new = await self._unknown(list(persons.values()))
        await self._people.keep_identities(identities(found.rows, persons.__getitem__))
        told("people", len(found.rows))
        rows: tuple[Listed, ...] = tuple(
            row.listed(persons[row.identity.id_number]) for row in found.rows
        )
        try:
            outcome: Outcome = await self._execute(ImportPensioners(rows))
        except Refusal:
            await self._people.take_back(new)
            raise
        told("register", len(found.rows))
        return report(found, imported=orjson.loads(outcome.body)["imported"])
