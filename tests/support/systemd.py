"""The service manager as a program hears and tells it: its socket, and what was said there."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path

_MARK = "so far"


class Systemd:
    """The socket that it listens on."""

    def __init__(self, folder: Path, watchdog_s: float = 8.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self._heard: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.environ = {
            "NOTIFY_SOCKET": str(folder / "notify"),
            "WATCHDOG_USEC": str(int(watchdog_s * 1e6)),
        }

    def _read(self) -> None:
        """Always, as systemd does: the queue of such a socket holds ten."""
        while text := self._socket.recv(4096).decode():
            self._heard.append(text)

    def told(self) -> list[str]:
        """Since the last time."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mark:
            mark.sendto(_MARK.encode(), self.environ["NOTIFY_SOCKET"])
        until = time.monotonic() + 30.0
        while _MARK not in self._heard:
            assert time.monotonic() < until
            time.sleep(0.002)
        count = self._heard.index(_MARK)
        found = self._heard[:count]
        del self._heard[: count + 1]
        return found

    def close(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self.environ["NOTIFY_SOCKET"])
        self._reader.join(timeout=10)
        self._socket.close()
