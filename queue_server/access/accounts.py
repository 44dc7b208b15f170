"""Staff accounts as administration tends them.

Every change ends the person's open sessions unless it says otherwise; secrets are hashes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from queue_server.access.roles import Role
from queue_server.access.store import AccessStore, Statement

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
    """locked_until: RFC 3339 while wrong passwords lock it somewhere, or None; must_change: has a
    password that somebody else chose."""

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


async def accounts(access: AccessStore, hall: str) -> Sequence[Account]:
    """Everybody who may log in to the hall, by login."""
    rows = await access.database.rows(
        'SELECT login, name, role, "window", created_at, must_change, disabled'
        " FROM staff WHERE hall = ? ORDER BY login",
        hall,
    )
    locked = await access.lockout.locked(hall, [row[0] for row in rows])
    return [
        Account(login, name, Role(role), window, made, bool(must), bool(off), locked.get(login))
        for login, name, role, window, made, must, off in rows
    ]


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
    change = "UPDATE staff SET password_hash = ?, must_change = ? WHERE hall = ? AND login = ?"
    put = change, (password_hash, int(must_change), hall, login)
    return put, end_sessions(hall, login)


def end_sessions(hall: str, login: str) -> Statement:
    return "DELETE FROM session WHERE hall = ? AND login = ?", (hall, login)
