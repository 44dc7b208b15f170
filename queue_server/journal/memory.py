"""The journal in memory: for tests and simulation. Same contract, nothing kept."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from itertools import islice

from queue_server.journal.chain import GENESIS, Record
from queue_server.journal.port import RARE, Answer, Append, LedgerRefused, SeqConflict, TicketRow


class MemoryJournal:
    """Acknowledges at once; refuses what does not follow, like the others. Several services may
    share it, as several processes share a database."""

    shared = True

    def __init__(self) -> None:
        self._records: dict[str, list[Record]] = defaultdict(list)
        self._answers: dict[tuple[str, str], Answer] = {}
        self._tickets: dict[tuple[str, str], TicketRow] = {}
        self._kept: dict[tuple[str, str], int] = {}
        self._watchers: dict[str, list[Callable[[int], None]]] = defaultdict(list)

    def append(self, append: Append) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        stored = self._records[append.hall]
        seq, prev_hash = (stored[-1].seq, stored[-1].hash) if stored else (0, GENESIS)
        first = append.records[0]
        if (first.seq, first.prev_hash) != (seq + 1, prev_hash):
            done.set_exception(SeqConflict(f"{append.hall}: {first.seq} does not follow {seq}"))
            return done
        if append.answer and (append.hall, append.answer.request_id) in self._answers:
            done.set_exception(SeqConflict("answered before"))
            return done
        tickets = {**self._tickets, **{(row.hall, row.id): row for row in append.tickets}}
        if broken := _broken_rule(tickets.values()):
            done.set_exception(LedgerRefused(broken))
            return done
        stored.extend(append.records)
        self._tickets = tickets
        if append.answer:
            self._answers[append.hall, append.answer.request_id] = append.answer
        self._kept.update({(kept.hall, kept.key): kept.seq for kept in append.kept})
        done.set_result(None)
        for heard in self._watchers[append.hall]:
            asyncio.get_running_loop().call_soon(heard, append.records[-1].seq)
        return done

    @asynccontextmanager
    async def turn(self, hall: str) -> AsyncIterator[tuple[int, str]]:
        yield await self.last(hall)

    def watch(self, hall: str, heard: Callable[[int], None]) -> None:
        self._watchers[hall].append(heard)

    async def load(self, hall: str) -> Sequence[Record]:
        stored = self._records[hall]
        opened = max((r.seq for r in stored if r.event == "day_opened"), default=None)
        if opened is None:
            return list(stored)
        head = [r for r in stored if r.event == "hall_configured" and r.seq < opened]
        seqs = sorted(s for (of, _), s in self._kept.items() if of == hall and 0 < s < opened)
        return [*head[-1:], *(stored[seq - 1] for seq in seqs), *stored[opened - 1 :]]

    async def last(self, hall: str) -> tuple[int, str]:
        stored = self._records[hall]
        return (stored[-1].seq, stored[-1].hash) if stored else (0, GENESIS)

    async def read(self, hall: str, after: int, limit: int) -> Sequence[Record]:
        stored = self._records[hall][after:]
        return stored if limit < 0 else stored[:limit]

    async def rare(self, hall: str, before: int, limit: int) -> Sequence[Record]:
        found = (r for r in reversed(self._records[hall]) if r.event in RARE and r.seq < before)
        return list(islice(found, limit))

    async def find_answer(self, hall: str, request_id: str) -> Answer | None:
        return self._answers.get((hall, request_id))

    async def find_ticket(self, hall: str, ticket: str) -> TicketRow | None:
        return self._tickets.get((hall, ticket))

    async def close(self) -> None:
        """Nothing to close."""


def _broken_rule(tickets: Iterable[TicketRow]) -> str | None:
    """What the databases' unique indexes forbid: a number, or a window, twice."""
    rows = list(tickets)
    numbers = Counter((t.hall, t.day, t.prefix, t.serial) for t in rows)
    windows = Counter((t.hall, t.window) for t in rows if t.status in ("called", "serving"))
    twice = [key for counts in (numbers, windows) for key, n in counts.items() if n > 1]
    return f"twice: {twice[0]}" if twice else None
