"""What the disk and the plain way allow: the limits that figures are compared with."""

from __future__ import annotations

import os
import sqlite3
import time
import uuid
from pathlib import Path


def flushes_per_s(folder: Path, seconds: float = 2.0) -> float:
    """4 KiB appended and fsynced, again and again."""
    file = folder / "flush.bin"
    handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
    count, end = 0, time.perf_counter() + seconds
    try:
        while time.perf_counter() < end:
            os.write(handle, b"\0" * 4096)
            os.fsync(handle)
            count += 1
    finally:
        os.close(handle)
        file.unlink()
    return count / seconds


def commits_per_s(folder: Path, seconds: float = 2.0) -> float:
    """One ticket, one transaction: WAL, synchronous=FULL, a unique number, nothing else."""
    file = folder / "plain.db"
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE ticket (id TEXT PRIMARY KEY, serial INTEGER UNIQUE)")
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        connection.execute("BEGIN IMMEDIATE")
        serial = connection.execute("SELECT coalesce(max(serial), 0) FROM ticket").fetchone()[0]
        connection.execute("INSERT INTO ticket VALUES (?, ?)", (str(uuid.uuid4()), serial + 1))
        connection.execute("COMMIT")
        count += 1
    connection.close()
    return count / seconds
