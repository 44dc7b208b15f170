"""The paired screens of a hall, looked up now and then: each console asks every other second."""

from __future__ import annotations

import time

from queue_server.access import pairing
from queue_server.access.paired_screens import PairedScreen, screens_of
from queue_server.web.context import Context

LOOKED_UP_S = 5.0


async def paired_screens(ctx: Context, hall: str) -> tuple[PairedScreen, ...]:
    """Asks the database anew after LOOKED_UP_S: each console asks every other second."""
    known = ctx.paired_screens.get(hall)
    now = time.monotonic()
    if known is not None and now - known[0] < LOOKED_UP_S:
        return known[1]
    found = screens_of(await pairing.devices(ctx.access.database, hall))
    ctx.paired_screens[hall] = (now, found)
    return found
