"""Work that goes on beside the requests for as long as the server runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

REST_S, REST_AT_MOST_S = 1.0, 60.0


async def kept_going(work: Callable[[], Awaitable[None]], name: str) -> None:
    """Until `work` returns or is cancelled. What it did not expect stands in the log at once, and
    it is begun again after a rest, which doubles up to the most: nobody else would miss it."""
    rest_s = REST_S
    while True:
        try:
            await work()
        except Exception:
            log.exception("background_work_failed", work=name, again_in_s=rest_s)
        else:
            return
        await asyncio.sleep(rest_s)
        rest_s = min(REST_AT_MOST_S, rest_s * 2)
