"""Runs a program beside the server: bytes in, bytes out, or one JSON object of those that the
hall's settings name.

With a bare environment and a time limit, so that nothing it is given can hold the server up.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import Any

import orjson

# Everything else of the server's surroundings is no business of the program's.
_PASSED_ON = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")


class ProgramFailed(Exception):
    """It cannot be run, took too long, or does not answer as it should."""


async def ask_program(command: Sequence[str], given: bytes, within_s: float) -> dict[str, Any]:
    """given: its standard input. "{python}" in `command` is the interpreter that runs the server.
    Raises ProgramFailed."""
    words = [sys.executable if word == "{python}" else word for word in command]
    _, answer = await run_program(words, given, within_s)
    return _json(words[0], answer)


async def run_program(words: Sequence[str], given: bytes, within_s: float) -> tuple[int, bytes]:
    """Its exit code and what it wrote. Raises ProgramFailed."""
    surroundings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    pipe = asyncio.subprocess.PIPE
    try:
        program = await asyncio.create_subprocess_exec(
            *words, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=surroundings
        )
    except OSError as error:
        raise ProgramFailed(f"{words[0]} cannot be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(within_s):
            answer, _ = await program.communicate(given)
    except TimeoutError as error:
        raise ProgramFailed(f"{words[0]} took longer than {within_s:g} s") from error
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
    return program.returncode or 0, answer


def _json(name: str, answer: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(answer)
    except ValueError as error:
        raise ProgramFailed(f"{name} ended without an answer") from error
    if not isinstance(told, dict):
        raise ProgramFailed(f"{name} does not answer as it should")
    return told
