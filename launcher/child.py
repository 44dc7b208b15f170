"""One supervised process: started, waited for until ready, started again when it dies, ended.

Knows nothing of halls; what to run and how to see that it is ready is given to it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from launcher.rotating_log import RotatingLog
from launcher.watchdog import GRACE_S, signal_group

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
STEADY_AFTER_S = 20.0  # alive this long: the next death counts as the first again
STARTS_BEFORE_GIVING_UP = 5  # only for a child that has never been ready
_PROBE_EVERY_S = 0.05
_LAST_WORDS_S = 1.0  # for what still stands in the output of a process that has ended


class ChildState(StrEnum):
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """What to run. ready_url: ready once it answers 200; None: once the child prints a JSON line
    with `"ready": true` on its standard output."""

    name: str
    command: tuple[str, ...]
    ready_url: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChildEvent:
    """What happened to a child. `told` is its own ready line, {} if it has none."""

    name: str
    state: ChildState
    after_s: float
    exit_status: int | None = None
    pause_s: float = 0.0
    told: Mapping[str, Any] = field(default_factory=dict)


class GroupRegister(Protocol):
    """Told of every process group, so that somebody can end it if we cannot."""

    def add(self, group: int) -> None: ...

    def remove(self, group: int) -> None: ...


class Child:
    """Owns one process at a time, in a session of its own. `report` is called from its threads."""

    def __init__(
        self,
        plan: ChildPlan,
        log: Path,
        register: GroupRegister,
        report: Callable[[ChildEvent], None],
    ) -> None:
        self.plan, self.log = plan, log
        self._register, self._report = register, report
        self._ending = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard = threading.Lock()
        self._was_ready = False
        self._ready_now = threading.Event()
        self._thread = threading.Thread(target=self._live, name=f"child-{plan.name}")

    def start(self) -> None:
        self._thread.start()

    def ask_to_end(self) -> None:
        """SIGTERM to the whole group; returns at once."""
        self._ending.set()
        with self._guard:
            if self._process:
                signal_group(self._process.pid, signal.SIGTERM)

    def wait_ended(self, grace_s: float = GRACE_S) -> None:
        """Waits for the end; after `grace_s` the group is killed."""
        self._thread.join(grace_s)
        with self._guard:
            if self._process and self._thread.is_alive():
                signal_group(self._process.pid, signal.SIGKILL)
        self._thread.join()

    def _live(self) -> None:
        pause_s, failed_starts = FIRST_PAUSE_S, 0
        while not self._ending.is_set():
            started, status = time.monotonic(), self._run_once()
            lived_s = time.monotonic() - started
            if self._ending.is_set():
                break
            failed_starts = 0 if self._was_ready else failed_starts + 1
            if failed_starts >= STARTS_BEFORE_GIVING_UP:
                self._say(ChildState.FAILED, lived_s, exit_status=status)
                return
            pause_s = FIRST_PAUSE_S if lived_s > STEADY_AFTER_S else pause_s
            self._say(ChildState.RESTARTING, lived_s, exit_status=status, pause_s=pause_s)
            self._ending.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        self._say(ChildState.STOPPED, 0.0)

    def _run_once(self) -> int:
        """One life of the process, from start to the end of its whole group."""
        self._ready_now.clear()
        started = time.monotonic()
        log = RotatingLog(self.log)
        try:
            process = self._spawn()
        except OSError as error:
            log.write(f"{self.plan.command[0]}: {error}\n".encode())
            log.close()
            return 127
        if self.plan.ready_url:
            threading.Thread(target=self._probe, args=(process, started), daemon=True).start()
        pump = threading.Thread(target=self._pump, args=(process, log, started), daemon=True)
        pump.start()
        status = process.wait()
        # Whatever the process has left behind in its group goes with it, and with that its output.
        signal_group(process.pid, signal.SIGKILL)
        pump.join(_LAST_WORDS_S)
        with self._guard:
            self._process = None
        self._register.remove(process.pid)
        log.close()
        return status

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self._guard:
            process = subprocess.Popen(
                self.plan.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(self.plan.environment) or None,
                start_new_session=True,
            )
            self._register.add(process.pid)
            self._process = process
        if self._ending.is_set():
            signal_group(process.pid, signal.SIGTERM)
        return process

    def _pump(self, process: subprocess.Popen[bytes], log: RotatingLog, started: float) -> None:
        """Copies what the child says to its log, until it has closed its output."""
        assert process.stdout  # noqa: S101 - it was asked for in _spawn
        with process.stdout as output:
            for line in output:
                log.write(line)
                if not self.plan.ready_url and (told := _ready_line(line)):
                    self._now_ready(started, told)

    def _probe(self, process: subprocess.Popen[bytes], started: float) -> None:
        while process.poll() is None and not self._ending.is_set():
            if self.plan.ready_url and _answers(self.plan.ready_url):
                self._now_ready(started, {})
                return
            time.sleep(_PROBE_EVERY_S)

    def _now_ready(self, started: float, told: Mapping[str, Any]) -> None:
        if not self._ready_now.is_set():
            self._ready_now.set()
            self._was_ready = True
            self._say(ChildState.READY, time.monotonic() - started, told=told)

    def _say(
        self,
        state: ChildState,
        after_s: float,
        exit_status: int | None = None,
        pause_s: float = 0.0,
        told: Mapping[str, Any] | None = None,
    ) -> None:
        name = self.plan.name
        self._report(ChildEvent(name, state, after_s, exit_status, pause_s, told or {}))


def _ready_line(line: bytes) -> Mapping[str, Any] | None:
    if not line.startswith(b"{"):
        return None
    try:  # another thread's line may have got in before this one's end
        told, _ = json.JSONDecoder().raw_decode(line.decode("utf-8", "replace"))
    except ValueError:
        return None
    return told if isinstance(told, dict) and told.get("ready") is True else None


def _answers(url: str) -> bool:
    # Straight to this machine, whatever proxy the environment names.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=2.0) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
