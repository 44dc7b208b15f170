"""Deadlines on the monotonic clock, so that no wait adds up."""

from __future__ import annotations

import time


def left(deadline: float) -> float:
    """Seconds until the deadline, never negative."""
    return max(0.0, deadline - time.monotonic())
