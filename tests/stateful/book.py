"""What the referee knows of a hall's day: a bookkeeping of its own, filled from events alone.

Deliberately slow and plain: lists are walked, nothing is indexed, nothing is shared with the
dispatcher but the events' and rules' types.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from queue_server.domain.rules import HallRules

WAITING, CALLED, SERVING, MISSED, PARKED = "waiting", "called", "serving", "missed", "parked"
FINISHED, CANCELLED, EXPIRED = "finished", "cancelled", "expired"
ENDED = frozenset({FINISHED, CANCELLED, EXPIRED})

# design/domain.md, “Lifecycle of a ticket”, typed in by hand: from → event → to
LIFECYCLE: dict[tuple[str, str], tuple[str, ...]] = {
    (WAITING, "called"): (CALLED,),
    (WAITING, "transferred"): (WAITING,),
    (WAITING, "cancelled"): (CANCELLED,),
    (WAITING, "day_closed"): (EXPIRED,),
    (CALLED, "called"): (CALLED,),
    (CALLED, "started"): (SERVING,),
    (CALLED, "missed"): (MISSED,),
    (CALLED, "parked"): (PARKED,),
    (CALLED, "transferred"): (WAITING,),
    (CALLED, "cancelled"): (CANCELLED,),
    (CALLED, "day_closed"): (EXPIRED,),
    (SERVING, "finished"): (FINISHED, WAITING),
    (SERVING, "parked"): (PARKED,),
    (SERVING, "transferred"): (WAITING,),
    (SERVING, "day_closed"): (FINISHED,),
    (MISSED, "called"): (CALLED,),
    (MISSED, "rejoined"): (WAITING,),
    (MISSED, "cancelled"): (CANCELLED,),
    (MISSED, "day_closed"): (EXPIRED,),
    (PARKED, "called"): (CALLED,),
    (PARKED, "resumed"): (WAITING,),
    (PARKED, "transferred"): (WAITING,),
    (PARKED, "cancelled"): (CANCELLED,),
    (PARKED, "day_closed"): (EXPIRED,),
}


@dataclass
class Person:
    """One ticket of this day. arrived_ms never changes; overtaken counts the whole visit.

    lets_pass: how many more people go first after a rejoin; until_ms: parked or deferred till then.
    """

    ticket: str
    number: str
    prefix: str
    serial: int
    service: str
    priority_class: str
    arrived_ms: int
    then: tuple[str, ...]
    status: str = WAITING
    deferred: bool = False
    until_ms: int | None = None
    window: str | None = None
    for_window: str | None = None
    for_clerk: str | None = None
    returns: tuple[str | None, str | None, str | None] = (None, None, None)
    overtaken: int = 0
    rejoins: int = 0
    rejoined: bool = False
    lets_pass: int = 0

    @property
    def place(self) -> tuple[int, str, int]:
        """Who came first; ties by the lower number."""
        return (self.arrived_ms, self.prefix, self.serial)

    def move(self, happening: str, to: str) -> None:
        allowed = LIFECYCLE.get((self.status, happening), ())
        assert to in allowed, f"{self.number}: {self.status} –{happening}→ {to}"
        self.status = to


@dataclass
class Counter:
    """A window. opened: which opening it was, to know where a clerk went last."""

    state: str
    clerk: str | None = None
    opened: int = 0
    ticket: str | None = None


@dataclass
class Book:
    """One hall, one business day."""

    rules: HallRules | None = None
    day: str = ""
    people: dict[str, Person] = field(default_factory=dict)
    windows: dict[str, Counter] = field(default_factory=dict)

    @property
    def known_rules(self) -> HallRules:
        assert self.rules is not None, "an event before the first configuration"
        return self.rules

    def fresh_window(self) -> Counter:
        return Counter("open" if self.known_rules.windows_start_open else "closed")

    def in_line(self) -> Iterator[Person]:
        return (p for p in self.people.values() if p.status == WAITING and not p.deferred)

    def overdue(self, at_ms: int) -> list[str]:
        """Parked or deferred until an instant that has passed."""
        away = (p for p in self.people.values() if p.deferred or p.status == PARKED)
        return [p.number for p in away if p.until_ms is not None and p.until_ms <= at_ms]

    def clerk_at(self, clerk: str | None) -> str | None:
        """The window that the clerk opened last of those that are not closed."""
        at = [(w.opened, k) for k, w in self.windows.items() if w.state != "closed"]
        mine = [(opened, k) for opened, k in at if clerk and self.windows[k].clerk == clerk]
        return max(mine)[1] if mine else None

    # --- what a window may call ---------------------------------------------------------------

    def stands_in_for(self, window: str) -> str | None:
        """The partner whose people this window takes just now."""
        partner = self.known_rules.window[window].stands_in_for
        if partner is None or partner not in self.known_rules.window:
            return None
        state = self.windows[partner].state
        also_closed = self.known_rules.dispatch.stands_in_when_closed
        return partner if state == "paused" or (state == "closed" and also_closed) else None

    def rank(self, window: str, person: Person) -> int | None:
        """The window's skill rank for this person; 0 when kept for it, None when it may not call
        them."""
        partner = self.stands_in_for(window)
        if person.for_window is not None:
            return 0 if person.for_window in (window, partner) else None
        rules = self.known_rules.window
        own = [s.rank for s in rules[window].skills if s.service == person.service]
        theirs = (
            [s.rank + 1 for s in rules[partner].skills if s.service == person.service]
            if (partner)
            else []
        )
        return min(own, default=min(theirs, default=None))

    def eligible(self, window: str) -> list[Person]:
        """Everybody in line whom this window may call, those included who let others pass first."""
        return [p for p in self.in_line() if self.rank(window, p) is not None]

    def fellows(self, person: Person, window: str | None = None) -> list[Person]:
        """The others among whom this person has a place: of the same service; for somebody kept for
        a window, all whom that window (or `window`, which stands in for it) may call."""
        others = [p for p in self.in_line() if p is not person]
        free = [p for p in others if p.for_window is None]
        if (kept_for := person.for_window) is None:
            return [p for p in free if p.service == person.service]
        kept = [p for p in others if p.for_window == kept_for]
        return kept + [p for p in free if self.rank(window or kept_for, p) is not None]

    # --- changes that several events share ------------------------------------------------------

    def leave(self, person: Person) -> None:
        """Away from window and line, for whatever comes next."""
        if person.window is not None and self.windows[person.window].ticket == person.ticket:
            self.windows[person.window].ticket = None
        person.window, person.deferred, person.until_ms = None, False, None

    def enter(self, person: Person, service: str) -> None:
        """Into the line, kept for whom it waits for if they are there."""
        if service != person.service:
            person.rejoined, person.lets_pass = False, 0
        person.service = service
        person.for_window = self.clerk_at(person.for_clerk) or person.for_window
        kept_for = self.windows.get(person.for_window or "")
        if kept_for is None or kept_for.state == "closed":
            person.for_window = None

    def release(self, window: str) -> None:
        """A window is no longer there: its people go where their clerk is, or to any window."""
        for person in self.people.values():
            if person.status == WAITING and person.for_window == window:
                person.for_window = self.clerk_at(person.for_clerk)
