"""The commands themselves: their answers, their exit codes, and a server that goes on meanwhile."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from queue_server.cli.main import main
from tests.support.server import ServerProcess
from tests.support.stored import first_records, put_records, tamper

RECORDS = first_records()


def run(*words: object) -> int:
    return main(["server", *map(str, words)])


def report(capsys: pytest.CaptureFixture[str], database: Path, *words: object) -> Any:
    capsys.readouterr()
    run("verify-journal", "--json", "--database", f"sqlite:///{database}", *words)
    return json.loads(capsys.readouterr().out)


def test_all_is_well(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("verify-journal", "--database", f"sqlite:///{database}") == 0
    assert "81 records" in capsys.readouterr().out
    found = report(capsys, database)
    assert found["ok"] is True
    assert [(h["hall"], h["records"], h["hash"]) for h in found["halls"]] == [
        ("t", 81, RECORDS[-1].hash)
    ]


def test_what_does_not_fit_is_named_with_what_to_do(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(database, "UPDATE ticket SET calls = 9 WHERE id = 'ticket-003'")
    assert run("verify-journal", "--database", f"sqlite:///{database}") == 1
    said = capsys.readouterr().out
    assert "(ledger_differs): ticket ticket-003: calls is 9" in said
    assert "rebuild-ledgers" in said
    assert "账表" in said


def test_rebuilding_mends_the_ledgers(database: Path) -> None:
    address = f"sqlite:///{database}"
    tamper(database, "DELETE FROM ticket WHERE id > 'ticket-005'")
    tamper(database, "UPDATE ticket SET calls = 9, status = 'parked'")
    tamper(database, "INSERT INTO kept VALUES ('t', 'lease:none', 4)")
    assert run("verify-journal", "--database", address) == 1
    assert run("rebuild-ledgers", "--database", address) == 0
    assert run("verify-journal", "--database", address) == 0


def test_rebuilding_from_a_broken_journal_changes_nothing(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(database, "UPDATE ticket SET calls = 9")
    tamper(database, "UPDATE event SET data = '{}' WHERE seq = 60")
    assert run("rebuild-ledgers", "--database", f"sqlite:///{database}") == 2
    assert "nothing was changed" in capsys.readouterr().err
    found = report(capsys, database)
    assert [p["seq"] for h in found["halls"] for p in h["problems"]] == [60]


def test_earlier_reports_and_backups_are_anchors(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier, backup = tmp_path / "report.json", tmp_path / "hall.backup"
    earlier.write_text(json.dumps(report(capsys, database)), encoding="utf-8")
    run("backup", "--quick", "--database", f"sqlite:///{database}", "--out", backup)
    put_records(database, RECORDS[:70])
    for anchor in (earlier, backup):
        found = report(capsys, database, "--anchor", anchor)
        assert [(p["code"], p["seq"]) for p in found["halls"][0]["problems"]] == [
            ("journal_broken", 71)
        ]


@pytest.mark.parametrize(
    "words",
    [
        ("--hall", "elsewhere"),
        ("--anchor", "/nowhere"),
        ("--database", "sqlite:////nowhere/hall.db"),
        ("--database", "postgresql://127.0.0.1:1/none"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_shape(
    database: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    found = report(capsys, database, *words)
    assert found["error"].keys() == {"code", "message", "detail"}


def test_a_hall_file_is_still_needed_to_serve(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 2
    assert "--config" in capsys.readouterr().err


def test_a_backup_while_the_server_runs_is_one_moment_of_it(tmp_path: Path) -> None:
    """Numbers are given on and on meanwhile; what was there when the backup began is in it whole,
    and verifies. Ledgers cannot be rebuilt under a running server."""
    with ServerProcess(tmp_path) as server:
        admin = server.client("admin")
        admin.issue("A")
        stop = threading.Event()

        def people_come() -> None:
            while not stop.is_set():
                admin.issue("B")

        people = threading.Thread(target=people_come)
        people.start()
        try:
            out, again = tmp_path / "hall.backup", tmp_path / "again" / "hall.db"
            assert run("backup", "--database", server.database, "--out", out) == 0
            assert run("rebuild-ledgers", "--database", server.database) == 2
        finally:
            stop.set()
            people.join()
        assert run("restore", out, "--database", f"sqlite:///{again}") == 0
        assert run("verify-journal", "--database", f"sqlite:///{again}") == 0
        assert run("verify-journal", "--database", server.database, "--anchor", out) == 0
    assert run("rebuild-ledgers", "--database", server.database) == 0
