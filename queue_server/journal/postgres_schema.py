"""PostgreSQL's schema: numbered files, each run once, in order, whole or not, by one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg import AsyncConnection

from queue_server.journal.port import UnusableDatabase

SCHEMA = Path(__file__).parent / "schema_postgres"
# Any number that no other program on the same database takes for its own lock: "hall" in ASCII.
_MIGRATION_LOCK = 0x68616C6C


def newest_version() -> int:
    """The schema's version that this program writes."""
    return max(int(script.name[:4]) for script in SCHEMA.glob("*.sql"))


async def migrate(connection: AsyncConnection[Any], version: int | None = None) -> None:
    """Brings the schema to `version` (the newest). Several processes that start at once take turns.

    Raises UnusableDatabase for a database that a newer program has written.
    """
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_MIGRATION_LOCK,))
        have = await _version(connection)
        if have > newest_version():
            raise UnusableDatabase(
                f"the database has version {have}, this program knows {newest_version()} at most:"
                " update the program; an older one must not write there"
            )
        for script in sorted(SCHEMA.glob("*.sql")):
            number = int(script.name[:4])
            if have < number <= (version or newest_version()):
                await connection.execute(script.read_bytes())
                await connection.execute("UPDATE schema_version SET version = %s", (number,))


async def _version(connection: AsyncConnection[Any]) -> int:
    await connection.execute(
        "DO $$ BEGIN IF to_regclass('schema_version') IS NULL THEN"
        " CREATE TABLE schema_version (version integer NOT NULL);"
        " INSERT INTO schema_version VALUES (0); END IF; END $$"
    )
    cursor = await connection.execute("SELECT version FROM schema_version")
    row = await cursor.fetchone()
    return int(row[0]) if row else 0
