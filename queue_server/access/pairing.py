"""Pairing: a device shows a code, an administrator types it, and from then on it has a token.

The device is given a secret when it asks for a code. That secret becomes its token when somebody
confirms, so no token is ever stored or sent by anybody but the device that has it: the database
knows hashes alone. A code lives for ten minutes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from queue_server.access.keys import secret_hash
from queue_server.access.roles import Role
from queue_server.access.store import AccessDatabase, Statement, new_token

CODE_DIGITS = 6
CODE_MINUTES = 10
# So many devices may show a code at once, in all halls; whoever asks for more floods.
OPEN_AT_MOST = 200
_TRIES = 20


class Kind(StrEnum):
    """What a paired device is."""

    SCREEN = "screen"  # the call screen of a hall or a zone
    WINDOW_SCREEN = "window_screen"
    TABLET = "tablet"  # reviews at a window
    KIOSK = "kiosk"


ROLE_OF = {
    Kind.SCREEN: Role.SCREEN,
    Kind.WINDOW_SCREEN: Role.SCREEN,
    Kind.TABLET: Role.SCREEN,
    Kind.KIOSK: Role.KIOSK,
}
AT_A_WINDOW = frozenset({Kind.WINDOW_SCREEN, Kind.TABLET})


class PairingFull(Exception):
    """Too many devices show a code already."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A device that shows a code. name: what it calls itself, or ""; address: where it asked."""

    code: str
    hall: str
    kind: Kind
    name: str
    address: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class Device:
    """A paired one; or a token that the command line made, of which only role and name are known:
    then kind is its role's and path is empty."""

    id: str
    name: str
    kind: Kind
    window: str | None
    path: str
    paired_at: str
    paired_by: str


async def ask(
    database: AccessDatabase, hall: str, kind: Kind, name: str, address: str
) -> tuple[str, Asked]:
    """The device's secret, and the code that it shows. Raises PairingFull."""
    secret, now = new_token(), datetime.now(UTC)
    await database.change(("DELETE FROM pairing WHERE expires_at <= ?", (_text(now),)))
    rows = await database.rows("SELECT code FROM pairing")
    taken = {row[0] for row in rows}
    if len(taken) >= OPEN_AT_MOST:
        raise PairingFull
    for _ in range(_TRIES):
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        expires = _text(now + timedelta(minutes=CODE_MINUTES))
        asked = Asked(code, hall, kind, name, address, expires)
        _, added = await database.change(*_put(secret, asked, now))
        if added:
            return secret, asked
    raise PairingFull


def _put(secret: str, asked: Asked, now: datetime) -> tuple[Statement, Statement]:
    values = (secret_hash(secret), asked.code, asked.hall, asked.kind.value, asked.name)
    return (
        # a repeat after a broken connection finds its own row gone, and puts it again
        ("DELETE FROM pairing WHERE hash = ?", values[:1]),
        (
            "INSERT INTO pairing (hash, code, hall, kind, name, address, created_at, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO NOTHING",
            (*values, asked.address, _text(now), asked.expires_at),
        ),
    )


async def shown(database: AccessDatabase, hall: str, code: str) -> Asked | None:
    """The device of this hall that shows this code just now."""
    rows = await database.rows(
        "SELECT code, hall, kind, name, address, expires_at FROM pairing"
        " WHERE hall = ? AND code = ? AND expires_at > ?",
        *(hall, code, _text(datetime.now(UTC))),
    )
    if not rows:
        return None
    code, hall, kind, name, address, expires = rows[0]
    return Asked(code, hall, Kind(kind), name, address, expires)


def confirm(
    asked: Asked, id: str, name: str, window: str | None, path: str, by: str
) -> tuple[Statement, ...]:
    """id: a fresh one. The first statement touches no row when the code is no longer shown."""
    now = _text(datetime.now(UTC))
    role = ROLE_OF[asked.kind].value
    return (
        (
            'INSERT INTO access_token (id, hash, role, hall, "window", name, created_at, seeded)'
            " SELECT ?, hash, ?, hall, ?, ?, ?, NULL FROM pairing"
            " WHERE hall = ? AND code = ? AND expires_at > ? ON CONFLICT (hash) DO NOTHING",
            (id, role, window, name, now, asked.hall, asked.code, now),
        ),
        (
            "INSERT INTO device (id, hall, kind, path, paired_at, paired_by)"
            " SELECT id, hall, ?, ?, ?, ? FROM access_token WHERE id = ?"
            " ON CONFLICT (id) DO NOTHING",
            (asked.kind.value, path, now, by, id),
        ),
        ("DELETE FROM pairing WHERE hall = ? AND code = ?", (asked.hall, asked.code)),
    )


def unpair(hall: str, id: str) -> tuple[Statement, Statement]:
    return (
        ("DELETE FROM access_token WHERE hall = ? AND id = ?", (hall, id)),
        ("DELETE FROM device WHERE hall = ? AND id = ?", (hall, id)),
    )


async def waits(database: AccessDatabase, secret: str) -> str | None:
    """Until when the device with this secret may go on showing its code; None when it may not."""
    rows = await database.rows(
        "SELECT expires_at FROM pairing WHERE hash = ? AND expires_at > ?",
        *(secret_hash(secret), _text(datetime.now(UTC))),
    )
    return str(rows[0][0]) if rows else None


# A screen's token of one window that was not paired by a code is a tablet's (or a strip's).
_DEVICES = """
SELECT t.id, t.name,
    coalesce(d.kind, CASE WHEN t."window" IS NULL THEN t.role ELSE 'tablet' END),
    t."window", coalesce(d.path, ''), t.created_at, coalesce(d.paired_by, '')
FROM access_token t LEFT JOIN device d ON d.id = t.id
WHERE t.role IN ('kiosk', 'screen') AND """


async def devices(database: AccessDatabase, hall: str) -> Sequence[Device]:
    """All devices that hold a token of the hall, by name."""
    rows = await database.rows(_DEVICES + "t.hall = ? ORDER BY t.name, t.id", hall)
    return [_device(*row) for row in rows]


async def device_of(database: AccessDatabase, secret: str) -> Device | None:
    """The paired device that has this secret."""
    rows = await database.rows(_DEVICES + "t.hash = ? AND d.id IS NOT NULL", secret_hash(secret))
    return _device(*rows[0]) if rows else None


def _device(
    id: str, name: str, kind: str, window: str | None, path: str, at: str, by: str
) -> Device:
    return Device(id, name, Kind(kind), window, path, at, by)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
