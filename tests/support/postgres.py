"""A PostgreSQL server of the tests' own: made on a free port, gone when the tests are.

It is the system's PostgreSQL (Debian's package `postgresql`). As root it runs as the system user
`postgres`, because PostgreSQL refuses root.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests.support.server import free_port

READY_WITHIN_S = 30.0
STOPPED_WITHIN_S = 60.0
# `durable`: as a hall would run it. Tests that kill only the server's processes, never the machine,
# are as hard without the flushes, and much quicker.
_QUICK = {"fsync": "off", "full_page_writes": "off"}
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "jit": "off",
    # it does not end before whoever is about to log in has done so, or has run out of this
    "authentication_timeout": "5s",
    "log_min_messages": "error",
    "autovacuum_naptime": "10min",
}


def programs() -> Path:
    """The folder with initdb and postgres. Raises RuntimeError when there is none."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name)
    )
    if folders:
        return folders[-1]
    if found := shutil.which("initdb"):
        return Path(found).parent
    raise RuntimeError("PostgreSQL is missing: apt-get install postgresql, or run ./hall test")


class PostgresServer:
    """One server with its data in a folder of its own. It ends when this process does."""

    def __init__(self, *, durable: bool = False) -> None:
        self._bin = programs()
        self._settings = _SETTINGS if durable else {**_SETTINGS, **_QUICK}
        self.folder = Path(tempfile.mkdtemp(prefix="hall-postgres-"))
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self.data), "-U", "hall", "-A", "trust", "-E", "UTF8",
                  "--no-locale", "--no-sync")  # fmt: skip

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://hall@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Call it on the main thread: the server ends with the thread that started it."""
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        command = ["postgres", "-D", str(self.data), "-p", str(self.port), *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._as_owner("INT", *command), stdout=log, stderr=log, cwd=self.folder
            )
        self._wait_ready()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: at once and in good order. SIGQUIT: as if it had crashed; it recovers from its
        log at the next start."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            try:
                process.wait(timeout=STOPPED_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait()
                raise

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)  # nothing of it is kept
        shutil.rmtree(self.folder)

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """One statement on a connection of its own; its rows, if it gives any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def fresh_database(self, template: str = "template1") -> str:
        """The address of a new database."""
        name = f"hall{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Takes a database away again, whoever still uses it."""
        self.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def _wait_ready(self) -> None:
        end = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def _run(self, program: str, *arguments: str) -> None:
        command = self._as_owner("KILL", program, *arguments)
        subprocess.run(command, check=True, capture_output=True, cwd=self.folder)

    def _as_owner(self, at_our_end: str, program: str, *arguments: str) -> list[str]:
        """The call as a user whom PostgreSQL accepts, which gets `at_our_end` when we die."""
        owner = ["--reuid=postgres", "--regid=postgres", "--clear-groups"]
        who = owner if os.geteuid() == 0 else []
        return [
            "setpriv",
            *who,
            f"--pdeathsig={at_our_end}",
            "--",
            str(self._bin / program),
            *arguments,
        ]
