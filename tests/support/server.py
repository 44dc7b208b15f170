"""A real server process on a free port and a database of its own, for tests and benchmarks."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.spawner import ROOT, Spawned, spawner

DEMO_CONFIG = ROOT / "config" / "demo" / "hall.toml"
# HALL_READY_S: on a machine that does much else
READY_WITHIN_S = float(os.environ.get("HALL_READY_S", "30"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def with_key(config: Path, folder: Path) -> Path:
    """A copy whose key file lies in `folder`; with PostgreSQL it would lie beside the original."""
    text = config.read_text(encoding="utf-8")
    copy = folder / config.name
    copy.write_text(text.replace("[server]\n", '[server]\nkey_file = "hall.key"\n', 1), "utf-8")
    return copy


class ServerProcess:
    """`queue_server server` as a process of its own; can be killed and started again.

    `env` adds to the environment of the process. database: the address; a file in `folder` unless
    given. config: one file, or several. more: further words of its command line.
    forks: whether it is forked from a helper that has done the imports (in tests, unless `env` is
    given); else it starts as the launcher starts it (in benchmarks). clock_shift: a file that holds
    by how many seconds the process's clock is wrong. estimates: if forked, whether it estimates
    waits unasked from the beginning.
    """

    forks = False

    def __init__(
        self,
        folder: Path,
        *,
        config: Path | Sequence[Path] = DEMO_CONFIG,
        database: str | None = None,
        port: int | None = None,
        env: dict[str, str] | None = None,
        clock_shift: Path | None = None,
        more: Sequence[str] = (),
        estimates: bool = False,
    ) -> None:
        self.folder = folder
        self._more, self._estimates = more, estimates
        self.config = config if isinstance(config, Path) else config[0]
        self.configs = [config] if isinstance(config, Path) else list(config)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = database or f"sqlite:///{folder / 'hall.db'}"
        if self.database.startswith("postgresql://") and self.configs == [DEMO_CONFIG]:
            self.configs = [with_key(DEMO_CONFIG, folder)]
        self.log = folder / "server.log"
        self._env = None if env is None else {**os.environ, **env}
        self._clock_shift = clock_shift
        self._process: subprocess.Popen[bytes] | Spawned | None = None

    def __enter__(self) -> ServerProcess:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def api(self) -> str:
        return f"{self.url}/api/v1/halls/demo"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *, wait: bool = True) -> None:
        words = [
            "server",
            *(word for file in self.configs for word in ("--config", str(file))),
            *("--listen", f"127.0.0.1:{self.port}"),
            *("--database", self.database),
            *self._more,
        ]
        self._process = self._started(words)
        if wait:
            self.wait_ready()

    def _started(self, words: list[str]) -> subprocess.Popen[bytes] | Spawned:
        if self.forks and self._env is None:
            return spawner().start(words, self.log, self._clock_shift, self._estimates)
        command = [sys.executable, "-m", "queue_server", *words]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self._env, stdout=log, stderr=log)

    def wait_ready(self) -> None:
        end = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/health/ready", timeout=2):
                    return
            except (OSError, urllib.error.URLError):
                time.sleep(0.02)
        raise RuntimeError(f"the server did not get ready:\n{self.log.read_text()[-3000:]}")

    def wait_ended(self, within_s: float) -> int:
        """The exit code of a process that ends by itself."""
        assert self._process is not None
        code, self._process = self._process.wait(timeout=within_s), None
        return code

    def stop(self) -> int:
        """Asks it to end, as a supervisor does; the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut does: kill -9."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        try:
            return process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def token(self, role: str, *, hall: str = "demo", window: str | None = None) -> str:
        """As the command prints it."""
        words = ["token", "--role", role, "--hall", hall, "--database", self.database]
        return spawner().run([*words, *(("--window", window) if window else ())]).strip()

    def stored(self) -> bytes:
        """Whatever is in the database, as it is stored."""
        if self.database.startswith("postgresql://"):
            return stored_in_postgres(self.database)
        return b"".join((self.folder / f"hall.db{x}").read_bytes() for x in ("", "-wal"))

    def client(self, role: str | None, *, window: str | None = None) -> Client:
        return Client(self.url, self.token(role, window=window) if role else None)


def stored_in_postgres(url: str) -> bytes:
    """All rows of all tables as text."""
    import psycopg
    from psycopg import sql

    told: list[str] = []
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(
                sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table))
            )
            told += [row[0] for row in rows]
    return "\n".join(told).encode()


class Client:
    """A plain HTTP client of the API that keeps status and body of every answer."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url, self.token = url, token

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        timeout_s: float = 15.0,
    ) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        asked = urllib.request.Request(self.url + path, data, sent, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=timeout_s) as answer:
                return answer.status, _body(answer.read(), answer.headers.get_content_type())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _body(error.read(), error.headers.get_content_type())

    def get(self, path: str) -> tuple[int, Any]:
        return self.request("GET", path)

    def post(self, path: str, **fields: Any) -> tuple[int, Any]:
        """POST with a fresh request_id, unless one is given."""
        fields.setdefault("request_id", str(uuid.uuid4()))
        return self.request("POST", path, fields)

    def issue(self, service: str = "A", **fields: Any) -> Any:
        status, body = self.post("/api/v1/halls/demo/tickets", service=service, **fields)
        assert status in (200, 201), (status, body)
        return body["ticket"]

    def at(self, window: str, act: str, **fields: Any) -> tuple[int, Any]:
        return self.post(f"/api/v1/halls/demo/windows/{window}/{act}", **fields)

    def journal(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["seq"] if found else 0
            status, body = self.get(f"/api/v1/halls/demo/journal?after={after}&limit=5000")
            assert status == 200, body
            if not body["events"]:
                return found
            found.extend(body["events"])


def proved(server: ServerProcess) -> int:
    """`verify-journal` on its database: 0 when the journal and all that follows from it are right;
    what is not goes to the test's output."""
    try:
        spawner().run(["server", "verify-journal", "--database", server.database])
    except subprocess.CalledProcessError as failed:
        print(failed.output)
        return failed.returncode
    return 0


def _body(raw: bytes, content_type: str) -> Any:
    if content_type == "application/json":
        return json.loads(raw)
    return raw


def serial_of(number: str) -> int:
    """`A012` → 12."""
    return int(re.sub(r"\D", "", number))
