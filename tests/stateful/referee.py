"""Watches a hall's journal and says which rule was broken: by brute force, from the events alone.

Every event is checked against the book before it enters the book. What the dispatcher keeps for
itself (queues, counters, indexes) is never looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import orjson

import queue_server.domain.apply  # noqa: F401 - so that every event is known
from queue_server.domain import events as e
from queue_server.domain.rules import HallRules
from queue_server.journal.chain import GENESIS, Record, verify
from tests.stateful.book import (
    CALLED,
    CANCELLED,
    ENDED,
    EXPIRED,
    FINISHED,
    MISSED,
    PARKED,
    SERVING,
    WAITING,
    Book,
    Person,
)
from tests.stateful.bounds import count_overtaken, let_pass, rightly_next
from tests.stateful.numbers import Numbers
from tests.stateful.supply import Supply


class Referee:
    """Feed it the journal's records in order; an AssertionError names the rule that was broken.

    judges_choices: also who had to be next at each call, which takes time for everybody who waits.
    """

    def __init__(self, *, judges_choices: bool = True) -> None:
        self.judges_choices = judges_choices
        self.book = Book()
        self.seq, self.hash = 0, GENESIS
        self.requests: dict[str, int] = {}
        self.numbers = Numbers()
        self.supply = Supply()
        self.most_overtaken = 0
        self._openings = 0
        self._last_ms = 0
        self.counts: dict[str, int] = {}
        self.changes: list[tuple[int, HallRules, HallRules]] = []  # seq, rules before and after

    def watch(self, records: Iterable[Record]) -> None:
        for record in records:
            self.seq, self.hash = verify([record], self.seq, self.hash)
            self._once(record)
            event, at_ms = record.to_event(), record.at_ms()
            assert at_ms >= self._last_ms, "time ran backwards in the journal"
            self._last_ms = at_ms
            self.numbers.take(event, self.book.day)
            self.supply.take(event, self.book.rules)
            self.counts[event.name] = self.counts.get(event.name, 0) + 1
            if (rule := _RULES.get(type(event))) is not None:
                rule(self, event, at_ms)

    def _once(self, record: Record) -> None:
        """Rule 2: all events of one request stand together; it never happens again."""
        request = _extra(record).get("request_id")
        if request is None:
            return
        last = self.requests.get(request)
        assert last in (None, record.seq - 1), f"request {request} happened twice: {last}"
        self.requests[request] = record.seq

    # --- the hall and its day ---------------------------------------------------------------

    def configured(self, event: e.HallConfigured, at_ms: int) -> None:
        book, before = self.book, self.book.rules
        book.rules = HallRules.from_data(event.rules)
        if before is not None:
            self.changes.append((self.seq, before, book.rules))
        in_use = {p.service for p in book.people.values()}
        assert in_use <= set(book.rules.service), "a service in use was taken away"
        for window in book.rules.window:
            book.windows.setdefault(window, book.fresh_window())
        for gone in sorted(set(book.windows) - set(book.rules.window)):
            assert book.windows.pop(gone).ticket is None, "a busy window was taken away"
            book.release(gone)

    def day_opened(self, event: e.DayOpened, at_ms: int) -> None:
        book = self.book
        assert event.day > book.day, f"{event.day} opened after {book.day}"
        left = [p.number for p in book.people.values() if p.status not in ENDED]
        assert not left, f"a day opened over {left}"
        book.day, book.people = event.day, {}
        book.windows = {window: book.fresh_window() for window in book.known_rules.window}

    def day_closed(self, event: e.DayClosed, at_ms: int) -> None:
        people = self.book.people.values()
        assert event.day == self.book.day
        assert event.issued == len(people)
        assert event.expired == sum(p.status == EXPIRED for p in people)
        assert all(p.status in ENDED for p in people)

    # --- tickets ----------------------------------------------------------------------------

    def issued(self, event: e.TicketIssued, at_ms: int) -> None:
        assert event.ticket not in self.book.people, f"ticket {event.ticket} twice"
        assert event.number == f"{event.prefix}{event.serial:03d}"
        self.book.people[event.ticket] = Person(
            event.ticket,
            event.number,
            event.prefix,
            event.serial,
            event.service,
            event.priority_class,
            event.arrived_ms,
            event.then,
        )

    def called(self, event: e.TicketCalled, at_ms: int) -> None:
        person = self.book.people[event.ticket]
        chosen = event.why["figures"]["reason"] == "chosen"
        self._only_one(event.window, person)
        if self.judges_choices and not chosen:
            self._nobody_is_overdue(at_ms)
            rightly_next(self.book, event.window, person, at_ms)
            self.most_overtaken = max(
                self.most_overtaken, count_overtaken(self.book, event.window, person)
            )
        waited = person.status == WAITING
        self.book.leave(person)
        person.move("called", CALLED)
        if waited and self.judges_choices:
            let_pass(self.book, event.window, person)
        person.window, person.rejoined, person.lets_pass = event.window, False, 0
        self.book.windows[event.window].ticket = person.ticket

    def _only_one(self, window: str, person: Person) -> None:
        """Rule 3: one ticket at a window, one window for a ticket, and only an open one calls."""
        windows = self.book.windows
        at = windows[window]
        assert at.state == "open", f"window {window} called and is {at.state}"
        assert at.ticket is None, f"window {window} has {at.ticket} already"
        held = [w.ticket for w in windows.values()]
        assert person.ticket not in held, f"{person.number} at two windows"

    def _nobody_is_overdue(self, at_ms: int) -> None:
        overdue = self.book.overdue(at_ms)
        assert not overdue, f"{overdue} should have been back in line"

    def found_nobody(self, event: e.CallFoundNobody, at_ms: int) -> None:
        if not self.judges_choices:
            return
        self._nobody_is_overdue(at_ms)
        waiting = [p.number for p in self.book.eligible(event.window)]
        assert not waiting, f"window {event.window} found nobody, but {waiting} wait"

    def recalled(self, event: e.TicketRecalled, at_ms: int) -> None:
        self._at(event.window, event.ticket).move("called", CALLED)

    def started(self, event: e.TicketStarted, at_ms: int) -> None:
        self._at(event.window, event.ticket).move("started", SERVING)

    def finished(self, event: e.TicketFinished, at_ms: int) -> None:
        person = self._at(event.window, event.ticket)
        self.book.leave(person)
        if event.flagged:
            person.move("day_closed", FINISHED)
        elif event.next_service is None:
            person.move("finished", FINISHED)
        else:
            self._next_step(person, event.next_service)

    def _next_step(self, person: Person, service: str) -> None:
        window, clerk, back_to = person.returns
        assert service == (back_to or person.then[0]), "not the step that comes next"
        if back_to is None:
            person.then = person.then[1:]
        open_yet = window in self.book.windows and self.book.windows[window].state == "open"
        person.for_clerk = clerk
        person.for_window = self.book.clerk_at(clerk) or (window if open_yet else None)
        person.returns = (None, None, None)
        person.move("finished", WAITING)
        self.book.enter(person, service)

    def missed(self, event: e.TicketMissed, at_ms: int) -> None:
        person = self._at(event.window, event.ticket)
        self.book.leave(person)
        person.move("missed", MISSED)

    def rejoined(self, event: e.TicketRejoined, at_ms: int) -> None:
        """Rule 6: back in after so many people, and no more often than the hall allows."""
        person = self.book.people[event.ticket]
        person.move("rejoined", WAITING)
        person.rejoins += 1
        settings = self.book.known_rules.dispatch
        assert person.rejoins <= settings.rejoins_at_most, "rejoined too often"
        self.book.enter(person, person.service)
        others = self.book.fellows(person)
        person.rejoined = True
        person.lets_pass = min(settings.rejoin_after, len(others))

    def parked(self, event: e.TicketParked, at_ms: int) -> None:
        person = self.book.people[event.ticket]
        self.book.leave(person)
        person.move("parked", PARKED)
        person.until_ms = event.until_ms

    def resumed(self, event: e.TicketResumed, at_ms: int) -> None:
        person = self.book.people[event.ticket]
        person.move("resumed", WAITING)
        person.until_ms = None
        self.book.enter(person, person.service)

    def deferred(self, event: e.TicketDeferred, at_ms: int) -> None:
        person = self.book.people[event.ticket]
        assert person.status == WAITING
        assert event.until_ms > at_ms
        person.deferred, person.until_ms = True, event.until_ms

    def deferral_ended(self, event: e.TicketDeferralEnded, at_ms: int) -> None:
        person = self.book.people[event.ticket]
        assert person.deferred
        person.deferred, person.until_ms = False, None

    def transferred(self, event: e.TicketTransferred, at_ms: int) -> None:
        person = self.book.people[event.ticket]
        self.book.leave(person)
        person.move("transferred", WAITING)
        person.for_window, person.for_clerk = event.for_window, event.for_clerk
        person.returns = (event.returns_to, event.returns_clerk, event.returns_service)
        self.book.enter(person, event.service)

    def cancelled(self, event: e.TicketCancelled, at_ms: int) -> None:
        person = self.book.people[event.ticket]
        self.book.leave(person)
        person.move("cancelled", CANCELLED)

    def expired(self, event: e.TicketExpired, at_ms: int) -> None:
        person = self.book.people[event.ticket]
        self.book.leave(person)
        person.move("day_closed", EXPIRED)

    def _at(self, window: str, ticket: str) -> Person:
        assert self.book.windows[window].ticket == ticket, f"{ticket} is not at window {window}"
        return self.book.people[ticket]

    # --- windows ----------------------------------------------------------------------------

    def window_opened(self, event: e.WindowOpened, at_ms: int) -> None:
        window = self.book.windows[event.window]
        self._openings += 1
        window.state, window.clerk, window.opened = "open", event.clerk, self._openings
        for person in self.book.people.values():
            if event.clerk and person.for_clerk == event.clerk and person.status == WAITING:
                person.for_window = event.window

    def clerk_seated(self, event: e.ClerkSeated, at_ms: int) -> None:
        assert self.book.windows[event.window].state != "closed", "somebody sits at a closed window"
        for window in self.book.windows.values():
            if window.clerk == event.clerk:
                window.clerk = None
        window = self.book.windows[event.window]
        self._openings += 1
        window.clerk, window.opened = event.clerk, self._openings
        for person in self.book.people.values():
            if person.for_clerk == event.clerk and person.status == WAITING:
                person.for_window = event.window

    def window_resumed(self, event: e.WindowResumed, at_ms: int) -> None:
        self.book.windows[event.window].state = "open"

    def window_paused(self, event: e.WindowPaused, at_ms: int) -> None:
        self.book.windows[event.window].state = "paused"

    def window_closed(self, event: e.WindowClosed, at_ms: int) -> None:
        window = self.book.windows[event.window]
        assert window.ticket is None, "a busy window was closed"
        window.state, window.clerk = "closed", None
        self.book.release(event.window)


def _extra(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(record.data)
    return found


_RULES: dict[type[e.Event], Callable[[Referee, Any, int], None]] = {
    e.HallConfigured: Referee.configured,
    e.DayOpened: Referee.day_opened,
    e.DayClosed: Referee.day_closed,
    e.TicketIssued: Referee.issued,
    e.TicketCalled: Referee.called,
    e.CallFoundNobody: Referee.found_nobody,
    e.TicketRecalled: Referee.recalled,
    e.TicketStarted: Referee.started,
    e.TicketFinished: Referee.finished,
    e.TicketMissed: Referee.missed,
    e.TicketRejoined: Referee.rejoined,
    e.TicketParked: Referee.parked,
    e.TicketResumed: Referee.resumed,
    e.TicketDeferred: Referee.deferred,
    e.TicketDeferralEnded: Referee.deferral_ended,
    e.TicketTransferred: Referee.transferred,
    e.TicketCancelled: Referee.cancelled,
    e.TicketExpired: Referee.expired,
    e.WindowOpened: Referee.window_opened,
    e.ClerkSeated: Referee.clerk_seated,
    e.WindowResumed: Referee.window_resumed,
    e.WindowPaused: Referee.window_paused,
    e.WindowClosed: Referee.window_closed,
}
