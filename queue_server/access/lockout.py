"""The lock after wrong passwords, counted for each place on its own: a browser that has logged in
before under that name, an address, and everywhere together. docs/decisions/0037 says why.

Names and places are stored as keyed hashes: somebody may have typed a password as their name.
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from queue_server.access.keys import Keys

# Wrong passwords in a row at one place, and from all places that are not known together; and for
# how long nobody comes in from there under that name then.
LOCK_AFTER = 5
LOCK_STRANGERS_AFTER = 50
LOCKED_MINUTES = 15
KNOWN_FOR_DAYS = 180
_ANYWHERE = ""
# What a provider gives to one customer, who may take any address in it (RFC 6177).
_IPV6_CUSTOMER_BITS = 64


class LockoutDatabase(Protocol):
    """What of a database this needs. Raises NotStored."""

    async def rows(self, statement: str, *values: object) -> Sequence[tuple[Any, ...]]: ...

    async def change(self, *statements: tuple[str, tuple[Any, ...]]) -> Sequence[int]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where an attempt comes from. known: whoever is there has shown the right password before, so
    that strangers' attempts are not counted against them."""

    key: str
    known: bool


def place_of_session(session: str) -> Place:
    return Place(f"session/{session}", known=True)


def place_of_address(address: str) -> Place:
    """IPv6 by the customer's network."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return Place(f"address/{address}", known=False)
    if ip.version == 6:
        ip = ipaddress.ip_network((ip, _IPV6_CUSTOMER_BITS), strict=False).network_address
    return Place(f"address/{ip}", known=False)


class Lockout:
    """Counts attempts in the database that all servers share."""

    def __init__(self, database: LockoutDatabase, keys: Keys) -> None:
        self._database, self._keys = database, keys

    async def try_login(self, hall: str, login: str, place: Place) -> bool:
        """Counts an attempt before its password is looked at, so that many at once count too;
        False while it is locked, and then going on guessing does not prolong the lock. A good
        password takes the count back with `succeeded`."""
        who = self._keys.login_hash(hall, login)
        if not await self._count(who, self._keys.place_hash(place.key), LOCK_AFTER):
            return False
        return place.known or await self._count(who, _ANYWHERE, LOCK_STRANGERS_AFTER)

    async def _count(self, who: str, place: str, at_most: int) -> bool:
        now = datetime.now(UTC)
        _, counted = await self._database.change(
            ("DELETE FROM login_count WHERE last_at < ?", (_text(_over(now)),)),
            (
                "INSERT INTO login_count (who, place, failures, last_at) VALUES (?, ?, 1, ?)"
                " ON CONFLICT (who, place) DO UPDATE SET failures = login_count.failures + 1,"
                " last_at = excluded.last_at WHERE login_count.failures < ?",
                (who, place, _text(now), at_most),
            ),
        )
        return counted > 0

    async def succeeded(self, hall: str, login: str, place: Place) -> None:
        """The right password: attempts from there no longer count."""
        forget = "DELETE FROM login_count WHERE who = ? AND place = ?"
        who = self._keys.login_hash(hall, login)
        places = [self._keys.place_hash(place.key), *([] if place.known else [_ANYWHERE])]
        await self._database.change(*((forget, (who, one)) for one in places))

    def unlock(self, hall: str, login: str) -> tuple[str, tuple[Any, ...]]:
        """Forgets all attempts, from everywhere."""
        return "DELETE FROM login_count WHERE who = ?", (self._keys.login_hash(hall, login),)

    async def locked(self, hall: str, logins: Sequence[str]) -> Mapping[str, str]:
        """login → until when (RFC 3339) it is locked somewhere; without those that are not."""
        rows = await self._database.rows(
            "SELECT who, max(last_at) FROM login_count"
            " WHERE last_at > ? AND failures >= CASE place WHEN ? THEN ? ELSE ? END GROUP BY who",
            *(_text(_over(datetime.now(UTC))), _ANYWHERE, LOCK_STRANGERS_AFTER, LOCK_AFTER),
        )
        until = {who: _until(last_at) for who, last_at in rows}
        hashes = {login: self._keys.login_hash(hall, login) for login in logins}
        return {login: until[who] for login, who in hashes.items() if who in until}

    def name_of_mark(self, hall: str, login: str) -> str:
        """Under which a browser keeps its mark: tells nobody whose it is."""
        return f"hall_known_{self._keys.login_hash(hall, login)[:16]}"

    def new_mark(self, hall: str, login: str, password_hash: str) -> str:
        """What a browser shows to be known here under this name; worth nothing once the password
        was changed."""
        mark = f"{_days()}.{secrets.token_urlsafe(12)}"
        return f"{mark}.{self._keys.known_mark(hall, login, password_hash, mark)}"

    def place_of_mark(
        self, hall: str, login: str, password_hash: str | None, shown: str | None
    ) -> Place | None:
        """The known place, or None when the mark is not ours, over, or of another password."""
        if password_hash is None or shown is None or shown.count(".") != 2:
            return None
        mark, _, proof = shown.rpartition(".")
        right = self._keys.known_mark(hall, login, password_hash, mark)
        if not secrets.compare_digest(proof.encode(), right.encode()):
            return None
        since = int(mark.partition(".")[0])  # ours, so it is a number
        return Place(f"mark/{mark}", known=True) if _days() - since <= KNOWN_FOR_DAYS else None


def _days() -> int:
    """Since 1970, UTC."""
    return int(datetime.now(UTC).timestamp()) // 86400


def _over(now: datetime) -> datetime:
    return now - timedelta(minutes=LOCKED_MINUTES)


def _until(last_at: str) -> str:
    return _text(datetime.fromisoformat(last_at) + timedelta(minutes=LOCKED_MINUTES))


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
