"""A hall's register as imports work with it: one place for all who import (page, command line,
demonstration)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial
from uuid import uuid4

from queue_server.domain.decide.core import decide
from queue_server.domain.pension_commands import ImportPensioners, Listed
from queue_server.domain.state import HallState
from queue_server.outcome import Outcome
from queue_server.service import HallService
from queue_server.views.pensions import import_counts

_AT_ONCE = 2000  # rows that are looked at before anybody else has their turn


class HallRegister:
    """Implements `importing.Register`. by: who imports, for the journal."""

    def __init__(self, here: HallService, by: str) -> None:
        self._here, self._by = here, by

    async def execute(self, command: ImportPensioners) -> Outcome:
        return await self._here.execute(command, request_id=str(uuid4()), by=self._by)

    async def unknown(self, persons: Sequence[str]) -> list[str]:
        return await self._here.ask(
            lambda state, _: [p for p in persons if p not in state.pensions.pensioners]
        )

    async def would(self, rows: Sequence[Listed]) -> dict[str, int]:
        """Some rows at a time, so that a long register holds nobody up."""
        found: Counter[str] = Counter(dict.fromkeys(("new", "changed", "passed", "same"), 0))
        for start in range(0, len(rows), _AT_ONCE):
            batch = ImportPensioners(tuple(rows[start : start + _AT_ONCE]))
            found.update(await self._here.ask(partial(_looked_at, batch)))
            await asyncio.sleep(0)
        return dict(found)


def _looked_at(command: ImportPensioners, state: HallState, now_ms: int) -> dict[str, int]:
    return import_counts(command, decide(command, state, now_ms))
