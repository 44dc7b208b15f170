"""One business day's facts, folded from its records: every step of every visit, and every window's
time. The one definition of what is counted; measures.py only adds up.

- A step waits from the arrival (a later step: from the end of the one before) until its first call,
  less the time in which the person had asked not to be called. A transfer before the call goes on
  waiting; one after it ends the step and begins another.
- Its service lasts from start to end, less the time it was put aside.
- `no_show`: called, missed and not back before the day closed; `expired`: still waiting then.
- A window is idle with people waiting while it is open, nobody is at it, and somebody waits whom it
  may call. Times belong to the clerk who sits there (who opened it, or acted there under a login of
  their own since), and to "" when nobody does.
- A number that a kiosk handed in on a later day counts on its own day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any, Literal

from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.leases import Lease, LeaseIssued, OfflineTicketRecorded
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import TicketStatus, WindowState
from queue_server.journal.chain import Record

Ending = Literal["finished", "flagged", "transferred", "no_show", "cancelled", "expired"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One number that was given. day: the business day that it counts for."""

    day: str
    at_ms: int
    service: str
    priority_class: str
    booked: bool
    offline: bool


@dataclass(frozen=True, slots=True)
class StepFact:
    """wait_ms: None when it was never called; service_ms: 0 when it was never started. clerk: who
    finished it, else who started it, else who called it."""

    day: str
    ticket: str
    number: str
    service: str
    matter: str | None
    priority_class: str
    began_ms: int
    wait_ms: int | None
    service_ms: int
    ended_ms: int
    window: str | None
    clerk: str
    ending: Ending
    calls: int
    misses: int


@dataclass(frozen=True, slots=True)
class Rating:
    """level: 5 best – 1 worst."""

    day: str
    service: str
    window: str
    clerk: str
    level: int


@dataclass(slots=True)
class WindowTime:
    """Milliseconds of one clerk at one window on one day."""

    open_ms: int = 0
    busy_ms: int = 0
    paused_ms: int = 0
    idle_waiting_ms: int = 0


@dataclass(slots=True)
class DayFacts:
    """What one day's records tell; closed: whether the day is over, so that it stays as it is."""

    day: str
    closed: bool = False
    arrivals: list[Arrival] = field(default_factory=list)
    steps: list[StepFact] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    windows: dict[tuple[str, str], WindowTime] = field(
        default_factory=lambda: defaultdict(WindowTime)
    )


@dataclass(slots=True)
class _Step:
    """One that has not ended. serving_ms, deferred_ms: since when, while it is so."""

    service: str
    began_ms: int
    called_ms: int | None = None
    serving_ms: int | None = None
    served_ms: int = 0
    deferred_ms: int | None = None
    away_ms: int = 0
    window: str | None = None
    clerk: str = ""
    calls: int = 0
    misses: int = 0


class _AnyLeases(dict[str, Lease]):
    """Of blocks that were lent on earlier days nothing is needed."""

    def __missing__(self, lease: str) -> Lease:
        return Lease(lease, "", "", "", 0, 0, 0)


# Of other events nothing is counted, and some need what happened on earlier days.
_OWN = e.__name__
_TAKEN = (LeaseIssued, OfflineTicketRecorded)


class DayFold:
    """configured: the last `hall_configured` before the day's first record."""

    def __init__(self, day: str, configured: Record | None) -> None:
        self.facts = DayFacts(day)
        self._state = HallState(leases=_AnyLeases())
        self._steps: dict[str, _Step] = {}
        self._served: dict[str, list[StepFact]] = defaultdict(list)
        self._at_ms = 0
        if configured is not None:
            apply(self._state, configured.to_event(), configured.at_ms())

    def take(self, record: Record) -> None:
        """The records of the day, in order."""
        if record.event not in e.Event.registry:
            return
        kind = e.Event.registry[record.event]
        if kind.__module__ != _OWN and not issubclass(kind, _TAKEN):
            return
        event, at_ms = record.to_event(), record.at_ms()
        self._let_pass(at_ms)
        self._look(event, at_ms)
        apply(self._state, event, at_ms)
        self._after(event, at_ms)

    # --- windows' time ---------------------------------------------------------------------

    def _let_pass(self, at_ms: int) -> None:
        """What the windows did since the last record, as they stood then."""
        passed = at_ms - self._at_ms if self._at_ms else 0
        self._at_ms = at_ms
        if passed <= 0 or self.facts.closed or not self._state.day:
            return
        for window in self._state.windows.values():
            if window.state is WindowState.CLOSED:
                continue
            told = self.facts.windows[window.id, window.clerk or ""]
            if window.state is WindowState.PAUSED and window.ticket is None:
                told.paused_ms += passed
                continue
            told.open_ms += passed
            if window.ticket is not None:
                told.busy_ms += passed
            elif self._waits_for(window.id):
                told.idle_waiting_ms += passed

    def _waits_for(self, window: str) -> bool:
        reach, line = self._state.reach(window), self._state.line
        return any(map(line.count_free, reach.services)) or any(map(line.count_kept, reach.windows))

    # --- steps -----------------------------------------------------------------------------

    @singledispatchmethod
    def _look(self, event: Any, at_ms: int) -> None:
        """What an event tells, before it is applied."""

    def _after(self, event: e.Event, at_ms: int) -> None:
        """What only the state after the event tells."""
        if isinstance(event, e.DayClosed):
            self.facts.closed = True

    @_look.register
    def _issued(self, event: e.TicketIssued, at_ms: int) -> None:
        arrival = Arrival(
            self.facts.day,
            event.arrived_ms,
            event.service,
            event.priority_class,
            event.appointment is not None,
            event.lease is not None,
        )
        self.facts.arrivals.append(arrival)
        self._steps[event.ticket] = _Step(event.service, event.arrived_ms)

    @_look.register
    def _recorded(self, event: OfflineTicketRecorded, at_ms: int) -> None:
        """Of an earlier day: it was given, and nobody called it."""
        told = event.day, event.arrived_ms, event.service, event.priority_class
        self.facts.arrivals.append(Arrival(*told, booked=False, offline=True))
        fact = StepFact(
            day=event.day,
            ticket=event.ticket,
            number=event.number,
            service=event.service,
            matter=event.matter,
            priority_class=event.priority_class,
            began_ms=event.arrived_ms,
            wait_ms=None,
            service_ms=0,
            ended_ms=event.arrived_ms,
            window=None,
            clerk="",
            ending="cancelled" if event.cancelled else "expired",
            calls=0,
            misses=0,
        )
        self.facts.steps.append(fact)

    @_look.register(e.TicketCalled)
    @_look.register(e.TicketRecalled)
    def _called(self, event: e.TicketCalled | e.TicketRecalled, at_ms: int) -> None:
        step = self._steps[event.ticket]
        self._back(step, at_ms)
        step.calls += 1
        if step.called_ms is None:
            step.called_ms = at_ms
        if step.served_ms == 0:
            self._at(step, event.window)

    def _at(self, step: _Step, window: str) -> None:
        step.window, step.clerk = window, self._state.windows[window].clerk or ""

    @_look.register
    def _started(self, event: e.TicketStarted, at_ms: int) -> None:
        step = self._steps[event.ticket]
        step.serving_ms = at_ms
        self._at(step, event.window)

    @_look.register
    def _parked(self, event: e.TicketParked, at_ms: int) -> None:
        self._stop(self._steps[event.ticket], at_ms)

    def _stop(self, step: _Step, at_ms: int) -> None:
        if step.serving_ms is not None:
            step.served_ms += at_ms - step.serving_ms
            step.serving_ms = None

    @_look.register
    def _missed(self, event: e.TicketMissed, at_ms: int) -> None:
        self._steps[event.ticket].misses += 1

    @_look.register
    def _deferred(self, event: e.TicketDeferred, at_ms: int) -> None:
        step = self._steps[event.ticket]
        if step.deferred_ms is None:
            step.deferred_ms = at_ms

    @_look.register
    def _deferral_ended(self, event: e.TicketDeferralEnded, at_ms: int) -> None:
        self._back(self._steps[event.ticket], at_ms)

    def _back(self, step: _Step, at_ms: int) -> None:
        """Only what was before the first call is no waiting."""
        if step.deferred_ms is not None:
            if step.called_ms is None:
                step.away_ms += at_ms - step.deferred_ms
            step.deferred_ms = None

    @_look.register
    def _transferred(self, event: e.TicketTransferred, at_ms: int) -> None:
        step = self._steps[event.ticket]
        if step.called_ms is None:
            step.service = event.service
            return
        self._end(event.ticket, "transferred", at_ms)
        self._steps[event.ticket] = _Step(event.service, at_ms)

    @_look.register
    def _finished(self, event: e.TicketFinished, at_ms: int) -> None:
        if event.step:  # older ones did not say who
            self._steps[event.ticket].clerk = event.clerk or ""
        self._end(event.ticket, "flagged" if event.flagged else "finished", at_ms)
        if event.next_service is not None:
            self._steps[event.ticket] = _Step(event.next_service, at_ms)

    @_look.register
    def _cancelled(self, event: e.TicketCancelled, at_ms: int) -> None:
        self._end(event.ticket, "cancelled", at_ms)

    @_look.register
    def _expired(self, event: e.TicketExpired, at_ms: int) -> None:
        missed = self._state.tickets[event.ticket].status is TicketStatus.MISSED
        self._end(event.ticket, "no_show" if missed else "expired", at_ms)

    def _end(self, ticket: str, ending: Ending, at_ms: int) -> None:
        step, held = self._steps.pop(ticket), self._state.tickets[ticket]
        self._stop(step, at_ms)
        wait_ms = None
        if step.called_ms is not None:
            wait_ms = max(0, step.called_ms - step.began_ms - step.away_ms)
        fact = StepFact(
            day=self.facts.day,
            ticket=ticket,
            number=held.number,
            service=step.service,
            matter=held.matter,
            priority_class=held.priority_class,
            began_ms=step.began_ms,
            wait_ms=wait_ms,
            service_ms=step.served_ms,
            ended_ms=at_ms,
            window=step.window,
            clerk=step.clerk,
            ending=ending,
            calls=step.calls,
            misses=step.misses,
        )
        self.facts.steps.append(fact)
        if ending == "finished":
            self._served[ticket].append(fact)

    @_look.register
    def _rated(self, event: e.StepRated, at_ms: int) -> None:
        """Of the step that this window finished last and that has no rating yet."""
        served = self._served[event.ticket]
        found = next((s for s in reversed(served) if s.window == event.window), None)
        if found is not None:
            served.remove(found)
        service = found.service if found else event.service or ""
        clerk = found.clerk if found and not event.step else event.clerk or ""
        rating = Rating(self.facts.day, service, event.window, clerk, event.level)
        self.facts.ratings.append(rating)


def fold_day(day: str, configured: Record | None, records: Iterable[Record]) -> DayFacts:
    """records: from the day's `day_opened` up to the next one's."""
    fold = DayFold(day, configured)
    for record in records:
        fold.take(record)
    return fold.facts
