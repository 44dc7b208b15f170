"""Ends the demonstration's processes when their supervisor is gone, however it went (kill -9 too).

Run as a program of its own, standard library only. It reads `+GROUP` and `-GROUP` lines from its
standard input; when that closes, the supervisor no longer lives, and every group still listed is
asked to end and, three seconds later, made to. It never touches any other process.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_S = 3.0
_LOOK_EVERY_S = 0.05


def signal_group(group: int, number: int) -> bool:
    """Sends a signal to a process group; False when nobody is left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        # Some systems answer so for a group of which only unreaped members are left.
        return False
    return True


def end_groups(groups: Iterable[int], grace_s: float = GRACE_S) -> None:
    """SIGTERM to all, then SIGKILL to those that are still there after `grace_s`."""
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    give_up_at = time.monotonic() + grace_s
    while left and time.monotonic() < give_up_at:
        time.sleep(_LOOK_EVERY_S)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


def watch(lines: Iterable[str]) -> set[int]:
    """Follows the list until it closes; returns the groups that were still on it."""
    groups: set[int] = set()
    for line in lines:
        sign, group = line[:1], int(line[1:])
        if sign == "+":
            groups.add(group)
        else:
            groups.discard(group)
    return groups


if __name__ == "__main__":
    for deaf_to in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(deaf_to, signal.SIG_IGN)
    end_groups(watch(sys.stdin))
