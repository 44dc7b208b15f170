"""A hall's day as it stands, and how each event changes it.

`apply` believes every event: events were checked when they were decided. It needs no clock; the
same events always give the same state.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from queue_server.domain import events as e
from queue_server.domain.leases import Lease
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
    appointment: str | None = None
    lease: str | None = None
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
    """rules is None until the hall has been configured; day is "" until a day has been opened.

    leases: blocks of numbers out at kiosks, also of earlier days.
    """

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
    leases: dict[str, Lease] = field(default_factory=dict)

    @property
    def known_rules(self) -> HallRules:
        if self.rules is None:
            raise LookupError("the hall has not been configured yet")
        return self.rules

    def at_window(self, window: str) -> Ticket | None:
        ticket = self.windows[window].ticket
        return self.tickets[ticket] if ticket else None

    # --- moves ------------------------------------------------------------------------------

    def fresh_window(self, window: str, at_ms: int) -> Window:
        start_open = self.rules is not None and self.rules.windows_start_open
        state = WindowState.OPEN if start_open else WindowState.CLOSED
        return Window(window, state, at_ms, free_ms=at_ms)

    def set_window(
        self, window: Window, state: WindowState, at_ms: int, reason: str | None = None
    ) -> None:
        window.state, window.since_ms, window.reason = state, at_ms, reason
        window.free_ms = at_ms

    def remember_call(
        self, event: e.TicketCalled | e.TicketRecalled, at_ms: int, *, again: bool
    ) -> None:
        self.recent_calls.appendleft(
            RecentCall(self.seq, event.number, event.service, event.window, at_ms, again)
        )

    def move(
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
            self.enter_line(ticket)
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

    def change_service(self, ticket: Ticket, service: str) -> None:
        self._let_go(ticket)
        if service != ticket.service:
            ticket.service, ticket.after_calls = service, 0
        if ticket.person:
            self.held.setdefault((ticket.person, service), ticket.id)

    def enter_line(self, ticket: Ticket) -> None:
        rejoined = ticket.after_calls > 0
        key = QueueKey(ticket.service, ticket.priority_class, rejoined, ticket.for_window)
        before = self.line.calls_of_later(ticket.service, ticket.arrived_ms)
        place = Place(
            ticket.arrived_ms, ticket.serial, ticket.prefix, ticket.id, before, ticket.after_calls
        )
        self.line.add(key, place)
