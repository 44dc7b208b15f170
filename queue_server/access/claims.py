"""One process of all at a time: whoever claims a piece of work in the database has it for a while.

For work that reaches beyond the database, such as messages that are handed over.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog

from queue_server.access.store import AccessDatabase
from queue_server.journal.port import NotStored

log = structlog.get_logger()


class ClaimedElsewhere(Exception):
    """Somebody else is at it now."""

    code = "claimed_elsewhere"


@asynccontextmanager
async def claimed(database: AccessDatabase, work: str, at_most_s: float) -> AsyncIterator[None]:
    """Has `work` for itself meanwhile. at_most_s: after which a process that died no longer holds
    it. Raises ClaimedElsewhere, NotStored."""
    holder = secrets.token_hex(8)
    now = datetime.now(UTC)
    until = now + timedelta(seconds=at_most_s)
    # safe to be carried out twice: the second time finds its own name there
    (touched,) = await database.change(
        (
            "INSERT INTO claim (work, holder, until) VALUES (?, ?, ?) ON CONFLICT (work)"
            " DO UPDATE SET holder = excluded.holder, until = excluded.until"
            " WHERE claim.until < ? OR claim.holder = excluded.holder",
            (work, holder, until.isoformat(), now.isoformat()),
        )
    )
    if not touched:
        raise ClaimedElsewhere(work)
    try:
        yield
    finally:
        await _given_up(database, work, holder)


async def _given_up(database: AccessDatabase, work: str, holder: str) -> None:
    """What was done is done, so a database that is away now is no fault of it: the claim ends by
    itself."""
    try:
        await database.change(("DELETE FROM claim WHERE work = ? AND holder = ?", (work, holder)))
    except NotStored as error:
        log.warning("claim_not_given_up", work=work, error=str(error))
