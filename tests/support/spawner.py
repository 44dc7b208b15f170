"""Starts many processes of one program without each paying for its imports again.

A helper process imports the program once and forks for every start: each is a real process with a
pid, sockets and files of its own, which can be killed. What tests the start itself, or needs an
environment from its first instruction on, starts `python -m …` instead.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# What the queue server and its command line import when they run.
_SERVER = ("queue_server.cli.main", "queue_server.bootstrap", "uvicorn", "uvloop", "httptools")
_MODULES = (*_SERVER, "uvicorn.loops.uvloop", "uvicorn.protocols.http.httptools_impl")


class Spawned:
    """What `subprocess.Popen` is for a process started here: pid, poll, wait and signals."""

    def __init__(self, spawner: Spawner, pid: int) -> None:
        self._spawner, self.pid = spawner, pid
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            self._code = self._spawner.ask(poll=self.pid)["code"]
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; minus the signal that ended it. Raises subprocess.TimeoutExpired."""
        ended = os.pidfd_open(self.pid) if self._code is None else None
        if ended is not None:
            try:
                if not select.select([ended], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired("a spawned process", timeout or 0)
            finally:
                os.close(ended)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        # until it is polled it stays in the system's table: the pid is nobody else's
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Spawner:
    """The helper process, seen from the tests. May be asked by several threads."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._helper = subprocess.Popen(
                [sys.executable, "-m", "tests.support.spawner", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
            )
        self._line = ours.makefile("rw", encoding="utf-8")
        self._socket = ours
        self._one_at_a_time = threading.Lock()

    def ask(self, **what: Any) -> Any:
        with self._one_at_a_time:
            self._line.write(json.dumps(what) + "\n")
            self._line.flush()
            answer = self._line.readline()
        if not answer:
            raise RuntimeError("the helper that starts servers is gone")
        return json.loads(answer)

    def start(
        self,
        arguments: Sequence[str],
        log: Path,
        clock_shift: Path | None = None,
        estimates: bool = False,
    ) -> Spawned:
        """`python -m queue_server …`, with what it says appended to `log`. clock_shift: holds the
        seconds by which its clock is wrong, and may be written anew at any time. estimates: whether
        it begins to estimate waits unasked as soon as it would in a hall, not after a minute; that
        is another process, and few tests are about it."""
        files = [os.devnull, str(log), str(log)]
        return self._start(arguments, files, clock_shift, None if estimates else 60.0)

    def _start(
        self,
        arguments: Sequence[str],
        files: list[str],
        clock_shift: Path | None = None,
        estimates_after_s: float | None = None,
    ) -> Spawned:
        """files: for standard input, output and error."""
        shift = str(clock_shift) if clock_shift else None
        how = {"env": dict(os.environ), "clock_shift": shift, "first_after_s": estimates_after_s}
        pid = self.ask(start=list(arguments), files=files, **how)["pid"]
        return Spawned(self, pid)

    def command(
        self, arguments: Sequence[str], given: str = "", within_s: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """As `subprocess.run` of `python -m queue_server …` with `given` typed in."""
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("given", "out", "err")]
            files[0].write_text(given, encoding="utf-8")
            code = self._start(arguments, [str(file) for file in files]).wait(within_s)
            said = (file.read_text(encoding="utf-8") for file in files[1:])
            return subprocess.CompletedProcess(list(arguments), code, *said)

    def run(self, arguments: Sequence[str], within_s: float = 60) -> str:
        """What a command said. Raises subprocess.CalledProcessError unless it ended with 0."""
        with tempfile.NamedTemporaryFile() as said:
            code = self.start(arguments, Path(said.name)).wait(within_s)
            text = Path(said.name).read_text(encoding="utf-8")
        if code:
            raise subprocess.CalledProcessError(code, list(arguments), text)
        return text

    def close(self) -> None:
        self._line.close()
        self._socket.close()
        self._helper.wait(timeout=10)


_running: list[Spawner] = []


def spawner() -> Spawner:
    """This test process's own, made when it is first needed."""
    if not _running:
        _running.append(Spawner())
        atexit.register(_running[0].close)
    return _running[0]


# --- the helper process -----------------------------------------------------------------------


def _serve(line: socket.socket) -> None:
    children: set[int] = set()
    asked, answers = line.makefile("r", encoding="utf-8"), line.makefile("w", encoding="utf-8")
    for request in asked:
        answer = _answer(json.loads(request), children, line)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    for left in children:  # the tests are gone
        with contextlib.suppress(ProcessLookupError):
            os.kill(left, signal.SIGKILL)


def _answer(request: dict[str, Any], children: set[int], line: socket.socket) -> dict[str, Any]:
    if "poll" not in request:
        pid = os.fork()
        if pid == 0:
            _become(request, line)
        children.add(pid)
        return {"pid": pid}
    pid, status = os.waitpid(request["poll"], os.WNOHANG)
    children.discard(pid)
    return {"code": os.waitstatus_to_exitcode(status) if pid else None}


def _become(request: dict[str, Any], line: socket.socket) -> None:
    """The forked process's way: it never returns."""
    code: Any = 70
    try:
        line.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        given, *said = request["files"]
        os.dup2(os.open(given, os.O_RDONLY), 0)
        for number, file in enumerate(said, 1):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
        os.environ.clear()
        os.environ.update(request["env"])
        if request["clock_shift"] is not None:
            _shift_clock(Path(request["clock_shift"]))
        if request["first_after_s"] is not None:
            vars(sys.modules["queue_server.estimates.live"])["FIRST_AFTER_S"] = request[
                "first_after_s"
            ]
        code = sys.modules["queue_server.cli.main"].main(request["start"])
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _shift_clock(file: Path) -> None:
    """From now on this process's clock is off by what the file says."""
    real, known_s = time.time, 0.0

    def shifted() -> float:
        nonlocal known_s
        with contextlib.suppress(ValueError):  # it is being written
            known_s = float(file.read_text())
        return real() + known_s

    time.time = shifted


def _main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests; they end this
    for module in _MODULES:
        importlib.import_module(module)
    with socket.socket(fileno=int(sys.argv[1])) as line:
        _serve(line)


if __name__ == "__main__":
    _main()
