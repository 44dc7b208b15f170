"""The server's end of the estimating process: begins it when it is first needed, and again when it
has died or hangs."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import time
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger()

ROOT = Path(__file__).parents[2]
ANSWERS_WITHIN_S = 60.0
# After a failure nothing is begun before this has passed; it doubles up to the most.
RETRY_S, RETRY_AT_MOST_S = 5.0, 300.0


# uvloop says RuntimeError of a pipe whose other end has gone.
_LOST = (OSError, TimeoutError, asyncio.IncompleteReadError, RuntimeError)


class EstimatesUnavailable(Exception):
    """The process is not there just now; people are told the first-day formula meanwhile."""

    code = "estimates_unavailable"


class EstimatingProcess:
    """One request at a time. generation: another one for each process; a new one knows nothing."""

    def __init__(self) -> None:
        self.generation = 1
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._retry_s = RETRY_S
        self._not_before_s = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def ask(self, hall: str, what: str, *arguments: Any) -> Any:
        """Raises EstimatesUnavailable."""
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
                raise EstimatesUnavailable(str(error)) from error
            except asyncio.CancelledError:
                # its answer would be read by whoever asks next
                await self._end()
                raise
        if how == "failed":
            log.error("estimate_failed", hall=hall, what=what, error=answer)
            raise EstimatesUnavailable(what)
        self._retry_s = RETRY_S
        return answer

    async def _begin(self) -> asyncio.subprocess.Process:
        if time.monotonic() < self._not_before_s:
            raise OSError("the estimating process failed a moment ago")
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        # a session of its own: Ctrl-C is for the server, which ends it by closing its input
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "queue_server.estimates"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        return self._process

    async def _exchange(self, process: asyncio.subprocess.Process, body: bytes) -> tuple[str, Any]:
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipe to the estimating process")
        process.stdin.write(len(body).to_bytes(8, "big") + body)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(8), "big")
        answer = await process.stdout.readexactly(length)
        found: tuple[str, Any] = await asyncio.to_thread(pickle.loads, answer)
        return found

    async def _give_up(self, error: BaseException) -> None:
        if self._process is not None:
            log.error("estimating_process_lost", error=str(error) or type(error).__name__)
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
