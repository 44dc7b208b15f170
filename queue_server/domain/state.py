"""A hall's day as it stands, and how each event changes it.

`apply` believes every event: events were checked when they were decided. It needs no clock; the
same events always give the same state.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from queue_server.domain import events as e
from queue_server.domain.acceptances import AcceptanceBook, Step
from queue_server.domain.alarms import Alarm, Alarms
from queue_server.domain.appointments import AppointmentBook
from queue_server.domain.cases import CaseBook
from queue_server.domain.content import HallContent
from queue_server.domain.leases import Lease, RefusedTicket
from queue_server.domain.lifecycle import check
from queue_server.domain.messages import WindowMessage
from queue_server.domain.outlook import Outlook
from queue_server.domain.pensions import PensionRegister
from queue_server.domain.quotas import Given
from queue_server.domain.remembered import Device, OutOfTurn, RecentCall
from queue_server.domain.rules import HallRules, Reach
from queue_server.domain.spans import Span
from queue_server.domain.vocabulary import (
    AT_A_WINDOW,
    ENDED,
    Happening,
    TicketStatus,
    WindowState,
)
from queue_server.domain.waiting_line import Arrival, Place, QueueKey, WaitingLine

CALLS_REMEMBERED = 20


@dataclass(frozen=True, slots=True)
class Return:
    """A way back that a transfer promised: to that service, at that window or where that clerk is
    then."""

    window: str | None
    service: str
    clerk: str | None


@dataclass(slots=True)
class Ticket:
    """arrived_ms: the arrival that its place counts from; since_ms: when its status began.

    overtaken: how often until it last left the line; while it waits, the line knows. after_calls:
    who rejoined waits until there have been so many calls in the pool counted_in (service, window
    kept for), which is None for everybody else. kept: the print failed, and the
    person keeps the number. until_ms: parked until then, or not to be called before then.
    counts_for: the service whose quota the number was taken from; None for an appointment, whose
    time is booked_ms.
    returns: where it has been promised to come back to, the next one last. first_window,
    first_clerk: who received the person first (首问). steps: the finished ones.
    """

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
    counts_for: str | None = None
    booked_ms: int | None = None
    status: TicketStatus = TicketStatus.WAITING
    since_ms: int = 0
    window: str | None = None
    calls: int = 0
    called_ms: int | None = None
    last_call_ms: int | None = None
    started_ms: int | None = None
    rejoins: int = 0
    for_window: str | None = None
    for_clerk: str | None = None
    returns: tuple[Return, ...] = ()
    after_calls: int = 0
    counted_in: tuple[str, str | None] | None = None
    overtaken: int = 0
    until_ms: int | None = None
    deferred: bool = False
    defers: int = 0
    parked_for: str | None = None
    printed: bool | None = None
    kept: bool = False
    first_window: str | None = None
    first_clerk: str | None = None
    steps: tuple[Step, ...] = ()


@dataclass(slots=True)
class Window:
    """since_ms: when its state began; free_ms: since when nobody is at it, while it is open;
    opened: the journal's number of its opening; last_finished: the newest ticket that it served.
    """

    id: str
    state: WindowState = WindowState.CLOSED
    since_ms: int = 0
    reason: str | None = None
    clerk: str | None = None
    ticket: str | None = None
    free_ms: int = 0
    opened: int = 0
    last_finished: str | None = None


@dataclass(slots=True)
class HallState:
    """rules is None until the hall has been configured; day is "" until a day has been opened;
    day_seq: the journal's number of its opening.

    leases: blocks of numbers out at kiosks, also of earlier days. file_digest: of the settings file
    that was last taken in.
    """

    rules: HallRules | None = None
    file_digest: str = ""
    seq: int = 0
    last_ms: int = 0
    day: str = ""
    day_seq: int = 0
    tickets: dict[str, Ticket] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    line: WaitingLine = field(default_factory=WaitingLine)
    serials: dict[str, int] = field(default_factory=dict)  # prefix → last that was not lent
    lent: dict[str, list[Span]] = field(default_factory=dict)  # prefix → blocks of this day
    # (person, service) → their tickets for it, the oldest first; offline there may be several
    held: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    missed: dict[str, None] = field(default_factory=dict)  # in the order they were missed
    recent_calls: deque[RecentCall] = field(default_factory=lambda: deque(maxlen=CALLS_REMEMBERED))
    parked: dict[str, None] = field(default_factory=dict)  # in the order they were parked
    out_of_turn: list[OutOfTurn] = field(default_factory=list)
    alarms: Alarms = field(default_factory=Alarms)
    today: Counter[str] = field(default_factory=Counter)
    devices: dict[str, Device] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    refused: list[RefusedTicket] = field(default_factory=list)  # of those handed in this day
    given: Given = field(default_factory=Given)
    book: AppointmentBook = field(default_factory=AppointmentBook)
    content: HallContent = field(default_factory=HallContent)
    acceptances: AcceptanceBook = field(default_factory=AcceptanceBook)
    cases: CaseBook = field(default_factory=CaseBook)
    pensions: PensionRegister = field(default_factory=PensionRegister)
    messages: dict[str, WindowMessage] = field(default_factory=dict)  # of this day, to windows
    # read for promises alone; no event makes it
    outlook: Outlook | None = field(default=None, compare=False)

    @property
    def known_rules(self) -> HallRules:
        if self.rules is None:
            raise LookupError("the hall has not been configured yet")
        return self.rules

    def at_window(self, window: str) -> Ticket | None:
        ticket = self.windows[window].ticket
        return self.tickets[ticket] if ticket else None

    def reach(self, window: str) -> Reach:
        """What a window may call as things are now: its partner's people too while it stands in."""
        rules = self.known_rules
        if (lone := rules.lone_reaches.get(window)) is not None:
            return lone
        partner = rules.window[window].stands_in_for
        return rules.reach(window, standing_in=partner is not None and self._is_away(partner))

    def _is_away(self, window: str) -> bool:
        found = self.windows.get(window)
        state = found.state if found else WindowState.CLOSED
        if state is WindowState.CLOSED:
            return self.known_rules.dispatch.stands_in_when_closed
        return state is WindowState.PAUSED

    def window_of(self, clerk: str) -> Window | None:
        """Where a clerk is: the window that they opened last of those that are not closed."""
        at = [
            w
            for w in self.windows.values()
            if w.clerk == clerk and w.state is not WindowState.CLOSED
        ]
        return max(at, key=lambda w: w.opened, default=None)

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
            self.leave_line(ticket)
        if was is TicketStatus.PARKED:
            self._unpark(ticket)
        if was in AT_A_WINDOW and to not in AT_A_WINDOW:
            self._leave_window(ticket, at_ms)
        if to in AT_A_WINDOW:
            ticket.window = window
            self.windows[window or ""].ticket = ticket.id
        self.missed.pop(ticket.id, None)
        ticket.status, ticket.since_ms = to, at_ms
        if to is TicketStatus.WAITING:
            self.today["waiting"] += 1
            ticket.for_window = self.kept_for_now(ticket)
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
        if to is TicketStatus.PARKED:
            self.parked[ticket.id] = None
        if to in ENDED:
            self._let_go(ticket)
            self.alarms.clear_all(ticket.id)

    def kept_for_now(self, ticket: Ticket) -> str | None:
        """The window that this ticket would wait for: its clerk may have moved, or the window
        closed, while it did not wait."""
        at = self.window_of(ticket.for_clerk) if ticket.for_clerk else None
        wanted = at.id if at is not None else ticket.for_window
        kept_for = self.windows.get(wanted or "")
        return None if kept_for is None or kept_for.state is WindowState.CLOSED else wanted

    def _unpark(self, ticket: Ticket) -> None:
        self.parked.pop(ticket.id)
        ticket.until_ms = ticket.parked_for = None
        self.alarms.clear(ticket.id, Alarm.PARKED)

    def _let_go(self, ticket: Ticket) -> None:
        """The person no longer holds this ticket for its service."""
        key = (ticket.person or "", ticket.service)
        left = tuple(x for x in self.held.pop(key, ()) if x != ticket.id)
        if left:
            self.held[key] = left

    def hold(self, ticket: Ticket) -> None:
        """The person has this ticket for its service, besides any that they have already."""
        if ticket.person:
            key = (ticket.person, ticket.service)
            self.held[key] = (*self.held.get(key, ()), ticket.id)

    def held_by(self, person: str | None, service: str) -> Ticket | None:
        """The ticket that counts of those that a person has for a service: the first."""
        held = self.held.get((person, service), ()) if person else ()
        return self.tickets[held[0]] if held else None

    def change_service(self, ticket: Ticket, service: str) -> None:
        if service == ticket.service:
            return
        self._let_go(ticket)
        ticket.service, ticket.after_calls, ticket.counted_in = service, 0, None
        self.hold(ticket)

    # --- the line ---------------------------------------------------------------------------

    def enter_line(self, ticket: Ticket) -> None:
        self._count_on(ticket)
        self.line.add(*place_of(ticket), ticket.overtaken)

    def _count_on(self, ticket: Ticket) -> None:
        """In another pool than before, somebody who rejoined lets as many people pass as were
        left."""
        now_in = (ticket.service, ticket.for_window)
        if ticket.counted_in not in (None, now_in):
            left = max(0, ticket.after_calls - self.line.calls(*ticket.counted_in))
            ticket.after_calls = self.line.calls(*now_in) + left
            ticket.counted_in = now_in

    def leave_line(self, ticket: Ticket) -> None:
        """Out of the line, for whatever comes next; more minutes asked for are forgotten."""
        self.today["waiting"] -= 1
        if ticket.deferred:
            self._end_deferral(ticket)
        else:
            ticket.overtaken = self.line.remove(ticket.id)

    def defer(self, ticket: Ticket, until_ms: int) -> None:
        """Aside until then, or for longer than before; nobody overtakes somebody who asked to
        wait."""
        if not ticket.deferred:
            ticket.overtaken = self.line.remove(ticket.id)
        ticket.deferred, ticket.until_ms = True, until_ms
        ticket.defers += 1
        self.alarms.set(ticket.id, Alarm.DEFERRED, until_ms)

    def end_deferral(self, ticket: Ticket) -> None:
        self._end_deferral(ticket)
        self.enter_line(ticket)

    def _end_deferral(self, ticket: Ticket) -> None:
        ticket.deferred, ticket.until_ms = False, None
        self.alarms.clear(ticket.id, Alarm.DEFERRED)

    def keep_for(self, ticket: Ticket, window: str | None) -> None:
        """Only that window may call this waiting ticket; None: any that has the skill."""
        if ticket.deferred:
            ticket.for_window = window
            return
        ticket.overtaken = self.line.remove(ticket.id)
        ticket.for_window = window
        self.enter_line(ticket)

    def release_kept(self, window: str) -> None:
        """Nobody else could call those who are kept for a window that is no longer there: they go
        where their clerk is, if they wait for one, else to any window."""
        for ticket in self._waiting():
            if ticket.for_window == window:
                at = self.window_of(ticket.for_clerk) if ticket.for_clerk else None
                self.keep_for(ticket, at.id if at else None)

    def follow_clerk(self, clerk: str, window: str) -> None:
        """Those who wait for a clerk go with them to the window that they opened."""
        for ticket in self._waiting():
            if ticket.for_clerk == clerk and ticket.for_window != window:
                self.keep_for(ticket, window)

    def _waiting(self) -> list[Ticket]:
        return [t for t in self.tickets.values() if t.status is TicketStatus.WAITING]


def place_of(ticket: Ticket) -> tuple[QueueKey, Place]:
    """Where a ticket stands in line, or would if it were not deferred."""
    rejoined = ticket.counted_in is not None
    key = QueueKey(ticket.service, ticket.priority_class, rejoined, ticket.for_window)
    arrival = Arrival(ticket.arrived_ms, ticket.prefix, ticket.serial, ticket.id)
    return key, Place(ticket.after_calls, arrival)
