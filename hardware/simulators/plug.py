"""What virtual devices stand on: a plug with a thread that serves while it is in, and a pty behind
a symlink as a serial port.
"""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Callable
from pathlib import Path


class Plug:
    """`put_in` and `pull` may be called from any thread but the serving one."""

    def __init__(self, name: str) -> None:
        """name: of the thread."""
        self._name = name
        self._thread: threading.Thread | None = None
        self._pulled_read = self._pulled_write = -1

    @property
    def is_in(self) -> bool:
        return self._thread is not None

    def put_in(self, serve: Callable[[], None]) -> None:
        """serve: runs in a thread of its own until `wait` tells it that the plug was pulled."""
        self._pulled_read, self._pulled_write = os.pipe()
        self._thread = threading.Thread(target=serve, name=self._name, daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """Ends the thread and waits for it; a plug that is out stays out."""
        if self._thread is None:
            return
        os.write(self._pulled_write, b"x")
        self._thread.join()
        self._thread = None
        for fd in (self._pulled_read, self._pulled_write):
            os.close(fd)

    def wait(self, fd: int | None = None, seconds: float | None = None) -> bool:
        """Until `fd` has something to read or `seconds` have passed; False when the plug was
        pulled meanwhile. For the serving thread."""
        watched = [self._pulled_read] if fd is None else [fd, self._pulled_read]
        ready, _, _ = select.select(watched, [], [], seconds)
        return self._pulled_read not in ready


class PtyEnd:
    """Both ends of a pty; the other one is found through the symlink. Opened anew it is another pty
    behind the same link, as an adapter that was plugged in again."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.master = self.slave = -1

    def open(self) -> None:
        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)  # else the line discipline would echo and translate bytes
        self._point_link(os.ttyname(self.slave))

    def close(self) -> None:
        self.link.unlink(missing_ok=True)
        for fd in (self.master, self.slave):
            os.close(fd)

    def _point_link(self, target: str) -> None:
        """Replaced in one step, so that nobody ever opens a half-made link."""
        self.link.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.link.with_name(f"{self.link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(target)
        fresh.replace(self.link)
