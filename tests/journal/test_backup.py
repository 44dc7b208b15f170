"""A backup holds everything, restores whole or not at all, and into either kind of database."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.cli.main import main
from queue_server.journal.archive import MANIFEST, BackupUnusable, read_manifest, restore_backup
from queue_server.journal.archive_port import Databases, NotEmpty, Whole, WrongVersion
from queue_server.journal.archive_postgres import PostgresAddress
from queue_server.journal.archive_sqlite import SqliteFile
from queue_server.journal.port import JournalError
from tests.support.postgres import PostgresServer
from tests.support.stored import database_of_version, proofs, tamper

ROOT = Path(__file__).parents[2]
KEY = bytes(range(32))


def contents(whole: Whole) -> dict[str, list[Any]]:
    return {
        table: sorted(whole.rows(table, columns), key=repr)
        for table, columns in whole.tables().items()
        if table not in ("session", "heartbeat")
    }


def stored(databases: Databases) -> dict[str, list[Any]]:
    with databases.reading() as whole:
        return contents(whole)


def run(*words: object) -> int:
    return main(["server", *map(str, words)])


@pytest.fixture
def filled(database: Path) -> Path:
    """With staff, tokens, sessions and persons beside the journal, and with its key."""
    at = "2026-11-23T01:00:00+00:00"
    tamper(
        database,
        "INSERT INTO staff VALUES ('t', 'w', '王', 'clerk', '1', '$argon2id$…', ?, NULL, 0, 0)",
        at,
    )
    tamper(database, "INSERT INTO session VALUES ('h', 't', 'w', ?, ?)", at, at)
    tamper(
        database,
        "INSERT INTO access_token VALUES ('i', 'h', 'kiosk', 't', NULL, 'k', ?, NULL)",
        at,
    )
    tamper(database, "INSERT INTO person VALUES ('x', 'p-1', ?)", at)
    key = database.with_name("hall.db.key")
    key.write_bytes(KEY)
    key.chmod(0o600)
    return database


@pytest.fixture
def backup(filled: Path, tmp_path: Path) -> Path:
    out = tmp_path / "hall.backup"
    assert run("backup", "--database", f"sqlite:///{filled}", "--out", out) == 0
    return out


def test_what_is_restored_is_what_there_was_but_for_sessions(
    filled: Path, backup: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.db"
    assert run("restore", backup, "--database", f"sqlite:///{again}") == 0
    was, now = stored(SqliteFile(filled)), stored(SqliteFile(again))
    assert was == now
    assert len(was["event"]) == 81
    assert len(was["staff"]) == len(was["person"]) == len(was["access_token"]) == 1
    with SqliteFile(again).reading() as whole:
        assert list(whole.rows("session", ("hash",))) == []


def test_a_backup_is_for_its_owner_alone_and_leaves_nothing_beside_it(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    assert not list(backup.parent.glob("*.part"))
    assert not list(backup.parent.glob(".*"))


def test_a_hall_moves_to_postgresql_and_back(
    filled: Path, backup: Path, postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.fresh_database()
    assert run("restore", backup, "--database", url) == 0
    assert stored(PostgresAddress(url)) == stored(SqliteFile(filled))
    assert run("verify-journal", "--database", url) == 0
    second, back = tmp_path / "second.backup", tmp_path / "back.db"
    assert run("backup", "--database", url, "--out", second) == 0
    assert run("restore", second, "--database", f"sqlite:///{back}") == 0
    assert stored(SqliteFile(back)) == stored(SqliteFile(filled))


def test_postgresql_verifies_names_and_rebuilds(
    backup: Path, postgres: PostgresServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url = postgres.fresh_database()
    name = url.rpartition("/")[2]
    run("restore", backup, "--database", url)
    postgres.execute("UPDATE ticket SET status = 'waiting' WHERE id = 'ticket-003'", name)
    assert run("verify-journal", "--database", url) == 1
    assert run("rebuild-ledgers", "--database", url) == 0
    assert run("verify-journal", "--database", url) == 0
    postgres.execute("DELETE FROM head", name)
    assert run("verify-journal", "--database", url) == 1
    assert run("rebuild-ledgers", "--database", url) == 0
    assert run("verify-journal", "--database", url) == 0
    postgres.execute("ALTER TABLE event DISABLE TRIGGER ALL", name)
    postgres.execute("UPDATE event SET data = '{}' WHERE seq = 40", name)
    capsys.readouterr()
    assert run("verify-journal", "--json", "--database", url) == 1
    (proof,) = json.loads(capsys.readouterr().out)["halls"]
    assert [(p["code"], p["seq"]) for p in proof["problems"]] == [("journal_broken", 40)]
    assert run("rebuild-ledgers", "--database", url) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    tmp_path: Path, version: int, postgres: PostgresServer
) -> None:
    old = database_of_version(tmp_path / "old.db", version)
    out = tmp_path / "old.backup"
    assert run("backup", "--quick", "--database", f"sqlite:///{old}", "--out", out) == 0
    assert read_manifest(out).schema == version
    new = tmp_path / "new.db"
    assert run("restore", out, "--database", f"sqlite:///{new}") == 0
    (proof,) = proofs(new)
    assert (proof.records, proof.problem_count) == (81, 0)
    assert run("restore", out, "--database", postgres.fresh_database()) == 0


def test_a_backup_of_a_newer_version_is_refused(backup: Path, tmp_path: Path) -> None:
    for change in ({"schema": 9000}, {"format_version": 9}):
        newer = tmp_path / "newer.backup"
        repack(backup, newer, change)
        new = tmp_path / "new.db"
        with pytest.raises(WrongVersion), SqliteFile(new).creating() as whole:
            restore_backup(newer, whole, SqliteFile(new).newest_version, lambda *_: None)
        assert not new.exists()


def repack(backup: Path, out: Path, manifest: dict[str, Any]) -> None:
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            if name == MANIFEST:
                raw = json.dumps({**json.loads(raw), **manifest}).encode()
            new.writestr(name, raw)


def restored(backup: Path, file: Path) -> dict[str, list[Any]]:
    """As `restore` does it, without its words. Raises JournalError."""
    databases = SqliteFile(file)
    with databases.creating() as whole:
        restore_backup(backup, whole, databases.newest_version, lambda *_: None)
        return contents(whole)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_damaged_backup_is_refused_or_gives_what_there_was(
    sound_backup: Path, seed: random.Random
) -> None:
    raw = bytearray(sound_backup.read_bytes())
    if seed.random() < 0.4:
        del raw[seed.randrange(len(raw)) :]
    else:
        raw[seed.randrange(len(raw))] ^= 1 << seed.randrange(8)
    with tempfile.TemporaryDirectory() as folder:
        damaged, file = Path(folder) / "damaged.backup", Path(folder) / "new.db"
        damaged.write_bytes(raw)
        with suppress(JournalError):
            assert restored(damaged, file) == restored(sound_backup, Path(folder) / "sound.db")
            return  # what is flipped was no part of what is stored, a date in the ZIP for instance
        assert not list(Path(folder).glob("new.db*"))


@pytest.fixture(scope="module")
def sound_backup(sound_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("backup") / "sound.backup"
    run("backup", "--quick", "--database", f"sqlite:///{sound_database}", "--out", out)
    return out


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 and no more", b"hall_configured\n" * 500])
def test_a_foreign_file_is_refused(tmp_path: Path, raw: bytes) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_bytes(raw)
    with pytest.raises(BackupUnusable):
        read_manifest(foreign)
    assert run("restore", foreign, "--database", f"sqlite:///{tmp_path / 'new.db'}") == 2
    assert not (tmp_path / "new.db").exists()


def test_a_package_of_something_else_is_refused(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.zip"
    with zipfile.ZipFile(foreign, "w") as package:
        package.writestr("hello.txt", "hello")
        package.writestr(MANIFEST, '{"format": "something else"}')
    with pytest.raises(BackupUnusable, match="no backup of a hall"):
        read_manifest(foreign)


def test_a_changed_row_is_refused_though_the_package_is_sound(backup: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.backup"
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"clerk:w", b"clerk:x"))
    with pytest.raises(BackupUnusable, match="not those that were written"):
        restored(changed, tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()


def test_a_fault_of_the_database_is_not_the_files(backup: Path, tmp_path: Path) -> None:
    class Faulty:
        """Takes rows, and breaks over the first."""

        def __init__(self, whole: Whole) -> None:
            self._whole = whole

        def __getattr__(self, name: str) -> Any:
            return getattr(self._whole, name)

        def insert(self, table: str, columns: object, rows: Any) -> None:
            next(iter(rows))
            raise ValueError("a fault of ours")

    databases = SqliteFile(tmp_path / "new.db")
    with databases.creating() as whole:
        faulty: Any = Faulty(whole)
        with pytest.raises(ValueError, match="a fault of ours"):
            restore_backup(backup, faulty, databases.newest_version, lambda *_: None)


def test_a_database_that_is_not_empty_is_refused(backup: Path, database: Path) -> None:
    before = stored(SqliteFile(database))
    with pytest.raises(NotEmpty), SqliteFile(database).creating() as whole:
        restore_backup(backup, whole, SqliteFile(database).newest_version, lambda *_: None)
    assert run("restore", backup, "--database", f"sqlite:///{database}") == 2
    assert stored(SqliteFile(database)) == before


def test_a_broken_journal_is_backed_up_with_a_warning_and_restored_only_on_demand(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(database, "UPDATE event SET data = '{}' WHERE seq = 30")
    out, new = tmp_path / "broken.backup", tmp_path / "new.db"
    assert run("backup", "--database", f"sqlite:///{database}", "--out", out) == 1
    assert "record 30 (journal_broken)" in capsys.readouterr().out
    assert run("restore", out, "--database", f"sqlite:///{new}") == 2
    assert not new.exists()
    assert run("restore", "--even-if-broken", out, "--database", f"sqlite:///{new}") == 1
    assert stored(SqliteFile(new)) == stored(SqliteFile(database))


def test_the_key_stays_out_unless_asked_for(backup: Path, filled: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(backup) as package:
        assert all(KEY not in package.read(name) for name in package.namelist())
    with_key = tmp_path / "with.backup"
    words = ("backup", "--quick", "--with-key", "--database", f"sqlite:///{filled}")
    assert run(*words, "--out", with_key) == 0
    there = tmp_path / "there"
    assert run("restore", with_key, "--database", f"sqlite:///{there}/hall.db") == 0
    key = there / "hall.db.key"
    assert key.read_bytes() == KEY
    assert key.stat().st_mode & 0o077 == 0


def test_another_key_in_the_way_is_left_alone(filled: Path, tmp_path: Path) -> None:
    with_key = tmp_path / "with.backup"
    words = ("backup", "--quick", "--with-key", "--database", f"sqlite:///{filled}")
    run(*words, "--out", with_key)
    other = tmp_path / "new.db.key"
    other.write_bytes(b"\0" * 32)
    assert run("restore", with_key, "--database", f"sqlite:///{tmp_path / 'new.db'}") == 2
    assert other.read_bytes() == b"\0" * 32
    assert not (tmp_path / "new.db").exists()


def test_a_restore_that_fails_takes_its_key_away_again(filled: Path, tmp_path: Path) -> None:
    tamper(filled, "UPDATE event SET data = '{}' WHERE seq = 30")
    with_key, new = tmp_path / "with.backup", tmp_path / "new.db"
    words = ("backup", "--quick", "--with-key", "--database", f"sqlite:///{filled}")
    run(*words, "--out", with_key)
    assert run("restore", with_key, "--database", f"sqlite:///{new}") == 2
    assert not list(tmp_path.glob("new.db*"))


def test_which_key_is_wanted_is_told(
    backup: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.db"
    assert run("restore", backup, "--database", f"sqlite:///{new}") == 0
    assert f"Put the original key file at {new}.key" in capsys.readouterr().out


def test_only_a_backup_is_written_over(filled: Path, backup: Path) -> None:
    first = backup.stat().st_ino
    address = f"sqlite:///{filled}"
    assert run("backup", "--quick", "--database", address, "--out", backup) == 0
    assert backup.stat().st_ino != first
    before = filled.read_bytes()
    assert run("backup", "--quick", "--database", address, "--out", filled) == 2
    assert filled.read_bytes() == before


def with_file_limit(bytes_at_most: int, *words: object) -> subprocess.CompletedProcess[str]:
    """The command where no file may grow beyond that: as on a disk that is full."""
    return subprocess.run(
        [sys.executable, "-m", "queue_server", "server", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_at_most,) * 2),
    )


def test_a_full_disk_leaves_no_half_backup(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    words = ("backup", "--quick", "--database", f"sqlite:///{filled}", "--out", folder / "b")
    done = with_file_limit(8_000, *words)
    assert done.returncode == 2, done.stderr
    assert "could not be written" in done.stderr
    assert list(folder.iterdir()) == []


def test_a_full_disk_leaves_no_half_database(backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    done = with_file_limit(60_000, "restore", backup, "--database", f"sqlite:///{folder}/h.db")
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []


def test_a_restore_that_is_killed_may_be_done_again(
    filled: Path, backup: Path, tmp_path: Path
) -> None:
    """As the power goes: what was written so far counts for nothing."""
    new = tmp_path / "new.db"
    script = (
        "import os, signal, sys; from pathlib import Path;"
        "from queue_server.journal.archive import restore_backup;"
        "from queue_server.journal.archive_sqlite import SqliteFile;"
        "file = SqliteFile(Path(sys.argv[2]));"
        "work = file.creating(); whole = work.__enter__();"
        "restore_backup(Path(sys.argv[1]), whole, file.newest_version, lambda *_: None);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script, backup, new], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert new.exists()
    assert run("restore", backup, "--database", f"sqlite:///{new}") == 0
    assert stored(SqliteFile(new)) == stored(SqliteFile(filled))
