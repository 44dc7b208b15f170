"""An open event stream ends with the right to it: logged out, unpaired, disabled, over."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from fastapi import Request

from queue_server.access.roles import ANYBODY, Act, Actor
from queue_server.journal.port import NotStored
from queue_server.web.context import AWAY_TRUSTED_S, Context, actor_of, allowed
from queue_server.web.errors import ApiError

LOOK_EVERY_S = 5.0


async def while_permitted(
    frames: AsyncGenerator[bytes], permitted: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    """The frames until `permitted` says no, asked every LOOK_EVERY_S before one is sent."""
    look_at_s = time.monotonic() + LOOK_EVERY_S
    async with aclosing(frames):
        async for frame in frames:
            if time.monotonic() >= look_at_s:
                if not await permitted():
                    return
                look_at_s = time.monotonic() + LOOK_EVERY_S
            yield frame


class StillPermitted:
    """Looks again who asked. Somebody else by now – another login in the same browser – may open a
    stream of their own."""

    def __init__(self, request: Request, ctx: Context, actor: Actor, hall: str) -> None:
        self._request, self._ctx, self._actor, self._hall = request, ctx, actor, hall
        self._proved_at_s = time.monotonic()

    async def __call__(self) -> bool:
        if self._actor == ANYBODY:
            return True
        try:
            now = await actor_of(self._request, self._ctx)
        except ApiError:
            return False
        except NotStored:
            # a token was believed for that long already
            away_s = time.monotonic() - self._proved_at_s
            return self._actor.login is not None and away_s < AWAY_TRUSTED_S
        self._proved_at_s = time.monotonic()
        return self._is_same(now) and allowed(self._ctx, now, Act.SEE_HALL, self._hall)

    def _is_same(self, now: Actor) -> bool:
        before = self._actor
        same = (now.role, now.name, now.hall) == (before.role, before.name, before.hall)
        return same and not now.must_change
