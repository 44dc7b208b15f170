"""Moves what the write-ahead log holds into the database file, beside the writer and not before it.

SQLite's own way is to do this inside a commit, which then takes tens of milliseconds, and everybody
who rides on it waits. A passive checkpoint never blocks the writer; should it fall behind for long,
the writer's own limit (WAL_PAGES_AT_MOST) steps in.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

EVERY_S = 0.5
WAL_PAGES_AT_MOST = 20_000  # 80 MB


class Checkpointer:
    """A thread of its own with a connection of its own; looks twice a second for new work."""

    def __init__(self, connect: Callable[[Path], sqlite3.Connection], file: Path) -> None:
        self._connection = connect(file)
        self._stop = threading.Event()
        self._seen = -1
        self._thread = threading.Thread(target=self._run, name="journal-checkpoint", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._connection.close()

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            try:
                self._checkpoint()
            except sqlite3.Error:
                # the disk is full or busy: the writer meets the same trouble and reports it
                self._seen = -1

    def _checkpoint(self) -> None:
        written = self._connection.execute("PRAGMA data_version").fetchone()[0]
        if written != self._seen:
            self._seen = written
            self._connection.execute("PRAGMA wal_checkpoint (PASSIVE)").fetchone()
