"""Measures an enrolment picture in a program of its own, and reads the site's calibration.

The server itself knows no library of faces and decodes no stranger's picture: a picture that breaks
the decoder ends that program alone (docs/decisions/0018-faces-in-a-process-of-their-own.md).
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog

from queue_server.pensions.people import Face

log = structlog.get_logger()

DESCRIBE_WITHIN_S = 30.0
AT_ONCE = 1
# Everything else of the server's surroundings is no business of the program's.
_PASSED_ON = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")


class FaceUnusable(Exception):
    """The picture cannot be enrolled; code tells the advice (`come_closer`, `no_face`, …)."""

    def __init__(self, code: str, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code, self.detail = code, dict(detail or {})


class EngineUnavailable(Exception):
    """The program that measures faces is not set up, or does not answer."""

    code = "face_engine_unavailable"


@dataclass(frozen=True, slots=True)
class FaceProgram:
    """command: reads a picture from standard input and writes one JSON object, the measured face or
    the one error shape. "{python}" in it is the interpreter that runs the server."""

    command: Sequence[str]

    async def describe(self, picture: bytes) -> Face:
        """Raises FaceUnusable, EngineUnavailable."""
        if not self.command:
            raise EngineUnavailable("no program is set up that measures faces")
        words = [sys.executable if word == "{python}" else word for word in self.command]
        async with _slots():
            told = _json(await _run(words, picture))
        if "error" in told:
            raise _refused(told["error"])
        advice = told.get("advice") or (told.get("quality") or {}).get("advice")
        if advice:
            raise FaceUnusable(str(advice), told.get("quality"))
        try:
            return Face(str(told["model"]), [list(map(float, told["descriptor"]))], told["quality"])
        except (KeyError, TypeError, ValueError) as error:
            raise EngineUnavailable(f"{words[0]} does not answer as it should") from error


# The picture itself is at fault, by the engine's own codes.
_PICTURE_CODES = frozenset({"no_face", "several_faces", "picture_unreadable"})


def _refused(error: Mapping[str, Any]) -> Exception:
    code = str(error.get("code", ""))
    if code in _PICTURE_CODES:
        return FaceUnusable(code, error.get("detail"))
    return EngineUnavailable(str(error.get("message", code)))


_slot: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def _slots() -> asyncio.Semaphore:
    """One at a time: each takes a processor and 250 MB for two seconds."""
    return _slot.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))


async def _run(words: Sequence[str], picture: bytes) -> bytes:
    surroundings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    pipe = asyncio.subprocess.PIPE
    try:
        program = await asyncio.create_subprocess_exec(
            *words, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=surroundings
        )
    except OSError as error:
        raise EngineUnavailable(f"{words[0]} cannot be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(DESCRIBE_WITHIN_S):
            answer, _ = await program.communicate(picture)
    except TimeoutError as error:
        raise EngineUnavailable(f"{words[0]} took longer than {DESCRIBE_WITHIN_S:g} s") from error
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    return answer


def _json(answer: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(answer)
    except ValueError as error:
        raise EngineUnavailable("the face program ended without an answer") from error
    if not isinstance(told, dict):
        raise EngineUnavailable("the face program does not answer as it should")
    return told


def read_calibration(file: Path | None) -> dict[str, Any] | None:
    """The file's content as it stands; None when there is none, so that nobody passes unseen."""
    if file is None:
        return None
    try:
        told = orjson.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        log.error("calibration_unreadable", file=str(file), error=str(error))
        return None
    return told if isinstance(told, dict) else None
