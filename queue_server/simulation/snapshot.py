"""What a hall knows of itself at one instant, cut loose from the live day: small, and of its own.

Holds nothing personal: tickets, services, classes and times.
"""

from __future__ import annotations

from dataclasses import dataclass

from queue_server.domain.alarms import Alarm
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.vocabulary import TicketStatus, WindowState
from queue_server.domain.waiting_line import Arrival, WaitingLine


@dataclass(frozen=True, slots=True)
class Errand:
    """What one person is here for. then: services of later steps. returns: services and windows
    that they come back to after transfers, the next one last. rejoins: how often they came back
    after a miss already."""

    arrival: Arrival
    service: str
    matter: str | None
    priority_class: str
    then: tuple[str, ...] = ()
    returns: tuple[tuple[str, str], ...] = ()
    rejoins: int = 0


@dataclass(frozen=True, slots=True)
class WindowNow:
    """with_it: who is called to it or served there since busy_ms. started: they have come."""

    id: str
    state: WindowState
    clerk: str | None
    since_ms: int
    free_ms: int
    with_it: Errand | None = None
    busy_ms: int = 0
    started: bool = False


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is not in line now but may come back to it; back_ms: known, or None."""

    errand: Errand
    kind: TicketStatus
    since_ms: int
    back_ms: int | None


@dataclass(frozen=True, slots=True)
class Booked:
    service: str
    matter: str | None
    starts_ms: int


@dataclass(frozen=True)
class Snapshot:
    """line: who may be called now, with all that the dispatcher counts of them."""

    rules: HallRules
    day: str
    at_ms: int
    seq: int
    line: WaitingLine
    errands: dict[str, Errand]
    windows: tuple[WindowNow, ...]
    away: tuple[Away, ...]
    booked: tuple[Booked, ...]

    def state(self) -> HallState:
        """As much of the hall as the dispatcher looks at, with a line of its own."""
        state = HallState(rules=self.rules, seq=self.seq, last_ms=self.at_ms, day=self.day)
        state.line = self.line.copy()
        for window in self.windows:
            found = state.fresh_window(window.id, window.since_ms)
            found.state, found.clerk, found.free_ms = window.state, window.clerk, window.free_ms
            state.windows[window.id] = found
        return state


def snapshot(state: HallState, now_ms: int) -> Snapshot:
    """Copies what changes; takes about a millisecond with 200 people waiting."""
    errands = {t: _errand(state.tickets[t]) for t in state.line.tickets()}
    gone = [*state.missed, *state.parked, *state.alarms.of(Alarm.DEFERRED)]
    away = [_away(state.tickets[t]) for t in gone]
    booked = [
        Booked(a.service, a.matter, a.starts_ms) for a in state.book.booked() if a.day == state.day
    ]
    return Snapshot(
        state.known_rules,
        state.day,
        now_ms,
        state.seq,
        state.line.copy(),
        errands,
        tuple(_window(state, window) for window in state.windows),
        tuple(away),
        tuple(booked),
    )


def _errand(ticket: Ticket) -> Errand:
    returns = tuple((back.service, back.window or "") for back in ticket.returns)
    arrival = Arrival(ticket.arrived_ms, ticket.prefix, ticket.serial, ticket.id)
    return Errand(
        arrival,
        ticket.service,
        ticket.matter,
        ticket.priority_class,
        ticket.then,
        returns,
        ticket.rejoins,
    )


def _away(ticket: Ticket) -> Away:
    return Away(_errand(ticket), ticket.status, ticket.since_ms, ticket.until_ms)


def _window(state: HallState, window: str) -> WindowNow:
    found, ticket = state.windows[window], state.at_window(window)
    return WindowNow(
        window,
        found.state,
        found.clerk,
        found.since_ms,
        found.free_ms,
        _errand(ticket) if ticket else None,
        (ticket.called_ms or 0) if ticket else 0,
        ticket is not None and ticket.status is TicketStatus.SERVING,
    )
