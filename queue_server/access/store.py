"""Tokens, staff, sessions and the index of persons in the database; secrets only as hashes."""

from __future__ import annotations

import secrets
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from queue_server.access.keys import Keys, secret_hash
from queue_server.access.roles import Actor, Role
from queue_server.journal.sqlite import SqliteDatabase

SESSION_HOURS = 12
PROBE_S = 1.0
_HASHER = PasswordHasher()
# verified when the login is unknown, so that both cases take the same time
_NOBODY = _HASHER.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Staff:
    hall: str
    login: str
    name: str
    role: Role
    window: str | None
    password_hash: str


def new_token() -> str:
    """A fresh bearer token, 192 bits."""
    return f"hall_{secrets.token_urlsafe(24)}"


def hash_password(password: str) -> str:
    """Argon2id; slow on purpose, so never on the event loop's thread."""
    return _HASHER.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Takes as long for an unknown login (None) as for a wrong password."""
    try:
        return _HASHER.verify(stored or _NOBODY, password) and stored is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def insert_token(
    connection: sqlite3.Connection,
    token: str,
    role: Role,
    hall: str,
    window: str | None,
    name: str,
    *,
    seeded: str | None = None,
) -> None:
    connection.execute(
        "INSERT INTO access_token (id, hash, role, hall, window, name, created_at, seeded)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (secrets.token_hex(8), secret_hash(token), role, hall, window, name, _now(), seeded),
    )


def revoke_token(connection: sqlite3.Connection, token: str) -> bool:
    """False when there is no such token."""
    done = connection.execute("DELETE FROM access_token WHERE hash = ?", (secret_hash(token),))
    return done.rowcount > 0


def put_staff(connection: sqlite3.Connection, staff: Staff, *, seeded: str | None = None) -> None:
    """Adds somebody, or changes who they are and their password; open sessions end then."""
    values = (staff.name, staff.role, staff.window, staff.password_hash, _now(), seeded)
    connection.execute(
        "INSERT INTO staff (hall, login, name, role, window, password_hash, created_at, seeded)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hall, login) DO UPDATE SET"
        " name = excluded.name, role = excluded.role, window = excluded.window,"
        " password_hash = excluded.password_hash, seeded = excluded.seeded",
        (staff.hall, staff.login, *values),
    )
    connection.execute(
        "DELETE FROM session WHERE hall = ? AND login = ?", (staff.hall, staff.login)
    )


def remove_staff(connection: sqlite3.Connection, hall: str, login: str) -> bool:
    """False when there is nobody of that login. Their sessions end."""
    done = connection.execute("DELETE FROM staff WHERE hall = ? AND login = ?", (hall, login))
    return done.rowcount > 0


def seeded_staff(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """(hall, login) → what stood in the demonstration's file when it was put in."""
    rows = connection.execute("SELECT hall, login, seeded FROM staff WHERE seeded IS NOT NULL")
    return {(hall, login): seeded for hall, login, seeded in rows}


def forget_seeded_tokens(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM access_token WHERE seeded IS NOT NULL")


class AccessStore:
    """Asks on the reader connection, changes through the writer thread."""

    def __init__(self, database: SqliteDatabase, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._probed_at = float("-inf")

    async def actor_of_token(self, token: str) -> Actor | None:
        row = self._database.reader.execute(
            "SELECT role, name, hall, window FROM access_token WHERE hash = ?",
            (secret_hash(token),),
        ).fetchone()
        return Actor(Role(row[0]), row[1], row[2], row[3]) if row else None

    async def actor_of_session(self, session: str) -> Actor | None:
        row = self._database.reader.execute(
            "SELECT staff.role, staff.login, staff.hall, staff.window, staff.name FROM session"
            " JOIN staff USING (hall, login) WHERE hash = ? AND expires_at > ?",
            (secret_hash(session), _now()),
        ).fetchone()
        if row is None:
            return None
        csrf = self._keys.csrf_token(session)
        return Actor(Role(row[0]), row[1], row[2], row[3], csrf, row[4])

    async def staff(self, hall: str, login: str) -> Staff | None:
        row = self._database.reader.execute(
            "SELECT hall, login, name, role, window, password_hash FROM staff"
            " WHERE hall = ? AND login = ?",
            (hall, login),
        ).fetchone()
        return Staff(row[0], row[1], row[2], Role(row[3]), row[4], row[5]) if row else None

    async def open_session(self, staff: Staff) -> str:
        session = secrets.token_urlsafe(32)
        expires = _at(datetime.now(UTC) + timedelta(hours=SESSION_HOURS))

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM session WHERE expires_at <= ?", (_now(),))
            connection.execute(
                "INSERT INTO session (hash, hall, login, created_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (secret_hash(session), staff.hall, staff.login, _now(), expires),
            )

        await self._database.write(work)
        return session

    async def close_session(self, session: str) -> None:
        await self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM session WHERE hash = ?", (secret_hash(session),)
            )
        )

    async def probe(self) -> None:
        """Raises when the store does not take writes. Asked more often than PROBE_S, it answers
        from the last time, because anybody may ask."""
        if time.monotonic() - self._probed_at < PROBE_S:
            return
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO heartbeat (one, at) VALUES (1, ?)"
                " ON CONFLICT (one) DO UPDATE SET at = excluded.at",
                (_now(),),
            )
        )
        self._probed_at = time.monotonic()

    async def person_ref(self, id_number: str) -> str:
        """The random reference by which events know this person; made on the first visit."""
        id_hash = self._keys.id_hash(id_number)
        row = self._database.reader.execute(
            "SELECT ref FROM person WHERE id_hash = ?", (id_hash,)
        ).fetchone()
        if row is not None:
            return str(row[0])

        def work(connection: sqlite3.Connection) -> str:
            connection.execute(
                "INSERT INTO person (id_hash, ref, created_at) VALUES (?, ?, ?)"
                " ON CONFLICT (id_hash) DO NOTHING",
                (id_hash, secrets.token_hex(12), _now()),
            )
            stored = connection.execute(
                "SELECT ref FROM person WHERE id_hash = ?", (id_hash,)
            ).fetchone()
            return str(stored[0])

        return await self._database.write(work)


def _now() -> str:
    return _at(datetime.now(UTC))


def _at(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
