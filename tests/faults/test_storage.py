"""The disk in trouble: clear refusals, nothing half done, and on again when there is room."""

from __future__ import annotations

import resource
import sqlite3
import time
from pathlib import Path

from queue_server.access.store import PROBE_S
from tests.support.server import Client, ServerProcess

HALL = "/api/v1/halls/demo"


def limit_file_size(pid: int, size_bytes: int) -> None:
    """That process may write nothing behind `size_bytes` of any file, its log included."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size_bytes, resource.RLIM_INFINITY))


def test_full_disk_refuses_clearly_and_recovers(fresh_server: ServerProcess) -> None:
    admin = fresh_server.client("admin")
    before = admin.issue("A")
    limit_file_size(fresh_server.pid, 1)
    status, body = admin.post(f"{HALL}/tickets", service="A")
    assert (status, body["error"]["code"]) == (503, "not_stored")
    time.sleep(PROBE_S)
    assert admin.get("/health/ready")[0] == 503
    status, view = admin.get(HALL)
    assert status == 200
    assert view["today"]["issued"] == 1
    assert admin.get(f"{HALL}/tickets/{before['id']}")[1]["ticket"]["number"] == "A001"
    limit_file_size(fresh_server.pid, resource.RLIM_INFINITY)
    assert admin.issue("A")["number"] == "A002"
    assert admin.get("/health/ready")[0] == 200


def test_a_lock_held_too_long_refuses_and_recovers(fresh_server: ServerProcess) -> None:
    """Another program holds the database: after SQLite's ten seconds nothing has happened."""
    admin = fresh_server.client("admin")
    other = sqlite3.connect(fresh_server.folder / "hall.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    status, body = admin.request(
        "POST",
        f"{HALL}/tickets",
        {"request_id": "11111111-1111-4111-8111-111111111111", "service": "A"},
        timeout_s=30,
    )
    assert (status, body["error"]["code"]) == (503, "not_stored")
    assert 5 < time.monotonic() - begun < 25
    other.execute("ROLLBACK")
    other.close()
    status, body = admin.request(
        "POST",
        f"{HALL}/tickets",
        {"request_id": "11111111-1111-4111-8111-111111111111", "service": "A"},
    )
    assert (status, body["ticket"]["number"]) == (201, "A001")


def test_two_servers_on_one_file_do_not_give_a_number_twice(tmp_path: Path) -> None:
    """Never meant to be, but an operator will do it once: the journal itself keeps them apart."""
    with ServerProcess(tmp_path) as first, ServerProcess(tmp_path) as second:
        token = first.token("admin")
        clients = [Client(first.url, token), Client(second.url, token)]
        numbers = [clients[i % 2].issue("A")["number"] for i in range(20)]
        assert numbers == [f"A{i:03d}" for i in range(1, 21)]
