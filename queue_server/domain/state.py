"""A hall's day as it stands, and how each event changes it.

`apply` believes every event: events were checked when they were decided. It needs no clock; the
same events always give the same state.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from functools import singledispatchmethod
from typing import Any

from queue_server.domain import events as e
from queue_server.domain.lifecycle import check
from queue_server.domain.rules import HallRules
from queue_server.domain.vocabulary import (
    AT_A_WINDOW,
    ENDED,
    Happening,
    TicketStatus,
    WindowState,
)
from queue_server.domain.waiting_line import Place, QueueKey, WaitingLine

CALLS_REMEMBERED = 20


@dataclass(slots=True)
class Ticket:
    """arrived_ms: the arrival that its place counts from; since_ms: when its status began."""

    id: str
    number: str
    prefix: str
    serial: int
    service: str
    matter: str | None
    priority_class: str
    person: str | None
    kiosk: str | None
    issued_ms: int
    arrived_ms: int
    then: tuple[str, ...]
    status: TicketStatus = TicketStatus.WAITING
    since_ms: int = 0
    window: str | None = None
    calls: int = 0
    called_ms: int | None = None
    last_call_ms: int | None = None
    started_ms: int | None = None
    rejoins: int = 0
    for_window: str | None = None
    returns_to: str | None = None
    returns_service: str | None = None
    after_calls: int = 0
    parked_until_ms: int | None = None
    printed: bool | None = None


@dataclass(slots=True)
class Window:
    """since_ms: when its state began; free_ms: since when nobody is at it, while it is open."""

    id: str
    state: WindowState = WindowState.CLOSED
    since_ms: int = 0
    reason: str | None = None
    clerk: str | None = None
    ticket: str | None = None
    free_ms: int = 0


@dataclass(slots=True)
class Device:
    id: str
    kind: str
    state: str
    detail: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RecentCall:
    seq: int
    number: str
    service: str
    window: str
    at_ms: int
    again: bool


def due_back(state: HallState, now_ms: int) -> list[str]:
    """Parked tickets whose time to come back has come."""
    return [
        t.id
        for t in state.tickets.values()
        if t.parked_until_ms is not None
        and t.status is TicketStatus.PARKED
        and t.parked_until_ms <= now_ms
    ]


@dataclass(slots=True)
class HallState:
    """rules is None until the hall has been configured; day is "" until a day has been opened."""

    rules: HallRules | None = None
    seq: int = 0
    last_ms: int = 0
    day: str = ""
    tickets: dict[str, Ticket] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    line: WaitingLine = field(default_factory=WaitingLine)
    serials: dict[str, int] = field(default_factory=dict)
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    missed: dict[str, None] = field(default_factory=dict)  # in the order they were missed
    recent_calls: deque[RecentCall] = field(default_factory=lambda: deque(maxlen=CALLS_REMEMBERED))
    today: Counter[str] = field(default_factory=Counter)
    devices: dict[str, Device] = field(default_factory=dict)

    def apply(self, event: e.Event, at_ms: int) -> None:
        """Takes in the next event of the hall's journal."""
        self.seq += 1
        self.last_ms = at_ms
        self._on(event, at_ms)

    @property
    def known_rules(self) -> HallRules:
        if self.rules is None:
            raise LookupError("the hall has not been configured yet")
        return self.rules

    def at_window(self, window: str) -> Ticket | None:
        ticket = self.windows[window].ticket
        return self.tickets[ticket] if ticket else None

    # --- one method per event ---------------------------------------------------------------

    @singledispatchmethod
    def _on(self, event: Any, at_ms: int) -> None:
        raise TypeError(f"no rule for applying {type(event).__name__}")

    @_on.register
    def _(self, event: e.HallConfigured, at_ms: int) -> None:
        self.rules = HallRules.from_data(event.rules)
        for rule in self.rules.windows:
            if rule.id not in self.windows:
                self.windows[rule.id] = self._fresh_window(rule.id, at_ms)
        for gone in self.windows.keys() - self.rules.window.keys():
            del self.windows[gone]

    @_on.register
    def _(self, event: e.DayOpened, at_ms: int) -> None:
        self.day = event.day
        self.tickets, self.line = {}, WaitingLine()
        self.serials, self.held, self.missed = {}, {}, {}
        self.today = Counter()
        self.recent_calls.clear()
        self.devices = {}
        for window in self.windows:
            self.windows[window] = self._fresh_window(window, at_ms)

    @_on.register
    def _(self, event: e.DayClosed, at_ms: int) -> None:
        """Nothing waits any more; what there was stays readable until the next day opens."""

    @_on.register
    def _(self, event: e.TicketIssued, at_ms: int) -> None:
        ticket = Ticket(
            id=event.ticket,
            number=event.number,
            prefix=event.prefix,
            serial=event.serial,
            service=event.service,
            matter=event.matter,
            priority_class=event.priority_class,
            person=event.person,
            kiosk=event.kiosk,
            issued_ms=at_ms,
            arrived_ms=event.arrived_ms,
            then=event.then,
            since_ms=at_ms,
        )
        self.tickets[ticket.id] = ticket
        self.serials[event.prefix] = event.serial
        if ticket.person:
            self.held[ticket.person, ticket.service] = ticket.id
        self.today["issued"] += 1
        self.today["waiting"] += 1
        self._enter_line(ticket)

    @_on.register
    def _(self, event: e.TicketPrinted, at_ms: int) -> None:
        self.tickets[event.ticket].printed = True

    @_on.register
    def _(self, event: e.TicketPrintFailed, at_ms: int) -> None:
        self.tickets[event.ticket].printed = False

    @_on.register
    def _(self, event: e.TicketReprinted, at_ms: int) -> None:
        self.tickets[event.ticket].printed = None

    @_on.register
    def _(self, event: e.TicketCalled, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        was_waiting = ticket.status is TicketStatus.WAITING
        self._move(ticket, Happening.CALLED, TicketStatus.CALLED, at_ms, window=event.window)
        if was_waiting:
            skills = self.known_rules.window[event.window].skills
            self.line.note_call(ticket.service, [s.service for s in skills], ticket.arrived_ms)
        ticket.calls, ticket.called_ms, ticket.last_call_ms = 1, at_ms, at_ms
        ticket.after_calls = 0
        self._remember_call(event, at_ms, again=False)

    @_on.register
    def _(self, event: e.TicketRecalled, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        ticket.calls, ticket.last_call_ms = event.calls, at_ms
        self._remember_call(event, at_ms, again=True)

    @_on.register
    def _(self, event: e.CallFoundNobody, at_ms: int) -> None:
        """Kept so that the same request always gets the same answer, and for idle times."""

    @_on.register
    def _(self, event: e.TicketStarted, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        ticket.started_ms = at_ms
        self._move(ticket, Happening.STARTED, TicketStatus.SERVING, at_ms, window=event.window)

    @_on.register
    def _(self, event: e.TicketFinished, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        if event.flagged:
            self._move(ticket, Happening.DAY_CLOSED, TicketStatus.FINISHED, at_ms)
        elif event.next_service is None:
            self._move(ticket, Happening.FINISHED, TicketStatus.FINISHED, at_ms)
        else:
            self._on_next_step(ticket, event.next_service, at_ms)

    def _on_next_step(self, ticket: Ticket, service: str, at_ms: int) -> None:
        returns = ticket.returns_to
        if returns is None:
            ticket.then = ticket.then[1:]
        back = self.windows.get(returns or "")
        ticket.for_window = back.id if back and back.state is WindowState.OPEN else None
        ticket.returns_to = ticket.returns_service = None
        self._change_service(ticket, service)
        self._move(ticket, Happening.FINISHED, TicketStatus.WAITING, at_ms)

    @_on.register
    def _(self, event: e.TicketMissed, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        self._move(ticket, Happening.MISSED, TicketStatus.MISSED, at_ms)

    @_on.register
    def _(self, event: e.TicketRejoined, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        ticket.rejoins += 1
        ticket.after_calls = event.after_calls
        self._move(ticket, Happening.REJOINED, TicketStatus.WAITING, at_ms)

    @_on.register
    def _(self, event: e.TicketParked, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        ticket.parked_until_ms = event.until_ms
        self._move(ticket, Happening.PARKED, TicketStatus.PARKED, at_ms)

    @_on.register
    def _(self, event: e.TicketResumed, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        ticket.parked_until_ms = None
        self._move(ticket, Happening.RESUMED, TicketStatus.WAITING, at_ms)

    @_on.register
    def _(self, event: e.TicketTransferred, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        if ticket.status is TicketStatus.WAITING:
            self.line.remove(ticket.id)
            self.today["waiting"] -= 1
        self._change_service(ticket, event.service)
        ticket.for_window, ticket.parked_until_ms = event.for_window, None
        ticket.returns_to, ticket.returns_service = event.returns_to, event.returns_service
        self._move(ticket, Happening.TRANSFERRED, TicketStatus.WAITING, at_ms, left_line=True)

    @_on.register
    def _(self, event: e.TicketCancelled, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        self._move(ticket, Happening.CANCELLED, TicketStatus.CANCELLED, at_ms)

    @_on.register
    def _(self, event: e.TicketExpired, at_ms: int) -> None:
        ticket = self.tickets[event.ticket]
        self._move(ticket, Happening.DAY_CLOSED, TicketStatus.EXPIRED, at_ms)

    @_on.register
    def _(self, event: e.WindowOpened, at_ms: int) -> None:
        window = self.windows[event.window]
        window.clerk = event.clerk
        self._set_window(window, WindowState.OPEN, at_ms)

    @_on.register
    def _(self, event: e.WindowClosed, at_ms: int) -> None:
        window = self.windows[event.window]
        window.clerk = None
        self._set_window(window, WindowState.CLOSED, at_ms)
        for place in self.line.kept_for(window.id):  # nobody else could call them
            ticket = self.tickets[place.ticket]
            self.line.remove(ticket.id)
            ticket.for_window = None
            self._enter_line(ticket)

    @_on.register
    def _(self, event: e.WindowPaused, at_ms: int) -> None:
        self._set_window(self.windows[event.window], WindowState.PAUSED, at_ms, event.reason)

    @_on.register
    def _(self, event: e.WindowResumed, at_ms: int) -> None:
        self._set_window(self.windows[event.window], WindowState.OPEN, at_ms)

    @_on.register
    def _(self, event: e.NothingChanged, at_ms: int) -> None:
        """Kept for its answer alone."""

    @_on.register
    def _(self, event: e.DeviceChanged, at_ms: int) -> None:
        self.devices[event.device] = Device(
            event.device, event.kind, event.state, event.detail, at_ms
        )

    # --- moves ------------------------------------------------------------------------------

    def _fresh_window(self, window: str, at_ms: int) -> Window:
        start_open = self.rules is not None and self.rules.windows_start_open
        state = WindowState.OPEN if start_open else WindowState.CLOSED
        return Window(window, state, at_ms, free_ms=at_ms)

    def _set_window(
        self, window: Window, state: WindowState, at_ms: int, reason: str | None = None
    ) -> None:
        window.state, window.since_ms, window.reason = state, at_ms, reason
        window.free_ms = at_ms

    def _remember_call(
        self, event: e.TicketCalled | e.TicketRecalled, at_ms: int, *, again: bool
    ) -> None:
        self.recent_calls.appendleft(
            RecentCall(self.seq, event.number, event.service, event.window, at_ms, again)
        )

    def _move(
        self,
        ticket: Ticket,
        happening: Happening,
        to: TicketStatus,
        at_ms: int,
        *,
        window: str | None = None,
        left_line: bool = False,
    ) -> None:
        """The one way a ticket changes its status; keeps line, windows and counts in step."""
        check(ticket.status, happening, to)
        was = ticket.status
        if was is TicketStatus.WAITING and not left_line:
            self.line.remove(ticket.id)
            self.today["waiting"] -= 1
        if was in AT_A_WINDOW and to not in AT_A_WINDOW:
            self._leave_window(ticket, at_ms)
        if to in AT_A_WINDOW:
            ticket.window = window
            self.windows[window or ""].ticket = ticket.id
        self.missed.pop(ticket.id, None)
        ticket.status, ticket.since_ms = to, at_ms
        if to is TicketStatus.WAITING:
            self.today["waiting"] += 1
            self._enter_line(ticket)
        elif to not in AT_A_WINDOW:
            self._count_end(ticket, to)

    def _leave_window(self, ticket: Ticket, at_ms: int) -> None:
        window = self.windows.get(ticket.window or "")
        if window and window.ticket == ticket.id:
            window.ticket, window.free_ms = None, at_ms

    def _count_end(self, ticket: Ticket, to: TicketStatus) -> None:
        self.today[to.value] += 1
        if to is TicketStatus.MISSED:
            self.missed[ticket.id] = None
        if to in ENDED:
            self._let_go(ticket)

    def _let_go(self, ticket: Ticket) -> None:
        """The person no longer holds this ticket for its service."""
        key = (ticket.person or "", ticket.service)
        if self.held.get(key) == ticket.id:
            del self.held[key]

    def _change_service(self, ticket: Ticket, service: str) -> None:
        self._let_go(ticket)
        if service != ticket.service:
            ticket.service, ticket.after_calls = service, 0
        if ticket.person:
            self.held.setdefault((ticket.person, service), ticket.id)

    def _enter_line(self, ticket: Ticket) -> None:
        rejoined = ticket.after_calls > 0
        key = QueueKey(ticket.service, ticket.priority_class, rejoined, ticket.for_window)
        before = self.line.calls_of_later(ticket.service, ticket.arrived_ms)
        place = Place(
            ticket.arrived_ms, ticket.serial, ticket.prefix, ticket.id, before, ticket.after_calls
        )
        self.line.add(key, place)
