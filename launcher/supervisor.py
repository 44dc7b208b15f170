"""Runs several children side by side and ends them all, come what may.

Reports what happens; prints nothing and knows nothing of halls.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from launcher import watchdog
from launcher.child import Child, ChildEvent, ChildPlan, ChildState
from launcher.watchdog import GRACE_S


class Watchdog:
    """The process that ends our children when we no longer can; it learns of them over a pipe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._groups: set[int] = set()
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        # -I -S: no site packages, so that it stands in milliseconds and depends on nothing.
        return subprocess.Popen(
            (sys.executable, "-I", "-S", watchdog.__file__),
            stdin=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )

    def add(self, group: int) -> None:
        with self._guard:
            self._groups.add(group)
            self._tell(f"+{group}\n")

    def remove(self, group: int) -> None:
        with self._guard:
            self._groups.discard(group)
            self._tell(f"-{group}\n")

    def close(self) -> None:
        """Nothing is left to watch: the process ends by itself."""
        with self._guard:
            self._close()

    def _close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        try:
            self._write(line)
        except BrokenPipeError:
            # Somebody ended it: a new one must know of all groups again.
            self._close()
            self._process = self._start()
            self._write("".join(f"+{group}\n" for group in self._groups))

    def _write(self, text: str) -> None:
        if self._process.stdin:
            self._process.stdin.write(text.encode())


class Supervisor:
    """Use as a context: leaving it ends every child. Events come from `events`."""

    def __init__(self, plans: Sequence[ChildPlan], logs: Path) -> None:
        self._watchdog = Watchdog()
        self._events: queue.SimpleQueue[ChildEvent] = queue.SimpleQueue()
        self._states = {plan.name: ChildState.STARTING for plan in plans}
        self._guard = threading.Lock()
        self.children = {
            plan.name: Child(plan, logs / f"{plan.name}.log", self._watchdog, self._note)
            for plan in plans
        }

    def __enter__(self) -> Supervisor:
        for child in self.children.values():
            child.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Asks all children to end, at once, and kills those that have not after GRACE_S."""
        for child in self.children.values():
            child.ask_to_end()
        give_up_at = time.monotonic() + GRACE_S
        for child in self.children.values():
            child.wait_ended(max(0.0, give_up_at - time.monotonic()))
        self._watchdog.close()

    def events(self, wait_s: float) -> Iterator[ChildEvent]:
        """What has happened since, waiting up to `wait_s` for the first of it."""
        try:
            yield self._events.get(timeout=wait_s)
            while True:
                yield self._events.get_nowait()
        except queue.Empty:
            return

    def states(self) -> Mapping[str, ChildState]:
        """How each child is now; may be read from any thread."""
        with self._guard:
            return dict(self._states)

    def _note(self, event: ChildEvent) -> None:
        with self._guard:
            self._states[event.name] = event.state
        self._events.put(event)
