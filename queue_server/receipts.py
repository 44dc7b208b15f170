"""Call receipts: what each screen and speaker of a hall says it has shown and spoken.

In memory only: a receipt is worth something for a minute. Pure; instants are UTC milliseconds.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TypedDict, TypeVar

V = TypeVar("V", int, bool)

ALIVE_MS = 25_000  # screens report every ten seconds, two reports may be lost
# One that is gone is missed for as long as it was there, within these: somebody who looked at a
# screen's page and closed it is no broken screen.
MISSED_AT_LEAST_MS, MISSED_AT_MOST_MS = 60_000, 12 * 3600 * 1000
# One that was given a name belongs to the hall, once it has been there for so long; it is missed
# for so long, or until somebody says that it is gone for good.
KNOWN_AFTER_MS, NAMED_FOR_MS = 60_000, 12 * 3600 * 1000
SHOWN_WITHIN_MS = 12_000  # a call that no other call keeps waiting
SCREENS_AT_MOST = 64
CALLS_REMEMBERED = 60


@dataclass(slots=True)
class Screen:
    """speaks: whether it has a voice; waiting: calls that it has heard of and not shown yet.
    spoken: by call, whether it was heard whole. named: by whoever set it up, in its address."""

    id: str
    speaks: bool = False
    named: bool = False
    waiting: int = 0
    seen_ms: int = 0
    since_ms: int = 0
    shown: OrderedDict[int, int] = field(default_factory=OrderedDict)
    spoken: OrderedDict[int, bool] = field(default_factory=OrderedDict)

    def counts_at(self, now_ms: int) -> bool:
        """Whether it belongs to the hall; not once it has been gone for long."""
        missed_ms = max(MISSED_AT_LEAST_MS, min(self.seen_ms - self.since_ms, MISSED_AT_MOST_MS))
        return now_ms - self.seen_ms < missed_ms

    def is_known_at(self, now_ms: int) -> bool:
        """Whether somebody has to be told when it is silent."""
        there_ms = self.seen_ms - self.since_ms
        return self.named and there_ms >= KNOWN_AFTER_MS and now_ms - self.seen_ms < NAMED_FOR_MS

    def view(self, now_ms: int) -> ScreenView:
        return {
            "id": self.id,
            "alive": now_ms - self.seen_ms < ALIVE_MS,
            "speaks": self.speaks,
            "waiting": self.waiting,
            "seen_s": max(0, now_ms - self.seen_ms) // 1000,
        }


class ScreenView(TypedDict):
    id: str
    alive: bool
    speaks: bool
    waiting: int
    seen_s: int  # seconds since it was last heard of


class CallReceipts(TypedDict):
    """By screens that were there when it was called. missing: alive or not, it has not shown the
    call in time; silent: it shows the call, and its voice failed."""

    seq: int
    shown: list[str]
    spoken: list[str]
    waiting: list[str]
    missing: list[str]
    silent: list[str]


class Receipts:
    """Of one hall."""

    def __init__(self) -> None:
        self._screens: OrderedDict[str, Screen] = OrderedDict()

    def note(
        self,
        screen: str,
        now_ms: int,
        *,
        speaks: bool,
        waiting: int,
        shown: int | None,
        spoken: tuple[int, bool] | None,
        named: bool = False,
    ) -> None:
        """A report; one without a call is a sign of life."""
        found = self._screens.get(screen)
        if found is None:
            found = self._screens[screen] = Screen(screen, since_ms=now_ms)
            while len(self._screens) > SCREENS_AT_MOST:
                self._screens.popitem(last=False)
        self._screens.move_to_end(screen)
        found.speaks, found.waiting, found.seen_ms, found.named = speaks, waiting, now_ms, named
        if shown is not None:
            _remember(found.shown, shown, now_ms)
        if spoken is not None:
            _remember(found.spoken, *spoken)

    def screens(self, now_ms: int) -> list[ScreenView]:
        self._forget(now_ms)
        return [s.view(now_ms) for s in self._by_id() if s.counts_at(now_ms)]

    def known(self, now_ms: int) -> list[ScreenView]:
        """Those that were given a name, alive or not."""
        self._forget(now_ms)
        return [s.view(now_ms) for s in self._by_id() if s.is_known_at(now_ms)]

    def seen(self, screen: str, now_ms: int) -> ScreenView | None:
        found = self._screens.get(screen)
        return found.view(now_ms) if found else None

    def forget(self, screen: str) -> bool:
        """It is gone for good; False when it was not known."""
        return self._screens.pop(screen, None) is not None

    def _by_id(self) -> list[Screen]:
        return sorted(self._screens.values(), key=lambda s: s.id)

    def call(self, seq: int, called_ms: int, now_ms: int) -> CallReceipts:
        """How one call fared, on the screens that were there by then."""
        told: CallReceipts = {
            "seq": seq,
            "shown": [],
            "spoken": [],
            "waiting": [],
            "missing": [],
            "silent": [],
        }
        for screen in self._screens.values():
            if screen.since_ms <= called_ms and screen.counts_at(now_ms):
                self._place(told, screen, seq, now_ms - called_ms, now_ms)
        return told

    def _place(
        self, told: CallReceipts, screen: Screen, seq: int, after_ms: int, now_ms: int
    ) -> None:
        if seq in screen.shown:
            told["shown"].append(screen.id)
            if screen.speaks and seq in screen.spoken:
                told["spoken" if screen.spoken[seq] else "silent"].append(screen.id)
            return
        alive = now_ms - screen.seen_ms < ALIVE_MS
        in_time = after_ms < SHOWN_WITHIN_MS or screen.waiting > 0
        told["waiting" if alive and in_time else "missing"].append(screen.id)

    def _forget(self, now_ms: int) -> None:
        for screen in list(self._screens.values()):
            if not (screen.counts_at(now_ms) or screen.is_known_at(now_ms)):
                del self._screens[screen.id]


def _remember(kept: OrderedDict[int, V], seq: int, what: V) -> None:
    kept[seq] = what
    while len(kept) > CALLS_REMEMBERED:
        kept.popitem(last=False)
