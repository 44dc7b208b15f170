"""Deciding in turns: while other processes append to the same hall, each decides while it has the
hall for itself, for everybody who waits at that moment. So nobody's decision is lost to a race, and
both get on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from queue_server.domain.errors import Refusal
from queue_server.journal.port import Journal, JournalError
from queue_server.live_day import LiveDay
from queue_server.outcome import Unavailable


class AnsweredMeanwhile(Exception):
    """Another process has answered this request."""


Asked = TypeVar("Asked")
Decided = TypeVar("Decided")


class Turns(Generic[Asked, Decided]):
    """decide: carries out what was asked on the day's state at once, or raises; what it appends is
    on disk soon after the turn."""

    def __init__(
        self, hall: str, journal: Journal, day: LiveDay, decide: Callable[[Asked], Decided]
    ) -> None:
        self._hall, self._journal, self._day, self._decide = hall, journal, day, decide
        self._waiting: list[tuple[Asked, asyncio.Future[Decided]]] = []
        self._turn: asyncio.Task[None] | None = None

    async def decided(self, asked: Asked) -> Decided:
        """Raises what `decide` raised, or Unavailable when there was no turn to be had."""
        decided: asyncio.Future[Decided] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, decided))
        if not self.under_way:
            self._turn = asyncio.get_running_loop().create_task(self._take_turns())
        return await decided

    @property
    def under_way(self) -> bool:
        return self._turn is not None and not self._turn.done()

    async def over(self) -> None:
        """Returns when everybody has had a turn who was waiting for one."""
        if self._turn is not None:
            await asyncio.wait([self._turn])

    async def _take_turns(self) -> None:
        while self._waiting:
            try:
                async with self._journal.turn(self._hall) as (seq, last_hash):
                    await self._day.reach(seq, last_hash)
                    self._decide_for_everybody()
            except Exception as error:  # handed on to whoever waits
                known = isinstance(error, JournalError)
                for _, decided in self._everybody():
                    _fail(decided, Unavailable(str(error)) if known else error)

    def _everybody(self) -> list[tuple[Asked, asyncio.Future[Decided]]]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _decide_for_everybody(self) -> None:
        """After a fault the state may be ahead of what was put, so that whatever came next would
        leave a gap: the others are decided in another turn, which begins at what is stored."""
        sound = True
        while sound and self._waiting:
            sound = self._decide_for(*self._waiting.pop(0))

    def _decide_for(self, asked: Asked, decided: asyncio.Future[Decided]) -> bool:
        """Whether the state is what has been put."""
        if decided.done():
            return True  # whoever asked has gone away
        try:
            decided.set_result(self._decide(asked))
        except (Refusal, AnsweredMeanwhile) as told:
            decided.set_exception(told)
        except Exception as error:  # handed on to whoever waits
            decided.set_exception(error)
            return False
        return True


def _fail(decided: asyncio.Future[Decided], error: Exception) -> None:
    if not decided.done():
        decided.set_exception(error)
