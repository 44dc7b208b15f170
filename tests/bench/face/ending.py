"""Ctrl-C and SIGTERM end a long measurement early: what was measured by then is still told."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType

_WORDS = (
    "收到中断：做完手上这一个就给出已有的结果 / interrupted: the one at work is finished,"
    " then what there is is told"
)


def watched() -> threading.Event:
    """Set by the first of these signals; those after it change nothing."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        if not ended.is_set():
            ended.set()
            print(_WORDS, file=sys.stderr, flush=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return ended
