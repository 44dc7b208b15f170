"""Shows a long piece of work as numbered steps, and runs its programs with their output in a log.

Standard library only. Knows nothing of what the steps do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from launcher.words import words

_TICK_S = 0.5
_LINE_EVERY_S = 15.0  # where the output is not a terminal: a sign of life now and then


class CommandFailed(Exception):
    """A program ended with a status other than 0; `output` is what it said."""

    def __init__(self, command: Sequence[str], status: int, output: str) -> None:
        super().__init__(f"{command[0]} ended with status {status}")
        self.command, self.status, self.output = tuple(command), status, output


class Steps:
    """Step k of n, what it is, how long it has taken. `log` gets all that the programs say."""

    def __init__(self, total: int, log: Path, out: TextIO = sys.stderr) -> None:
        self._total, self._done, self._out = total, 0, out
        self._log, self._label, self._started = log, "", 0.0
        self._live = out.isatty()
        self._last_line_at = 0.0

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Names the work inside the block; its time stands behind it once it is done."""
        self._done += 1
        self._label = f"[{self._done}/{self._total}] {label}"
        self._started = self._last_line_at = time.monotonic()
        self._write(f"{self._label} …", end="" if self._live else "\n")
        try:
            yield
        except BaseException:
            if self._live:
                self._write("", end="\n")
            raise
        elapsed_s = time.monotonic() - self._started
        self._write(f"{self._label} ✓ {elapsed_s:.1f} s", end="\n", again=True)

    def run(
        self, command: Sequence[str], env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> str:
        """Runs one program to its end and returns what it said; raises CommandFailed."""
        with self._log.open("a+b") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            before = log.tell()
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
            )
            status = self._wait(process)
            log.seek(before)
            output = log.read().decode(errors="replace")
        if status:
            raise CommandFailed(command, status, output)
        return output

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        try:
            while True:
                try:
                    return process.wait(timeout=_TICK_S)
                except subprocess.TimeoutExpired:
                    self._tick()
        except BaseException:
            process.terminate()
            process.wait()
            raise

    def _tick(self) -> None:
        now = time.monotonic()
        elapsed = words("setup_elapsed", seconds=int(now - self._started))
        if self._live:
            self._write(f"{self._label} … {elapsed}", end="", again=True)
        elif now - self._last_line_at >= _LINE_EVERY_S:
            self._last_line_at = now
            self._write(f"      … {elapsed}", end="\n")

    def _write(self, text: str, end: str, again: bool = False) -> None:
        head = "\r\x1b[K" if again and self._live else ""
        self._out.write(f"{head}{text}{end}")
        self._out.flush()
