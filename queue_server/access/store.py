"""Tokens, staff, sessions and the index of persons in the database; secrets only as hashes.

The statements are such as both databases understand; each database runs them in its own way.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from queue_server.access.keys import Keys, KeyUnusable, secret_hash
from queue_server.access.lockout import Lockout
from queue_server.access.roles import Actor, Role

SESSION_HOURS = 12
PROBE_S = 1.0
REMEMBERED_AT_MOST = 4096
PERSONS_AT_ONCE = 500
_FIND_PERSON = "SELECT ref FROM person WHERE id_hash = ?"
_HASHER = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified when the login is unknown, so that both cases take the same time."""
    return _HASHER.hash("nobody has this password")


# SQL with a `?` for each value, and the values.
Statement = tuple[str, tuple[Any, ...]]


class AccessDatabase(Protocol):
    """What a database does for the access store. Raises NotStored."""

    async def rows(self, statement: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """What is stored."""

    async def change(self, *statements: Statement) -> Sequence[int]:
        """All of them or none; how many rows each touched. May be carried out twice when a
        connection breaks, so each must be safe to repeat."""


@dataclass(frozen=True, slots=True)
class Staff:
    """must_change: the password is somebody else's choice, and good for choosing another alone."""

    hall: str
    login: str
    name: str
    role: Role
    window: str | None
    password_hash: str
    must_change: bool = False
    disabled: bool = False


def new_token() -> str:
    """A fresh bearer token, 192 bits."""
    return f"hall_{secrets.token_urlsafe(24)}"


def hash_password(password: str) -> str:
    """Argon2id; slow on purpose, so never on the event loop's thread."""
    return _HASHER.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Takes as long for an unknown login (None) as for a wrong password."""
    nobody = _nobody()  # asked for in both cases: the first time it takes as long again
    try:
        return _HASHER.verify(stored or nobody, password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def insert_token(
    token: str,
    role: Role,
    hall: str,
    window: str | None,
    name: str,
    *,
    seeded: str | None = None,
) -> Statement:
    return (
        'INSERT INTO access_token (id, hash, role, hall, "window", name, created_at, seeded)'
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
        (secrets.token_hex(8), secret_hash(token), role.value, hall, window, name, _now(), seeded),
    )


def revoke_token(token: str) -> Statement:
    return "DELETE FROM access_token WHERE hash = ?", (secret_hash(token),)


def forget_seeded_tokens() -> Statement:
    return "DELETE FROM access_token WHERE seeded IS NOT NULL", ()


def put_staff(staff: Staff, *, seeded: str | None = None) -> tuple[Statement, Statement]:
    """Adds somebody, or changes who they are and their password; open sessions end then."""
    put = (
        'INSERT INTO staff (hall, login, name, role, "window", password_hash, created_at, seeded,'
        " must_change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hall, login) DO UPDATE SET"
        ' name = excluded.name, role = excluded.role, "window" = excluded."window",'
        " password_hash = excluded.password_hash, seeded = excluded.seeded,"
        " must_change = excluded.must_change, disabled = 0"
    )
    values = (
        *(staff.name, staff.role.value, staff.window, staff.password_hash, _now(), seeded),
        int(staff.must_change),
    )
    end = "DELETE FROM session WHERE hall = ? AND login = ?"
    return (put, (staff.hall, staff.login, *values)), (end, (staff.hall, staff.login))


def remove_staff(hall: str, login: str) -> Statement:
    """Their sessions end."""
    return "DELETE FROM staff WHERE hall = ? AND login = ?", (hall, login)


async def refuse_missing_key(database: AccessDatabase, file: Path) -> None:
    """Raises KeyUnusable when the database has its key, but not here: a fresh one is no use.

    The database is asked first: who notes a key there has made its file before.
    """
    if await database.rows("SELECT 1 FROM key_check") and not file.exists():
        raise KeyUnusable(
            f"{file} is missing, the key file that this database was made with: put it there,"
            " from another server or from the backup (mode 0600); if it is lost, start once with"
            " --accept-new-key"
        )


class AccessStore:
    """trusted_s: how long a session is believed without asking the database again."""

    def __init__(self, database: AccessDatabase, keys: Keys, trusted_s: float = 0.0) -> None:
        self.database = database
        self.lockout = Lockout(database, keys)
        self._keys = keys
        self._trusted_s = trusted_s
        self._sessions: dict[str, tuple[Actor, float]] = {}
        self._probed_at = float("-inf")

    async def actor_of_token(self, token: str) -> Actor | None:
        rows = await self.database.rows(
            'SELECT role, name, hall, "window" FROM access_token WHERE hash = ?',
            secret_hash(token),
        )
        return Actor(Role(rows[0][0]), *rows[0][1:]) if rows else None

    async def actor_of_session(self, session: str) -> Actor | None:
        known = self._sessions.get(session)
        now = time.monotonic()
        if known is not None and now - known[1] < self._trusted_s:
            return known[0]
        self._sessions.pop(session, None)
        actor = await self._session_of(session)
        if actor is not None and self._trusted_s:
            if len(self._sessions) >= REMEMBERED_AT_MOST:
                self._sessions.clear()
            self._sessions[session] = (actor, now)
        return actor

    async def _session_of(self, session: str) -> Actor | None:
        rows = await self.database.rows(
            'SELECT staff.role, staff.login, staff.hall, staff."window", staff.name,'
            " staff.must_change FROM session JOIN staff USING (hall, login)"
            " WHERE hash = ? AND expires_at > ? AND staff.disabled = 0",
            *(secret_hash(session), _now()),
        )
        if not rows:
            return None
        role, login, hall, window, name, must_change = rows[0]
        csrf = self._keys.csrf_token(session)
        return Actor(Role(role), login, hall, window, csrf, name, login, bool(must_change))

    async def staff(self, hall: str, login: str) -> Staff | None:
        rows = await self.database.rows(
            'SELECT hall, login, name, role, "window", password_hash, must_change, disabled'
            " FROM staff WHERE hall = ? AND login = ?",
            *(hall, login),
        )
        if not rows:
            return None
        hall, login, name, role, window, secret, must_change, disabled = rows[0]
        found = Staff(hall, login, name, Role(role), window, secret)
        return replace(found, must_change=bool(must_change), disabled=bool(disabled))

    async def names(self, hall: str) -> dict[str, str]:
        """login → how people call them; two of the same name are told apart by their login."""
        rows = await self.database.rows("SELECT login, name FROM staff WHERE hall = ?", hall)
        times = Counter(str(name) for _, name in rows)
        return {login: name if times[name] == 1 else f"{name} ({login})" for login, name in rows}

    async def seeded_staff(self) -> dict[tuple[str, str], str]:
        """(hall, login) → what stood in the demonstration's file when it was put in."""
        rows = await self.database.rows(
            "SELECT hall, login, seeded FROM staff WHERE seeded IS NOT NULL"
        )
        return {(hall, login): seeded for hall, login, seeded in rows}

    async def change(self, *statements: Statement) -> Sequence[int]:
        """All of them or none; how many rows each touched."""
        return await self.database.change(*statements)

    async def check_key(self, *, accept_new: bool = False) -> None:
        """Notes the key file that this database belongs to, on first use. Raises KeyUnusable for
        another one, unless that is to be accepted."""
        note = "INSERT INTO key_check (one, fingerprint) VALUES (1, ?) ON CONFLICT (one) DO "
        change = "UPDATE SET fingerprint = excluded.fingerprint" if accept_new else "NOTHING"
        await self.database.change((note + change, (self._keys.fingerprint,)))
        rows = await self.database.rows("SELECT fingerprint FROM key_check")
        if rows[0][0] != self._keys.fingerprint:
            raise KeyUnusable(
                "this is not the key file that the database was made with: nobody would be"
                " recognised and no phone's link would work. Put the right file in its place"
                " (all servers of one database share it); if it is lost, start once with"
                " --accept-new-key"
            )

    async def open_session(self, staff: Staff) -> str:
        session = secrets.token_urlsafe(32)
        expires = _at(datetime.now(UTC) + timedelta(hours=SESSION_HOURS))
        await self.database.change(
            ("DELETE FROM session WHERE expires_at <= ?", (_now(),)),
            (
                "INSERT INTO session (hash, hall, login, created_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING",
                (secret_hash(session), staff.hall, staff.login, _now(), expires),
            ),
        )
        return session

    def forget_sessions(self) -> None:
        """Somebody's account was changed: whoever asks next is looked up again."""
        self._sessions.clear()

    async def close_session(self, session: str) -> None:
        self._sessions.pop(session, None)
        await self.database.change(("DELETE FROM session WHERE hash = ?", (secret_hash(session),)))

    async def probe(self) -> None:
        """Raises when the store does not take writes. Asked more often than PROBE_S, it answers
        from the last time, because anybody may ask."""
        if time.monotonic() - self._probed_at < PROBE_S:
            return
        await self.database.change(
            (
                "INSERT INTO heartbeat (one, at) VALUES (1, ?)"
                " ON CONFLICT (one) DO UPDATE SET at = excluded.at",
                (_now(),),
            )
        )
        self._probed_at = time.monotonic()

    def phone_hashes(self, hall: str, number: str) -> tuple[str, str]:
        """Keyed hashes of the whole number, however it was written, and of its last four digits."""
        digits = "".join(c for c in number if c.isdigit())[-11:]  # less a country code
        return self._keys.phone_hash(hall, digits), self.phone_tail_hash(hall, digits[-4:])

    def phone_tail_hash(self, hall: str, last4: str) -> str:
        return self._keys.phone_hash(hall, f"tail/{last4}")

    async def known_person(self, id_number: str) -> str | None:
        """The random reference of somebody who has been here; nobody is noted by asking."""
        rows = await self.database.rows(_FIND_PERSON, self._keys.id_hash(id_number))
        return str(rows[0][0]) if rows else None

    async def known_persons(self, id_numbers: Sequence[str]) -> dict[str, str]:
        """As known_person, for many at once; who has not been here is left out."""
        hashes = {self._keys.id_hash(number): number for number in id_numbers}
        found: dict[str, str] = {}
        rest = list(hashes)
        for start in range(0, len(rest), PERSONS_AT_ONCE):
            found |= await self._refs(rest[start : start + PERSONS_AT_ONCE], hashes)
        return found

    async def _refs(self, batch: Sequence[str], hashes: Mapping[str, str]) -> dict[str, str]:
        rows = await self.database.rows(
            "SELECT id_hash, ref FROM person WHERE id_hash IN ("  # noqa: S608 - marks
            + ", ".join("?" * len(batch))
            + ")",
            *batch,
        )
        return {hashes[id_hash]: str(ref) for id_hash, ref in rows}

    async def person_refs(self, id_numbers: Sequence[str]) -> dict[str, str]:
        """As person_ref, for many at once."""
        hashes = {self._keys.id_hash(number): number for number in id_numbers}
        fresh = [(id_hash, secrets.token_hex(12), _now()) for id_hash in hashes]
        found: dict[str, str] = {}
        for start in range(0, len(fresh), PERSONS_AT_ONCE):
            batch = fresh[start : start + PERSONS_AT_ONCE]
            values = tuple(value for row in batch for value in row)
            await self.database.change(
                (
                    "INSERT INTO person (id_hash, ref, created_at) VALUES "  # noqa: S608 - marks
                    + ", ".join(["(?, ?, ?)"] * len(batch))
                    + " ON CONFLICT (id_hash) DO NOTHING",
                    values,
                )
            )
            found |= await self._refs([row[0] for row in batch], hashes)
        return found

    async def person_ref(self, id_number: str) -> str:
        """The random reference by which events know this person; made on the first visit."""
        id_hash = self._keys.id_hash(id_number)
        rows = await self.database.rows(_FIND_PERSON, id_hash)
        if not rows:
            await self.database.change(
                (
                    "INSERT INTO person (id_hash, ref, created_at) VALUES (?, ?, ?)"
                    " ON CONFLICT (id_hash) DO NOTHING",
                    (id_hash, secrets.token_hex(12), _now()),
                )
            )
            rows = await self.database.rows(_FIND_PERSON, id_hash)
        return str(rows[0][0])


def _now() -> str:
    return _at(datetime.now(UTC))


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
