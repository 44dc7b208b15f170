"""Measures an enrolment picture in a program of its own, and reads the site's calibration.

The server itself knows no library of faces and decodes no stranger's picture: a picture that breaks
the decoder ends that program alone (docs/decisions/0018-pensioners-vault-and-faces.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog

from queue_server.pensions.people import Face
from queue_server.pensions.program import ProgramFailed, ask_program

log = structlog.get_logger()

DESCRIBE_WITHIN_S = 30.0
AT_ONCE = 1  # each takes a processor and 250 MB for two seconds


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
    the one error shape. "{python}" in it is the interpreter that runs the server. slots: shared by
    all, AT_ONCE of them."""

    command: Sequence[str]
    slots: asyncio.Semaphore

    async def describe(self, picture: bytes, *, card: bool = False) -> Face:
        """card: a card's photo; the program hears `--card`. Raises FaceUnusable,
        EngineUnavailable."""
        if not self.command:
            raise EngineUnavailable("no program is set up that measures faces")
        words = [*self.command, "--card"] if card else list(self.command)
        async with self.slots:
            told = await self._told(words, picture)
        if "error" in told:
            raise _refused(told["error"])
        advice = told.get("advice") or (told.get("quality") or {}).get("advice")
        if advice:
            raise FaceUnusable(str(advice), told.get("quality"))
        try:
            return Face(str(told["model"]), [list(map(float, told["descriptor"]))], told["quality"])
        except (KeyError, TypeError, ValueError) as error:
            raise EngineUnavailable(f"{words[0]} does not answer as it should") from error

    async def _told(self, words: Sequence[str], picture: bytes) -> dict[str, Any]:
        try:
            return await ask_program(words, picture, DESCRIBE_WITHIN_S)
        except ProgramFailed as error:
            raise EngineUnavailable(str(error)) from error


# The picture itself is at fault, by the engine's own codes.
_PICTURE_CODES = frozenset({"no_face", "several_faces", "picture_unreadable"})


def _refused(error: Mapping[str, Any]) -> Exception:
    code = str(error.get("code", ""))
    if code in _PICTURE_CODES:
        return FaceUnusable(code, error.get("detail"))
    return EngineUnavailable(str(error.get("message", code)))


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
