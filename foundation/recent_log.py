"""The newest lines of a process's own log, kept in memory beside standard error."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
from collections import deque
from datetime import datetime, tzinfo
from typing import Any

KEPT_LINES = 240
_NOT_MORE = frozenset({"event", "level", "room", "timestamp", "exception"})


class RecentLog:
    """File-like; any thread. Standard error may fail: a full disk or a closed pipe under the log
    must not stop the work that the log is about."""

    def __init__(self, kept: int = KEPT_LINES) -> None:
        self._lines: deque[str] = deque(maxlen=kept)
        self._lock = threading.Lock()

    def write(self, text: str) -> int:
        with self._lock:
            self._lines.extend(line for line in text.splitlines() if line)
        with contextlib.suppress(OSError, ValueError):
            return sys.stderr.write(text)
        return 0

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()

    def newest(self) -> tuple[dict[str, Any], ...]:
        """The newest first; what is no JSON object is left out."""
        with self._lock:
            lines = list(self._lines)
        return tuple(entry for line in reversed(lines) if (entry := _entry(line)))


def _entry(line: str) -> dict[str, Any]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) and "event" in told else {}


def time_of_day(entry: dict[str, Any], zone: tzinfo | None = None) -> str:
    """HH:MM:SS in the zone, None being this machine's; empty where the line has no time."""
    try:
        moment = datetime.fromisoformat(str(entry.get("timestamp", "")))
    except ValueError:
        return ""
    return moment.astimezone(zone).strftime("%H:%M:%S")


def figures(entry: dict[str, Any]) -> str:
    """What stands in the line beside its name, as `name=value`."""
    shown = ((name, value) for name, value in entry.items() if name not in _NOT_MORE)
    return " ".join(f"{name}={value}" for name, value in shown)
