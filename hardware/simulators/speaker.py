"""A virtual sound card: programs called aplay, paplay and pactl that keep what they are given.

Put `programs` at the front of the path and the shipped speaker plays on it.
"""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_PLAYER = Path(__file__).with_name("player.py")


class SoundFault(StrEnum):
    NONE = "none"
    BUSY = "busy"  # another program has the card
    HANG = "hang"  # the player never ends
    NO_SERVER = "no_server"  # PulseAudio does not answer


@dataclass(frozen=True, slots=True)
class Played:
    """Times on the monotonic clock of this machine. samples: 16-bit, one channel."""

    program: str
    arguments: tuple[str, ...]
    began_s: float
    ended_s: float
    length_s: float
    samples: bytes


class VirtualSoundCard:
    """pace: 1.0 takes as long as the sound does; less is faster."""

    def __init__(self, folder: Path, pace: float = 1.0) -> None:
        self._folder = folder
        self.programs = folder / "bin"
        self.programs.mkdir(parents=True)
        (folder / "pace").write_text(str(pace))
        self.set_fault(SoundFault.NONE)
        for name in ("aplay", "paplay", "pactl"):
            self._install(name)

    def set_fault(self, fault: SoundFault) -> None:
        (self._folder / "fault").write_text(fault.value)

    def remove(self, name: str) -> None:
        (self.programs / name).unlink()

    def played(self) -> list[Played]:
        """In the order in which the sounds ended."""
        file = self._folder / "played.jsonl"
        if not file.exists():
            return []
        return [self._read(line) for line in file.read_text().splitlines()]

    def _read(self, line: str) -> Played:
        record = json.loads(line)
        samples = (self._folder / record.pop("sound")).read_bytes()
        arguments = tuple(record.pop("arguments"))
        return Played(arguments=arguments, samples=samples, **record)

    def _install(self, name: str) -> None:
        words = map(shlex.quote, (sys.executable, "-S", "-E", str(_PLAYER), str(self._folder)))
        script = self.programs / name
        script.write_text(f'#!/bin/sh\nexec {" ".join(words)} "$0" "$@"\n')
        script.chmod(0o755)
