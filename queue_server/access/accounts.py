"""Staff accounts as administration tends them, and the lock after wrong passwords.

Every change ends the person's open sessions unless it says otherwise; secrets are hashes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from queue_server.access.roles import Role
from queue_server.access.store import AccessDatabase, Statement

# Wrong passwords in a row, and for how long nobody comes in under that name then.
LOCK_AFTER = 5
LOCKED_MINUTES = 15
PASSWORD_AT_LEAST = 8

# Whom each role may make, change and disable.
MAY_KEEP: dict[Role, frozenset[Role]] = {
    Role.MANAGER: frozenset({Role.CLERK, Role.MANAGER}),
    Role.ADMIN: frozenset({Role.CLERK, Role.MANAGER, Role.AUDITOR, Role.ADMIN}),
}
# No letters that are mistaken for digits or for each other.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Account:
    """locked_until: RFC 3339, or None; must_change: has a password that somebody else chose."""

    login: str
    name: str
    role: Role
    window: str | None
    created_at: str
    must_change: bool
    disabled: bool
    locked_until: str | None


def first_password() -> str:
    """Easy to read out and to type, 59 bits; used once."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    return "-".join((letters[:4], letters[4:8], letters[8:]))


# Those that anybody tries first; the demonstration's stands in its own documentation.
_WIDELY_KNOWN = frozenset({"demo-hall", "password", "12345678", "88888888", "admin123"})


def weakness(password: str, login: str) -> str | None:
    """Why a password will not do, as the key of a text; None when it will."""
    if len(password) < PASSWORD_AT_LEAST:
        return "short"
    if password.lower() in _WIDELY_KNOWN:
        return "simple"
    if login.lower() in password.lower() or len(set(password)) < 4:
        return "simple"
    return None


async def accounts(database: AccessDatabase, hall: str) -> Sequence[Account]:
    """Everybody who may log in to the hall, by login."""
    rows = await database.rows(
        'SELECT s.login, s.name, s.role, s."window", s.created_at, s.must_change, s.disabled,'
        " f.failures, f.last_at FROM staff s LEFT JOIN login_failure f"
        " ON f.hall = s.hall AND f.login = s.login WHERE s.hall = ? ORDER BY s.login",
        hall,
    )
    return [
        Account(
            login, name, Role(role), window, made, bool(must), bool(off), _locked(failures, last)
        )
        for login, name, role, window, made, must, off, failures, last in rows
    ]


def _locked(failures: int | None, last_at: str | None) -> str | None:
    """Until when, if it is locked now."""
    if failures is None or last_at is None or failures < LOCK_AFTER:
        return None
    until = datetime.fromisoformat(last_at) + timedelta(minutes=LOCKED_MINUTES)
    return _text(until) if until > datetime.now(UTC) else None


def change_account(
    hall: str, login: str, name: str, role: Role, window: str | None
) -> tuple[Statement, Statement]:
    change = 'UPDATE staff SET name = ?, role = ?, "window" = ? WHERE hall = ? AND login = ?'
    return (change, (name, role.value, window, hall, login)), end_sessions(hall, login)


def place_account(hall: str, login: str, window: str | None) -> Statement:
    """Where a clerk works from now on; open sessions go on, and are at the new window."""
    change = 'UPDATE staff SET "window" = ? WHERE hall = ? AND login = ?'
    return change, (window, hall, login)


def disable_account(hall: str, login: str) -> tuple[Statement, Statement]:
    return _set_disabled(hall, login, 1), end_sessions(hall, login)


def enable_account(hall: str, login: str) -> Statement:
    return _set_disabled(hall, login, 0)


def _set_disabled(hall: str, login: str, disabled: int) -> Statement:
    return "UPDATE staff SET disabled = ? WHERE hall = ? AND login = ?", (disabled, hall, login)


def set_password(
    hall: str, login: str, password_hash: str, *, must_change: bool
) -> tuple[Statement, ...]:
    """Also unlocks."""
    change = "UPDATE staff SET password_hash = ?, must_change = ? WHERE hall = ? AND login = ?"
    put = change, (password_hash, int(must_change), hall, login)
    return put, end_sessions(hall, login), unlock(hall, login)


def end_sessions(hall: str, login: str) -> Statement:
    return "DELETE FROM session WHERE hall = ? AND login = ?", (hall, login)


def unlock(hall: str, login: str) -> Statement:
    return "DELETE FROM login_failure WHERE hall = ? AND login = ?", (hall, login)


async def try_login(database: AccessDatabase, hall: str, login: str) -> bool:
    """Counts an attempt before its password is looked at, so that many at once count too; False
    while the name is locked, and then going on guessing does not prolong the lock. A good password
    takes the count back with `unlock`."""
    now = datetime.now(UTC)
    over = _text(now - timedelta(minutes=LOCKED_MINUTES))
    _, counted = await database.change(
        ("DELETE FROM login_failure WHERE last_at < ?", (over,)),
        (
            "INSERT INTO login_failure (hall, login, failures, last_at) VALUES (?, ?, 1, ?)"
            " ON CONFLICT (hall, login) DO UPDATE SET failures = login_failure.failures + 1,"
            " last_at = excluded.last_at WHERE login_failure.failures < ?",
            (hall, login, _text(now), LOCK_AFTER),
        ),
    )
    return counted > 0


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
