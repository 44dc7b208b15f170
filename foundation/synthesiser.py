"""The system's speech synthesiser (espeak-ng): a text in, a WAV file out.

Standard library only. Blocking, about 15 ms a sentence; call it from a worker thread.
"""

from __future__ import annotations

import shutil
import subprocess

PROGRAM = "espeak-ng"
_TIMEOUT_S = 10.0
_HEADER_BYTES = 44


class SynthesisFailed(Exception):
    """The synthesiser is missing or failed; what it would have said can still be shown."""

    code = "speech_unavailable"


def synthesise(voice: str, words_per_minute: int, text: str) -> bytes:
    """`text` as a mono 16-bit WAV file whose header claims an endless length, as a pipe's does.

    Raises SynthesisFailed."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise SynthesisFailed(f"{PROGRAM} is not installed")
    # The text goes in by standard input: whatever it begins with, it is no option.
    command = [program, "-v", voice, "-s", str(words_per_minute), "--stdin", "--stdout"]
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=_TIMEOUT_S, check=True
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise SynthesisFailed(f"{PROGRAM} failed: {error}") from error
    if len(done.stdout) <= _HEADER_BYTES:
        raise SynthesisFailed(f"{PROGRAM} has no voice {voice!r}: {_said(done.stderr)}")
    return done.stdout


def _said(stderr: bytes) -> str:
    return stderr.decode(errors="replace").strip().rpartition("\n")[2] or "no sound came"
