"""Processes that work beside a benchmark and end with it, also when it is killed."""

from __future__ import annotations

import ctypes
import os
import signal
from concurrent.futures import ProcessPoolExecutor

_SET_DEATH_SIGNAL = 1  # prctl(2)
_libc = ctypes.CDLL(None, use_errno=True)


def pool(jobs: int) -> ProcessPoolExecutor:
    """To be used from the main thread, whose end is what the workers are told of."""
    return ProcessPoolExecutor(jobs, initializer=_end_with, initargs=(os.getpid(),))


def _end_with(parent: int) -> None:
    """Raises OSError where the kernel refuses it."""
    if _libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if os.getppid() != parent:  # it ended before that
        os._exit(1)
