"""Tells systemd how this process is, over the socket that it names (sd_notify(3)); else nothing.

The few lines that this takes need no library. Any thread; never raises, and never waits: a manager
that is too busy to listen must not hold up the screen.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

import structlog

_log = structlog.get_logger()


class ServiceManager:
    """environ: NOTIFY_SOCKET and WATCHDOG_USEC as systemd sets them. WATCHDOG_PID is not looked at:
    under a display server's wrapper the main process is another one (NotifyAccess=all)."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # An abstract socket is written with @ for the zero byte that it begins with.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        told = environ.get("WATCHDOG_USEC", "")
        self.watchdog_s = int(told) / 1e6 if told.isdigit() and self._address else None

    def ready(self) -> None:
        self._tell("READY=1")

    def alive(self) -> None:
        """Within each `watchdog_s`, or the process is killed and started anew."""
        self._tell("WATCHDOG=1")

    def hung(self, what: str) -> None:
        """Asks to be started anew at once."""
        self._tell(f"STATUS=hung: {what}\nWATCHDOG=trigger")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)
                line.connect(self._address)
                line.send(text.encode())
        except OSError as error:
            _log.warning("service_manager_deaf", reason=str(error))
