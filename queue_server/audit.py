"""The audit log: which staff looked at whose data or changed what, when and why.

It names persons by their random reference and staff by role and login. Rows are only ever added.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from queue_server.access.store import AccessDatabase, Statement

PAGE_AT_MOST = 500


@dataclass(frozen=True, slots=True)
class Noted:
    """subject: whose data, or which thing; why: in the person's words or the act's; detail: facts
    that are nobody's personal data."""

    id: str
    at: str
    hall: str
    actor: str
    act: str
    subject: str
    why: str
    detail: Mapping[str, Any]


def audit_statement(
    hall: str,
    actor: str,
    act: str,
    *,
    subject: str = "",
    why: str = "",
    detail: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Statement:
    """To be carried out together with what it tells of, so that one never stands without the other.
    hall "": all halls. actor: Actor.label."""
    when = (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds")
    values = (secrets.token_hex(12), when, hall, actor, act, subject, why)
    return (
        "INSERT INTO audit (id, at, hall, actor, act, subject, why, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (*values, orjson.dumps(dict(detail or {})).decode()),
    )


class AuditLog:
    """Raises NotStored. What cannot be noted must not be shown: call `note` before the look."""

    def __init__(self, database: AccessDatabase) -> None:
        self._database = database

    async def note(
        self,
        hall: str,
        actor: str,
        act: str,
        *,
        subject: str = "",
        why: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        await self._database.change(
            audit_statement(hall, actor, act, subject=subject, why=why, detail=detail)
        )

    async def page(
        self, hall: str, *, before: tuple[str, str] | None = None, limit: int = 100
    ) -> list[Noted]:
        """The newest first, those of one hall and of all halls; before: (at, id) of the last one
        that was seen."""
        at, id = before or ("9999", "")
        rows = await self._database.rows(
            "SELECT id, at, hall, actor, act, subject, why, detail FROM audit"
            " WHERE hall IN (?, '') AND (at < ? OR (at = ? AND id < ?))"
            " ORDER BY at DESC, id DESC LIMIT ?",
            *(hall, at, at, id, min(limit, PAGE_AT_MOST)),
        )
        return [_noted(*row) for row in rows]


def _noted(
    id: str, at: str, hall: str, actor: str, act: str, subject: str, why: str, detail: str
) -> Noted:
    return Noted(id, at, hall, actor, act, subject, why, orjson.loads(detail))
