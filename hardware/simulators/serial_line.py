"""A serial line of a virtual device: a pty whose symlink is the port, with faults of the line.

One reading thread; `write` may be called from any thread. Plugging out and in again makes a new pty
behind the same symlink, as an adapter does.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from hardware.simulators.plug import Plug, PtyEnd

_NOISE_BYTES = 12
_BYTE_PAUSE_S = 0.002


class LineFault(StrEnum):
    """What happens to everything that the device writes."""

    NONE = "none"
    SILENCE = "silence"  # nothing arrives, in either direction
    DEAF = "deaf"  # what is sent to the device does not arrive
    BYTE_AT_A_TIME = "byte_at_a_time"
    NOISE = "noise"  # random bytes before and behind each frame
    DAMAGE = "damage"  # one bit of each frame is turned
    DOUBLED = "doubled"  # each frame comes twice
    LOST_BYTE = "lost_byte"


class PtyLine:
    """on_bytes is called in the line's thread with what was sent to the device."""

    def __init__(self, link: Path, on_bytes: Callable[[bytes], None], seed: int = 1) -> None:
        self._pty, self._on_bytes = PtyEnd(link), on_bytes
        self._random = random.Random(seed)  # noqa: S311 - noise that a test can repeat
        self._lock = threading.Lock()
        self._plug = Plug("serial-line")
        self.fault = LineFault.NONE

    @property
    def port(self) -> str:
        return str(self._pty.link)

    @property
    def plugged(self) -> bool:
        return self._plug.is_in

    def start(self) -> None:
        """Plugs in."""
        self._pty.open()
        self._plug.put_in(self._serve)

    def stop(self) -> None:
        """Pulls the plug; port and symlink are gone."""
        if not self._plug.is_in:
            return
        self._plug.pull()
        with self._lock:
            self._pty.close()

    def write(self, frame: bytes) -> None:
        """One frame from the device, with the present fault; nothing when unplugged."""
        with self._lock:
            if not self._plug.is_in or self.fault is LineFault.SILENCE:
                return
            for piece in self._faulty(frame):
                os.write(self._pty.master, piece)
                if self.fault is LineFault.BYTE_AT_A_TIME:
                    time.sleep(_BYTE_PAUSE_S)

    def _faulty(self, frame: bytes) -> list[bytes]:
        match self.fault:
            case LineFault.BYTE_AT_A_TIME:
                return [bytes((byte,)) for byte in frame]
            case LineFault.NOISE:
                return [self._noise(), frame, self._noise()]
            case LineFault.DAMAGE:
                at = self._random.randrange(len(frame))
                return [frame[:at] + bytes((frame[at] ^ 0x10,)) + frame[at + 1 :]]
            case LineFault.DOUBLED:
                return [frame, frame]
            case LineFault.LOST_BYTE:
                at = self._random.randrange(len(frame))
                return [frame[:at] + frame[at + 1 :]]
        return [frame]

    def _noise(self) -> bytes:
        return self._random.randbytes(_NOISE_BYTES)

    def _serve(self) -> None:
        while self._plug.wait(self._pty.master):
            data = os.read(self._pty.master, 4096)
            if self.fault not in (LineFault.SILENCE, LineFault.DEAF):
                self._on_bytes(data)
