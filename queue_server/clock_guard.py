"""Several machines that share a database must agree on the time: people wait by it.

The database's own clock is what all of them have in common, so each process compares itself with
it when it starts and once a minute. What the way to the database and back may account for is never
held against a machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from queue_server.journal.port import JournalError

log = structlog.get_logger()

EVERY_S = 60.0
# Of several questions in a row the quickest is the most exact.
QUESTIONS = 3

AskClock = Callable[[], Awaitable[float]]


class ClockOff(Exception):
    """This machine's clock is too far from the database's. off_s: how far it is ahead."""

    code = "clock_off"

    def __init__(self, off_s: float, at_most_s: float) -> None:
        super().__init__(f"{off_s:+.1f} s; at most {at_most_s:g} s")
        self.off_s = off_s


def off_by_s(sent_s: float, theirs_s: float, received_s: float) -> float:
    """How far our clock is ahead of theirs at the least; 0.0 when the way explains it all. All are
    seconds since 1970: ours when the question was sent, theirs, ours when the answer was there."""
    if sent_s > theirs_s:
        return sent_s - theirs_s
    return min(0.0, received_s - theirs_s)


class ClockGuard:
    """ask: the database's time, seconds since 1970. off_s: what the last comparison found."""

    def __init__(
        self, ask: AskClock, at_most_s: float, now_s: Callable[[], float] | None = None
    ) -> None:
        self._ask, self._at_most_s, self._now_s = ask, at_most_s, now_s or time.time
        self._alarmed = False
        self.off_s = 0.0

    async def refuse(self) -> None:
        """Before the start. Raises ClockOff, or JournalError when the database does not answer."""
        if await self._compare():
            raise ClockOff(self.off_s, self._at_most_s)

    async def run(self) -> None:
        """While the server runs: it goes on, because a hall without numbers is worse than one whose
        waits are some seconds off, but says so each minute until it is put right."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look()
            except JournalError as error:
                log.warning("clock_not_compared", error=str(error))

    async def look(self) -> None:
        """Compares once and alarms. Raises JournalError."""
        off, was = await self._compare(), self._alarmed
        self._alarmed = off
        if off:
            log.error("clock_off", off_s=round(self.off_s, 1), at_most_s=self._at_most_s)
        elif was:
            log.warning("clock_right_again", off_s=round(self.off_s, 1))

    async def _compare(self) -> bool:
        """Whether it is too far off."""
        found = [await self._once() for _ in range(QUESTIONS)]
        _, self.off_s = min(found)
        return abs(self.off_s) > self._at_most_s

    async def _once(self) -> tuple[float, float]:
        """How long the answer took, and by how much we are ahead."""
        sent_s = self._now_s()
        begun = time.monotonic()
        theirs_s = await self._ask()
        took_s = time.monotonic() - begun
        return took_s, off_by_s(sent_s, theirs_s, sent_s + took_s)
