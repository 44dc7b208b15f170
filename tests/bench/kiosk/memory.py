"""What a process holds, by three counts that see different things.

rss_kib is what the hall's machine has to have, but it jumps by whole pages and keeps what the C
library has not given back. in_use_kib is what is asked of the C library and not given back, to the
byte: pictures, letters, Kivy's and the renderer's own parts. python_blocks is the same of Python's
small things. A leak of a few bytes a visit shows in the latter two after some hundred visits.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from pathlib import Path


class _MallInfo(ctypes.Structure):
    """glibc's `struct mallinfo2`; sizes in bytes, over all of its arenas."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in [
            "arena",
            "ordblks",
            "smblks",
            "hblks",
            "hblkhd",
            "usmblks",
            "fsmblks",
            "uordblks",
            "fordblks",
            "keepcost",
        ]
    )


def memory() -> dict[str, int]:
    """After gc. python_objects: all that Python itself keeps track of, with those that the kiosk's
    tidying leaves out."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {
        "rss_kib": pages * os.sysconf("SC_PAGE_SIZE") // 1024,
        "in_use_kib": _in_use() // 1024,
        "python_blocks": sys.getallocatedblocks(),
        "python_objects": len(gc.get_objects()) + gc.get_freeze_count(),
    }


def _in_use() -> int:
    """Bytes."""
    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = _MallInfo
    told = ask()
    return int(told.uordblks + told.hblkhd)
