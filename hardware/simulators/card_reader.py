"""A virtual ID-card reader on a pty, with a symlink as its port and line faults on demand.

One thread of its own; every method may be called from any other thread.
"""

from __future__ import annotations

import os
import select
import threading
import time
import tty
from enum import StrEnum
from pathlib import Path

from hardware.id_card.protocol import FrameParser, NeedData
from hardware.simulators.sam import Card, VirtualSam

SAM_ID = "05.03-20990101-0000000001-0000000001"
_NOISE = bytes.fromhex("AA00FFAAAA96AA13")
_SLOW_S = 0.6


class ReaderFault(StrEnum):
    NONE = "none"
    SILENCE = "silence"
    BYTE_AT_A_TIME = "byte_at_a_time"
    NOISE = "noise"
    BAD_CHECKSUM = "bad_checksum"
    HALF_REPLY = "half_reply"
    SLOW = "slow"
    UNREADABLE = "unreadable"


class VirtualCardReader:
    """link: where the port's symlink stands; read_s: how long a read takes."""

    def __init__(self, link: Path, read_s: float = 0.0) -> None:
        self._link_path, self._read_s = link, read_s
        self._lock = threading.Lock()
        self._sam = VirtualSam(SAM_ID)
        self._fault = ReaderFault.NONE
        self._thread: threading.Thread | None = None
        self._stop_read = self._stop_write = self._master = self._slave = -1

    @property
    def port(self) -> str:
        return str(self._link_path)

    @property
    def fault(self) -> ReaderFault:
        return self._fault

    def start(self) -> None:
        """Plugs in: makes the pty and its symlink, and answers from now on."""
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)  # else the line discipline would echo and translate bytes
        self._stop_read, self._stop_write = os.pipe()
        self._point_link(os.ttyname(self._slave))
        self._thread = threading.Thread(target=self._serve, name="card-reader", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Pulls the plug: port and symlink are gone. `start` plugs in again."""
        if self._thread is None:
            return
        os.write(self._stop_write, b"x")
        self._thread.join()
        self._thread = None
        self._link_path.unlink(missing_ok=True)
        for fd in (self._master, self._slave, self._stop_read, self._stop_write):
            os.close(fd)

    def lay(self, card: Card) -> None:
        with self._lock:
            self._sam.lay(card)

    def lift(self) -> None:
        with self._lock:
            self._sam.lift()

    def set_fault(self, fault: ReaderFault) -> None:
        with self._lock:
            self._fault = fault
            self._sam.unreadable = fault is ReaderFault.UNREADABLE

    def _point_link(self, target: str) -> None:
        """Replaced in one step, so that nobody ever opens a half-made link."""
        self._link_path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._link_path.with_name(f"{self._link_path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        fresh.replace(self._link_path)

    def _serve(self) -> None:
        parser = FrameParser()
        while True:
            ready, _, _ = select.select([self._master, self._stop_read], [], [])
            if self._stop_read in ready:
                return
            parser.receive(os.read(self._master, 4096))
            while not isinstance(event := parser.next_event(), NeedData):
                with self._lock:
                    reply, effort = self._sam.answer(event)
                    fault = self._fault
                if not self._pause(effort * self._read_s):
                    return
                self._reply(reply, fault)

    def _pause(self, seconds: float) -> bool:
        """False when the plug was pulled meanwhile."""
        return not select.select([self._stop_read], [], [], seconds)[0]

    def _reply(self, reply: bytes, fault: ReaderFault) -> None:
        match fault:
            case ReaderFault.SILENCE:
                return
            case ReaderFault.BYTE_AT_A_TIME:
                for byte in reply:
                    os.write(self._master, bytes((byte,)))
                    time.sleep(0.0002)
                return
            case ReaderFault.NOISE:
                reply = _NOISE + reply + _NOISE
            case ReaderFault.BAD_CHECKSUM:
                reply = reply[:-1] + bytes((reply[-1] ^ 0x55,))
            case ReaderFault.HALF_REPLY:
                reply = reply[: len(reply) // 2]
            case ReaderFault.SLOW:
                self._pause(_SLOW_S)
        self._write_all(reply)

    def _write_all(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._master, data) :]
