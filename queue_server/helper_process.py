"""Another process of this program for work that would hold up people: the server's end, and the
loop of the other end. It is begun when it is first needed, and again when it has died or hangs.

Requests and answers are each a length and a pickle; both ends are the same program, and the pipe is
theirs alone. The process ends with its input, and in the middle of its work with the server.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import structlog

log = structlog.get_logger()

ROOT = Path(__file__).parents[1]
ANSWERS_WITHIN_S = 60.0
# After a failure nothing is begun before this has passed; it doubles up to the most.
RETRY_S, RETRY_AT_MOST_S = 5.0, 300.0
# Serving people comes first.
NICE = 10
SERVER_PID = "HALL_SERVER_PID"
LOOKS_FOR_SERVER_EVERY_S = 1.0

# uvloop says RuntimeError of a pipe whose other end has gone.
_LOST = (OSError, TimeoutError, asyncio.IncompleteReadError, RuntimeError)


class HelperUnavailable(Exception):
    """The process is not there just now, or could not do what it was asked."""

    code = "helper_unavailable"


class HelperProcess:
    """One request at a time. module: what `python -m` runs, which calls `serve`. unavailable: what
    `ask` raises. generation: another one for each process; a new one knows nothing."""

    def __init__(
        self, module: str, unavailable: type[HelperUnavailable] = HelperUnavailable
    ) -> None:
        self.generation = 1
        self._module, self._unavailable = module, unavailable
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._retry_s = RETRY_S
        self._not_before_s = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def ask(self, hall: str, what: str, *arguments: Any) -> Any:
        """Raises HelperUnavailable, or what was given in its place."""
        body = await asyncio.to_thread(
            pickle.dumps, (hall, what, *arguments), pickle.HIGHEST_PROTOCOL
        )
        async with self._turn:
            try:
                process = self._process or await self._begin()
                async with asyncio.timeout(ANSWERS_WITHIN_S):
                    how, answer = await self._exchange(process, body)
            except _LOST as error:
                await self._give_up(error)
                raise self._unavailable(str(error)) from error
            except asyncio.CancelledError:
                # its answer would be read by whoever asks next
                await self._end()
                raise
        if how == "failed":
            log.error("helper_failed", module=self._module, hall=hall, what=what, error=answer)
            raise self._unavailable(what)
        self._retry_s = RETRY_S
        return answer

    async def _begin(self) -> asyncio.subprocess.Process:
        if time.monotonic() < self._not_before_s:
            raise OSError(f"{self._module} failed a moment ago")
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        # a session of its own: Ctrl-C is for the server, which ends it by closing its input
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self._module),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path, SERVER_PID: str(os.getpid())},
            start_new_session=True,
        )
        return self._process

    async def _exchange(self, process: asyncio.subprocess.Process, body: bytes) -> tuple[str, Any]:
        if process.stdin is None or process.stdout is None:
            raise OSError(f"no pipe to {self._module}")
        process.stdin.write(len(body).to_bytes(8, "big") + body)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(8), "big")
        answer = await process.stdout.readexactly(length)
        found: tuple[str, Any] = await asyncio.to_thread(pickle.loads, answer)
        return found

    async def _give_up(self, error: BaseException) -> None:
        if self._process is not None:
            log.error("helper_lost", module=self._module, error=str(error) or type(error).__name__)
            self._not_before_s = time.monotonic() + self._retry_s
            self._retry_s = min(RETRY_AT_MOST_S, self._retry_s * 2)
        await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        self.generation += 1
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()

    async def close(self) -> None:
        await self._end()


# --- the other end --------------------------------------------------------------------------


def serve(answer: Callable[..., Any]) -> int:
    """Answers every request with `answer(hall, what, *arguments)` until the input ends."""
    os.nice(NICE)
    threading.Thread(target=_end_with, args=(_server(),), daemon=True).start()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed by mistake goes to the log and not between the answers
    while (request := _read(sys.stdin.buffer)) is not None:
        try:
            done = ("done", answer(*request))
        except Exception:
            done = ("failed", traceback.format_exc())
        _write(answers, done)
    return 0


def _server() -> int:
    """Told, since a server may have been killed before its helper could look."""
    return int(os.environ.get(SERVER_PID, os.getppid()))


def _end_with(server: int) -> None:
    """A server that was killed cannot close the input: work for nobody would go on beside the next
    server's, and more of it after each crash."""
    while os.getppid() == server:
        time.sleep(LOOKS_FOR_SERVER_EVERY_S)
    os._exit(1)


def _read(stream: BinaryIO) -> Any:
    """None when the input has ended, also in the middle of a request."""
    head = stream.read(8)
    length = int.from_bytes(head, "big")
    body = stream.read(length)
    if len(head) < 8 or len(body) < length:
        return None
    return pickle.loads(body)  # noqa: S301 - our own pipe


def _write(stream: BinaryIO, answer: Any) -> None:
    body = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    stream.write(len(body).to_bytes(8, "big") + body)
    stream.flush()
