"""How often nobody in particular may ask, by address, and a phone for one ticket: so that no single
machine can keep a hall's server busy. Paired devices and staff are never counted.

A whole hall of phones may sit behind one address, and public screens may, so the limit is wide and
lets short rushes through (a token bucket). Pure but for the clock that it is given.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from queue_server.web.errors import ApiError

KEYS_AT_MOST = 10_000
RUSH_S = 10.0  # what was not asked for in so long may be asked for at once
# A phone asks every five seconds; a family may look at one ticket.
PHONE_PER_S, PHONE_RUSH_S = 2.0, 30.0


class RateLimit:
    """per_s: requests a second of one key in the long run, 0 for no limit; keys are forgotten the
    longest unseen first."""

    def __init__(
        self, per_s: float, rush_s: float = RUSH_S, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s, self._most, self._now_s = per_s, per_s * rush_s, now_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Counts one request. Raises ApiError 429 when there were too many."""
        if not self._per_s:
            return
        now_s = self._now_s()
        left, at_s = self._left.pop(key, (self._most, now_s))
        left = min(self._most, left + (now_s - at_s) * self._per_s)
        enough = left >= 1
        self._left[key] = (left - 1 if enough else left, now_s)
        if len(self._left) > KEYS_AT_MOST:
            self._left.popitem(last=False)
        if not enough:
            wait_s = max(1, math.ceil((1 - left) / self._per_s))
            raise ApiError(
                429,
                "too_many_requests",
                f"请求太频繁，请 {wait_s} 秒后再试。",
                retry_after_s=wait_s,
            )
