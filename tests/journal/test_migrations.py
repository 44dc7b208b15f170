"""A database of every earlier version is brought up to date and verifies; files that were once
released are never changed, and a newer database is refused."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from queue_server.journal import postgres_schema, sqlite
from queue_server.journal.port import UnusableDatabase
from queue_server.journal.sqlite import migrate, newest_version
from tests.support.stored import database_of_version, problems, proofs

# Once a hall has a database of that version, its file stays as it is: a change is a new file.
RELEASED = {
    "schema/0001_journal.sql": "f463349bcf13822b3d4e5de8698c5dc28c93b359109fbd2e435378d7d33dd93b",
    "schema/0002_access.sql": "d6ad89f7a84221339738bf259274ac55ed8f10e0805944691f7e58fded1c5757",
}


def schema_of(file: Path) -> dict[str, str]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return dict(rows.fetchall())


@pytest.mark.parametrize("version", range(1, newest_version() + 1))
def test_a_database_of_every_version_is_brought_up_to_date_and_verifies(
    tmp_path: Path, version: int
) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    database_of_version(old, version)
    for file in (old, new):
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            migrate(connection)
    assert schema_of(old) == schema_of(new)
    (proof,) = proofs(old)
    assert problems(old) == []
    assert (proof.records, proof.days, proof.tickets, proof.answers) == (81, 2, 14, 72)


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_schema_file_is_never_changed(name: str) -> None:
    raw = (sqlite.SCHEMA.parent / name).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == RELEASED[name]


def test_both_stores_count_their_versions_alike() -> None:
    """A backup of one is restored into the other by the version's number."""

    def names(folder: Path) -> list[str]:
        return sorted(script.name for script in folder.glob("*.sql"))

    assert names(sqlite.SCHEMA) == names(postgres_schema.SCHEMA)


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = database_of_version(tmp_path / "hall.db", newest_version())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA user_version = {newest_version() + 1}")
        with pytest.raises(UnusableDatabase, match="update the program"):
            migrate(connection)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    assert version == newest_version() + 1


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = tmp_path / "schema"
    scripts.mkdir()
    for script in sqlite.SCHEMA.glob("*.sql"):
        (scripts / script.name).write_bytes(script.read_bytes())
    (scripts / "9998_new.sql").write_text("CREATE TABLE new (x);\n")
    (scripts / "9999_wrong.sql").write_text(
        "CREATE TABLE newer (x);\nINSERT INTO nowhere VALUES (1);\n"
    )
    monkeypatch.setattr(sqlite, "SCHEMA", scripts)
    file = database_of_version(tmp_path / "hall.db", 2)
    before = schema_of(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(connection)
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
    assert schema_of(file) == before
