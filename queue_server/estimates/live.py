"""Keeps each hall's outlook fresh, beside the hall: looks at it, lets another process simulate, and
lays what comes back into its state. No command waits for any of this.

An outlook is made again soon after something has happened, but all of them together may take no
more than DUTY of one processor; then each is a little older, and knows its age.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from queue_server.domain.outlook import Outlook
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import WindowState
from queue_server.estimates.mind import DAYS_KEPT, Line
from queue_server.estimates.process import EstimatesUnavailable, estimating_process
from queue_server.journal.chain import Record
from queue_server.simulation.snapshot import Snapshot, snapshot
from queue_server.simulation.what_if import WhatIf

log = structlog.get_logger()

FIRST_AFTER_S = 4.0  # a server that starts has better things to do
LOOKS_EVERY_S = 0.5
NOT_SOONER_THAN_S = 2.0  # after the hall's last one
AT_LATEST_S = 30.0  # time alone changes waits too
DUTY = 0.15
HALLS_AT_MOST = 60  # of more, those that are asked for least go without
PAGE = 1000
_TOLD = frozenset(
    {
        "hall_configured", "day_opened", "window_opened", "window_closed", "window_paused",
        "window_resumed", "ticket_issued", "ticket_called", "ticket_finished", "ticket_missed",
        "ticket_parked", "ticket_transferred", "ticket_rejoined", "ticket_resumed",
        "ticket_cancelled", "ticket_deferred", "ticket_expired",
    }
)  # fmt: skip


class LiveState(Protocol):
    state: HallState


class LiveHall(Protocol):
    """What is needed of a hall's service."""

    id: str

    @property
    def day(self) -> LiveState: ...

    def now_ms(self) -> int: ...

    async def journal_page(self, after: int, limit: int) -> Sequence[Record]: ...


@dataclass
class _Known:
    """What the estimating process has been told of a hall. told: up to this journal number."""

    generation: int = 0
    told: int = 0
    made_at_s: float = 0.0
    seq: int = -1
    report: tuple[float, dict[str, Any]] | None = None


class Estimates:
    """For all halls of this server."""

    def __init__(self, halls: Iterable[LiveHall]) -> None:
        self._halls = halls
        self._known: dict[str, _Known] = {}
        self._process = estimating_process()
        self._feeding = asyncio.Lock()

    @property
    def process_id(self) -> int | None:
        return self._process.pid

    async def run(self) -> None:
        """For ever."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            rest_s = LOOKS_EVERY_S
            hall = self._next()
            if hall is not None:
                try:
                    rest_s = max(rest_s, await self.refresh(hall) / DUTY)
                except EstimatesUnavailable:
                    rest_s = NOT_SOONER_THAN_S
                except Exception as error:  # the next round tries again
                    log.error("outlook_failed", hall=hall.id, error=repr(error))
                    rest_s = NOT_SOONER_THAN_S
            await asyncio.sleep(rest_s)

    async def close(self) -> None:
        await self._process.close()

    def _next(self) -> LiveHall | None:
        """The hall whose outlook is the most overdue."""
        now_s = time.monotonic()
        halls = [h for h in self._halls if self._keeps_place(h)]
        is_full = sum(self._of(h).seq >= 0 for h in halls) >= HALLS_AT_MOST
        due = [(self._of(h).made_at_s, h.id, h) for h in halls if self._is_due(h, now_s, is_full)]
        return min(due, key=lambda x: x[:2])[2] if due else None

    def _keeps_place(self, hall: LiveHall) -> bool:
        """A hall whose work is over makes room for another."""
        state = hall.day.state
        if state.rules is not None and state.day and _is_at_work(state):
            return True
        self._of(hall).seq = -1
        return False

    def _is_due(self, hall: LiveHall, now_s: float, is_full: bool) -> bool:
        state, known = hall.day.state, self._of(hall)
        if known.seq < 0 and is_full:
            return False
        age_s = now_s - known.made_at_s
        return age_s >= AT_LATEST_S or (known.seq != state.seq and age_s >= NOT_SOONER_THAN_S)

    def _of(self, hall: LiveHall) -> _Known:
        return self._known.setdefault(hall.id, _Known())

    async def refresh(self, hall: LiveHall) -> float:
        """Makes a new outlook; the processor seconds that it took. Raises EstimatesUnavailable."""
        known = self._of(hall)
        known.made_at_s = time.monotonic()
        await self._feed(hall)
        start = self._look(hall)
        known.seq = start.seq
        made: tuple[Outlook, float] = await self._process.ask(hall.id, "outlook", start)
        state = hall.day.state
        if state.day == start.day:
            state.outlook = made[0]
        return made[1]

    def _look(self, hall: LiveHall) -> Snapshot:
        return snapshot(hall.day.state, max(hall.now_ms(), hall.day.state.last_ms))

    # --- what is asked by people ----------------------------------------------------------------

    async def what_if(
        self, hall: LiveHall, changes: Sequence[WhatIf], ends_ms: int
    ) -> dict[str, Any]:
        """Raises EstimatesUnavailable."""
        await self._feed(hall)
        found: dict[str, Any] = await self._process.ask(
            hall.id, "what_if", self._look(hall), list(changes), ends_ms
        )
        return found

    async def openings(self, hall: LiveHall, limit_s: int, ends_ms: int) -> dict[str, Any]:
        """Raises EstimatesUnavailable."""
        await self._feed(hall)
        found: dict[str, Any] = await self._process.ask(
            hall.id, "openings", self._look(hall), limit_s, ends_ms
        )
        return found

    async def report(self, hall: LiveHall) -> dict[str, Any]:
        """What became of promises, and who will come; a few seconds old at the most. Raises
        EstimatesUnavailable."""
        known = self._of(hall)
        if known.report is not None and time.monotonic() - known.report[0] < REPORT_KEPT_S:
            return known.report[1]
        await self._feed(hall)
        state = hall.day.state
        now_ms = max(hall.now_ms(), state.last_ms)
        found: dict[str, Any] = await self._process.ask(hall.id, "report", now_ms, state.day)
        known.report = (time.monotonic(), found)
        return found

    # --- what the process is told -----------------------------------------------------------------

    async def _feed(self, hall: LiveHall) -> None:
        """Tells it what the journal holds beyond what it was told."""
        known = self._of(hall)
        async with self._feeding:
            if known.generation != self._process.generation:
                await self._process.ask(hall.id, "begin", hall.day.state.known_rules)
                known.generation = self._process.generation
                known.told = await self._first_seq(hall)
            while page := await hall.journal_page(known.told, PAGE):
                lines: list[Line] = [(r.event, r.at, r.data) for r in page if r.event in _TOLD]
                if lines:
                    await self._process.ask(hall.id, "take", lines)
                known.told = page[-1].seq
                if len(page) < PAGE:
                    break

    async def _first_seq(self, hall: LiveHall) -> int:
        """The journal number after which the days lie that are learned from."""
        from_ms = hall.now_ms() - DAYS_KEPT * 86_400_000
        low, high = 0, hall.day.state.seq
        while low < high:
            middle = (low + high) // 2
            page = await hall.journal_page(middle, 1)
            if page and page[0].at_ms() < from_ms:
                low = middle + 1
            else:
                high = middle
        return low


REPORT_KEPT_S = 5.0


def _is_at_work(state: HallState) -> bool:
    """Whether there is anything to estimate: somebody waits, or a window is open for whoever may
    come."""
    if len(state.line):
        return True
    opened = any(w.state is not WindowState.CLOSED for w in state.windows.values())
    return opened and state.today["issued"] > 0
