"""The vault: rows of personal data, each encrypted under its person's key, which is wrapped by a
master key outside the database. The same statements for both databases.

Persons are named by their hall and the random reference that the journal carries (of_hall.py).
Nothing decrypted is kept here.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from queue_server.access.store import AccessDatabase, Statement
from queue_server.vault.cipher import new_key, seal, unseal
from queue_server.vault.master import MasterKeys

T = TypeVar("T")

# Rows of one statement: SQLite takes 32,766 values, PostgreSQL 65,535.
_BATCH = 500
_ROW_COLUMNS = "key_id, kind, name, sealed, created_at, keep_until"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be kept of a person. kind: what it is ("identity", "face", …); name: tells several
    of a kind apart. keep_until: deleted after this; None: with the person."""

    person: str
    kind: str
    content: bytes
    name: str = ""
    keep_until: datetime | None = None

    def __repr__(self) -> str:
        return f"Entry(kind={self.kind!r}, ***)"


@dataclass(frozen=True, slots=True)
class Held:
    """That something is kept, and since when; not what."""

    kind: str
    name: str
    created_at: str
    keep_until: str | None


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    key: bytes


class Vault:
    """Raises NotStored (the database), Damaged and MasterKeyMissing (what was read)."""

    def __init__(self, database: AccessDatabase, masters: MasterKeys) -> None:
        self._database = database
        self._masters = masters

    # --- keeping ----------------------------------------------------------------------------

    async def put(self, *entries: Entry) -> None:
        """Keeps all of them or none; of what was there under the same kind and name, the newer
        remains."""
        keys = await self._keys_for(sorted({entry.person for entry in entries}))
        rows = await asyncio.to_thread(lambda: [_sealed(e, keys[e.person]) for e in entries])
        await self._database.change(*_inserts(rows))

    async def _keys_for(self, persons: Sequence[str]) -> dict[str, _Key]:
        """Everybody's key, made for who has none yet. Two that make one at once get the same."""
        known = await self._known_keys(persons)
        missing = [person for person in persons if person not in known]
        if missing:
            master = self._masters.newest
            fresh = [(p, secrets.token_hex(8), new_key()) for p in missing]
            rows = [(id, p, master, self._wrapped(id, k, master), _now()) for p, id, k in fresh]
            await self._database.change(
                *(
                    (
                        "INSERT INTO vault_key (id, person, master, wrapped, created_at)"  # noqa: S608
                        f" VALUES {_marks(batch)} ON CONFLICT (person) DO NOTHING",
                        _flat(batch),
                    )
                    for batch in _batches(rows, _BATCH)
                )
            )
            known |= await self._known_keys(missing)
        return known

    async def _known_keys(self, persons: Sequence[str]) -> dict[str, _Key]:
        found: dict[str, _Key] = {}
        for batch in _batches(persons, _BATCH):
            rows = await self._database.rows(
                "SELECT person, id, master, wrapped FROM vault_key"  # noqa: S608 - marks
                f" WHERE person IN ({', '.join('?' * len(batch))})",
                *batch,
            )
            for person, id, master, wrapped in rows:
                found[person] = _Key(id, self._unwrapped(id, master, wrapped))
        return found

    def _wrapped(self, id: str, key: bytes, master: int) -> str:
        return seal(self._masters.key(master), key, "key", id, str(master))

    def _unwrapped(self, id: str, master: int, wrapped: str) -> bytes:
        return unseal(self._masters.key(master), wrapped, "key", id, str(master))

    # --- looking ----------------------------------------------------------------------------

    async def get(self, person: str, kind: str, name: str = "") -> bytes | None:
        """None when nothing of the kind is kept."""
        return (await self.get_many([person], kind, name)).get(person)

    async def get_many(self, persons: Iterable[str], kind: str, name: str = "") -> dict[str, bytes]:
        """person → content, for those of whom something of the kind is kept."""
        found: dict[str, bytes] = {}
        for batch in _batches(persons, _BATCH):
            rows = await self._database.rows(
                "SELECT k.person, k.id, k.master, k.wrapped, r.sealed FROM vault_row r"  # noqa: S608
                " JOIN vault_key k ON k.id = r.key_id WHERE r.kind = ? AND r.name = ?"
                f" AND k.person IN ({', '.join('?' * len(batch))})",
                *(kind, name, *batch),
            )
            found |= await asyncio.to_thread(self._opened, rows, kind, name)
        return found

    async def having(self, persons: Iterable[str], kind: str) -> set[str]:
        """Those of whom something of the kind is kept; nothing is opened."""
        found: set[str] = set()
        for batch in _batches(persons, _BATCH):
            rows = await self._database.rows(
                "SELECT k.person FROM vault_row r JOIN vault_key k ON k.id = r.key_id"  # noqa: S608
                f" WHERE r.kind = ? AND k.person IN ({', '.join('?' * len(batch))})",
                *(kind, *batch),
            )
            found |= {str(person) for (person,) in rows}
        return found

    def _opened(
        self, rows: Sequence[tuple[str, str, int, str, str]], kind: str, name: str
    ) -> dict[str, bytes]:
        return {
            person: unseal(self._unwrapped(id, master, wrapped), sealed, kind, name, id)
            for person, id, master, wrapped, sealed in rows
        }

    async def held(self, person: str) -> list[Held]:
        """What is kept of a person, newest first."""
        rows = await self._database.rows(
            "SELECT r.kind, r.name, r.created_at, r.keep_until FROM vault_row r JOIN vault_key k"
            " ON k.id = r.key_id WHERE k.person = ? ORDER BY r.created_at DESC, r.kind, r.name",
            person,
        )
        return [Held(*row) for row in rows]

    async def count(self, kind: str, before: str = "") -> int:
        """Of how many persons something of the kind is kept; before: how their names begin."""
        rows = await self._database.rows(
            "SELECT count(DISTINCT r.key_id) FROM vault_row r JOIN vault_key k ON k.id = r.key_id"
            " WHERE r.kind = ? AND substr(k.person, 1, length(?)) = ?",
            *(kind, before, before),
        )
        return int(rows[0][0])

    # --- deleting ---------------------------------------------------------------------------

    async def delete(self, person: str, kind: str, name: str | None = None) -> int:
        """How many rows went; name None: all of the kind."""
        whose = " AND key_id IN (SELECT id FROM vault_key WHERE person = ?)"
        one = "" if name is None else " AND name = ?"
        values = (kind, person, *(() if name is None else (name,)))
        done = await self._database.change(
            (f"DELETE FROM vault_row WHERE kind = ?{whose}{one}", values)  # noqa: S608 - ours
        )
        return done[0]

    async def forget(self, person: str) -> bool:
        """Destroys a person's key, so that nothing of theirs can be read again. Whether there was
        anything."""
        key_of = "SELECT id FROM vault_key WHERE person = ?"
        done = await self._database.change(
            (f"DELETE FROM vault_row WHERE key_id IN ({key_of})", (person,)),  # noqa: S608
            ("DELETE FROM vault_key WHERE person = ?", (person,)),
        )
        return any(done)

    async def release(self, reference: str) -> None:
        """Takes away what leads from an ID number to the reference, unless a hall keeps something
        of that person."""
        await self._database.change(
            (
                "DELETE FROM person WHERE ref = ? AND NOT EXISTS (SELECT 1 FROM vault_key"
                " WHERE person = ? OR person LIKE ?)",
                (reference, reference, f"%/{reference}"),
            ),
        )

    async def purge(self, now: datetime) -> int:
        """Deletes what was to be kept until now at the longest, and leaves a record of how many of
        each kind; the number of rows."""
        at = _text(now)
        over = "keep_until IS NOT NULL AND keep_until <= ?"
        mark = secrets.token_hex(8)
        done = await self._database.change(
            (
                "INSERT INTO audit (id, at, hall, actor, act, subject, why, detail)"  # noqa: S608
                " SELECT ? || kind, ?, '', 'system', 'purged', '', 'retention',"
                f" '{{\"kind\":\"' || kind || '\",\"rows\":' || count(*) || '}}'"
                f" FROM vault_row WHERE {over} GROUP BY kind ON CONFLICT (id) DO NOTHING",
                (mark, at, at),
            ),
            (f"DELETE FROM vault_row WHERE {over}", (at,)),  # noqa: S608 - no words from outside
        )
        return done[1]

    # --- another master key -----------------------------------------------------------------

    async def rotate(self) -> tuple[int, int]:
        """Puts a fresh master key into the key file and wraps every person's key under it. Its
        number, and how many keys were wrapped anew. Servers may run meanwhile."""
        newest = self._masters.add()
        return newest, await self.rewrap(newest)

    async def rewrap(self, newest: int) -> int:
        """Wraps all keys under master key `newest`, also after an earlier attempt broke off."""
        count = 0
        while True:
            rows = await self._database.rows(
                "SELECT id, master, wrapped FROM vault_key WHERE master < ? ORDER BY id LIMIT ?",
                *(newest, _BATCH),
            )
            if not rows:
                return count
            await self._database.change(*(self._rewrapped(newest, *row) for row in rows))
            count += len(rows)

    def _rewrapped(self, newest: int, id: str, master: int, wrapped: str) -> Statement:
        key = self._unwrapped(id, master, wrapped)
        return (
            "UPDATE vault_key SET master = ?, wrapped = ? WHERE id = ? AND wrapped = ?",
            (newest, self._wrapped(id, key, newest), id, wrapped),
        )


# --- rows -----------------------------------------------------------------------------------


def _sealed(entry: Entry, key: _Key) -> tuple[object, ...]:
    sealed = seal(key.key, entry.content, entry.kind, entry.name, key.id)
    until = None if entry.keep_until is None else _text(entry.keep_until)
    return key.id, entry.kind, entry.name, sealed, _now(), until


def _inserts(rows: Sequence[tuple[object, ...]]) -> list[Statement]:
    return [
        (
            f"INSERT INTO vault_row ({_ROW_COLUMNS}) VALUES {_marks(batch)}"  # noqa: S608 - marks
            " ON CONFLICT (key_id, kind, name) DO UPDATE SET sealed = excluded.sealed,"
            " created_at = excluded.created_at, keep_until = excluded.keep_until",
            _flat(batch),
        )
        for batch in _batches(rows, _BATCH)
    ]


def _batches(found: Iterable[T], size: int) -> Iterable[list[T]]:
    rest = iter(found)
    while batch := list(islice(rest, size)):
        yield batch


def _marks(rows: Sequence[tuple[object, ...]]) -> str:
    one = f"({', '.join('?' * len(rows[0]))})"
    return ", ".join([one] * len(rows))


def _flat(rows: Sequence[tuple[object, ...]]) -> tuple[object, ...]:
    return tuple(value for row in rows for value in row)


def _now() -> str:
    return _text(datetime.now(UTC))


def _text(moment: datetime) -> str:
    """In UTC, so that texts are in the order of the times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
