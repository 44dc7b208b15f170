"""Limits on attempts, for logins and public pages; never for a paired device."""

from __future__ import annotations

import time
from collections import OrderedDict, deque

from queue_server.web.errors import ApiError

KEYS_AT_MOST = 10_000


class AttemptLimit:
    """At most `attempts` per key within `window_s`; keys are forgotten oldest first."""

    def __init__(self, attempts: int, window_s: float) -> None:
        self._attempts, self._window_s = attempts, window_s
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def left(self, key: str) -> int:
        """How many attempts `key` still has."""
        return max(0, self._attempts - len(self._recent(key)))

    def check(self, key: str) -> None:
        """Raises ApiError 429 when `key` has had its attempts."""
        if not self.left(key):
            recent = self._recent(key)
            wait_s = int(recent[0] + self._window_s - time.monotonic()) + 1
            raise ApiError(
                429,
                "too_many_attempts",
                f"尝试次数过多，请 {wait_s} 秒后再试。",
                retry_after_s=wait_s,
            )

    def count(self, key: str) -> None:
        self._recent(key).append(time.monotonic())

    def forget(self, key: str) -> None:
        self._seen.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        recent = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while len(self._seen) > KEYS_AT_MOST:
            self._seen.popitem(last=False)
        horizon = time.monotonic() - self._window_s
        while recent and recent[0] < horizon:
            recent.popleft()
        return recent


class LoginLimit:
    """Attempts to log in, counted before the password is looked at: few for one login from one
    address, more for one address, and many for one login from everywhere, so that a stranger
    cannot lock somebody out from afar without effort."""

    def __init__(self) -> None:
        self._here = AttemptLimit(10, 300.0)
        self._address = AttemptLimit(60, 300.0)
        self._login = AttemptLimit(200, 300.0)

    def try_login(self, hall: str, login: str, address: str) -> bool:
        """Counts one attempt; False when there were too many."""
        keys = self._keys(hall, login, address)
        if not all(limit.left(key) for limit, key in keys):
            return False
        for limit, key in keys:
            limit.count(key)
        return True

    def succeeded(self, hall: str, login: str, address: str) -> None:
        for limit, key in self._keys(hall, login, address)[:1]:
            limit.forget(key)

    def _keys(self, hall: str, login: str, address: str) -> list[tuple[AttemptLimit, str]]:
        return [
            (self._here, f"{hall}/{login}/{address}"),
            (self._address, address),
            (self._login, f"{hall}/{login}"),
        ]
