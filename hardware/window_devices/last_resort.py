"""What becomes of an error that no part of the program foresaw: the process ends, and says why.

A keypad whose thread has died looks like any other until somebody presses a key. The system that
started the process starts it anew.
"""

from __future__ import annotations

import threading

import structlog

from hardware.errors import DeviceError

_log = structlog.get_logger()


class WorkerBroke(DeviceError):
    """A thread of this process ended by an error of the program itself."""

    code = "worker_broke"


class LastResort:
    """ended: set when a thread breaks, so that all the others come to their end too."""

    def __init__(self, ended: threading.Event) -> None:
        self._ended = ended
        self._broken: str | None = None

    def watch(self) -> None:
        """From now on, over every thread of this process."""
        threading.excepthook = self.take

    def take(self, args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread else "?"
        _log.error("worker_broke", worker=name, exc_info=args.exc_value)
        self._broken = self._broken or name
        self._ended.set()

    def tell(self) -> None:
        """Raises WorkerBroke when a thread did break: the exit status says so."""
        if self._broken is not None:
            raise WorkerBroke("worker_broke", name=self._broken)
