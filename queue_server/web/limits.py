"""Limits on attempts: logins, public pages, and what passers-by type into a kiosk; never on what a
paired device asks by itself."""

from __future__ import annotations

import time
from collections import OrderedDict, deque

from queue_server.access.lockout import Place
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


class ReviewGuesses:
    """Wrong figures typed in to rate a visit: few for one ticket, more for one kiosk, where several
    people mistype theirs. Counted in memory: four figures are worth no more."""

    def __init__(self) -> None:
        self._of_ticket = AttemptLimit(5, 1800.0)
        self._at_kiosk = AttemptLimit(10, 600.0)

    def check(self, hall: str, number: str, asker: str) -> None:
        """Raises ApiError 429 when there were too many."""
        self._of_ticket.check(f"{hall}/{number}")
        self._at_kiosk.check(f"{hall}/{asker}")

    def count(self, hall: str, number: str, asker: str) -> None:
        self._of_ticket.count(f"{hall}/{number}")
        self._at_kiosk.count(f"{hall}/{asker}")


class LoginLimit:
    """Attempts to log in, counted in memory before the password is looked at: few for one login at
    one place, more for one address, and many for one login from everywhere. A place that is known
    for the login answers for itself alone. The lock after wrong passwords is Lockout's."""

    def __init__(self) -> None:
        self._here = AttemptLimit(10, 300.0)
        self._address = AttemptLimit(60, 300.0)
        self._login = AttemptLimit(200, 300.0)

    def try_login(self, hall: str, login: str, place: Place) -> bool:
        """Counts one attempt; False when there were too many."""
        keys = self._keys(hall, login, place)
        if not all(limit.left(key) for limit, key in keys):
            return False
        for limit, key in keys:
            limit.count(key)
        return True

    def succeeded(self, hall: str, login: str, place: Place) -> None:
        for limit, key in self._keys(hall, login, place)[:1]:
            limit.forget(key)

    def _keys(self, hall: str, login: str, place: Place) -> list[tuple[AttemptLimit, str]]:
        here = (self._here, f"{hall}/{login}/{place.key}")
        if place.known:
            return [here]
        return [here, (self._address, place.key), (self._login, f"{hall}/{login}")]
