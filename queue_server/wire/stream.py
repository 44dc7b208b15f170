"""What event streams tell beside the journal's events. Standard library only."""

from __future__ import annotations

from typing import TypedDict

HEARTBEAT = "heartbeat"
SKIPPED = "events_skipped"


class Skipped(TypedDict):
    """Whoever listens asked for what is behind `after`, and is told what is from `next` on. What
    they know of the hall is to be loaded anew."""

    after: int
    next: int
