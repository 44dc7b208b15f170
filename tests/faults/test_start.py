"""A start that fails says why, in words, and ends with 1; a start that works keeps its files to
itself."""

from __future__ import annotations

import stat
from pathlib import Path

from tests.conftest import TEMPLATE
from tests.support.postgres import PostgresServer
from tests.support.server import ServerProcess
from tests.support.stored import tamper


def _refused(server: ServerProcess) -> str:
    """What a start said that ended with 1."""
    server.start(wait=False)
    assert server.wait_ended(30) == 1
    told = server.log.read_text(encoding="utf-8")
    assert '"event": "cannot_start"' in told
    assert "服务器没有启动" in told
    assert "The server did not start" in told
    assert "Traceback" not in told
    return told


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    key = tmp_path / "hall.db.key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    assert f"chmod 600 {key}" in _refused(ServerProcess(tmp_path))


def test_a_database_that_is_not_one(tmp_path: Path) -> None:
    (tmp_path / "hall.db").write_bytes(b"no database " * 100)
    assert "cannot be opened" in _refused(ServerProcess(tmp_path))


def test_a_record_of_today_that_was_changed(tmp_path: Path) -> None:
    """Not served on it, unless somebody wants that; and a byte that is no text is told as well."""
    with ServerProcess(tmp_path) as server:
        server.client("admin").issue("A")
    file = tmp_path / "hall.db"
    change = "UPDATE event SET data = {} WHERE event = 'ticket_issued'"
    tamper(file, change.format("replace(data, '\"A\"', '\"B\"')"))
    told = _refused(ServerProcess(tmp_path))
    assert "its hash does not fit its content" in told
    assert "verify-journal" in told
    with ServerProcess(tmp_path, more=["--even-if-broken"]) as server:
        assert server.client("admin").issue("C")["number"] == "C001"
        assert '"event": "journal_broken"' in server.log.read_text(encoding="utf-8")
    tamper(file, change.format("CAST(x'7bff7d' AS TEXT)"))
    assert "decode" in _refused(ServerProcess(tmp_path))


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Also those that an earlier version made for everybody to read."""
    database = tmp_path / "hall.db"
    with ServerProcess(tmp_path) as server:
        server.client("admin").issue("A")
        assert _modes(tmp_path) == {"hall.db": 0o600, "hall.db-wal": 0o600, "hall.db-shm": 0o600}
    database.chmod(0o644)
    with ServerProcess(tmp_path) as server:
        assert server.client("admin").issue("A")["number"] == "A002"
        assert set(_modes(tmp_path).values()) == {0o600}


def _modes(folder: Path) -> dict[str, int]:
    files = (folder / f"hall.db{end}" for end in ("", "-wal", "-shm"))
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in files}


def test_a_clock_far_from_the_databases(tmp_path: Path, postgres: PostgresServer) -> None:
    shift = tmp_path / "shift"
    server = ServerProcess(
        tmp_path,
        database=postgres.fresh_database(TEMPLATE),
        clock_shift=shift,
    )
    shift.write_text("60")
    told = _refused(server)
    assert "+60.0 s; at most 5 s" in told or "+59." in told
    assert "clock_off_at_most_s" in told
    shift.write_text("3")
    with server:
        metrics = server.client(None).get("/metrics")[1].decode()
        assert "hall_clock_off_seconds" in metrics
