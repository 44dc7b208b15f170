"""Lending numbers to kiosks, and taking in the tickets that they gave out offline (rule 10)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from queue_server.domain import events as e
from queue_server.domain import leases as x
from queue_server.domain.calendar import day_bounds_ms
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.decide.tickets import class_of
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.estimate import promise
from queue_server.domain.leases import Lease, OfflineTicket
from queue_server.domain.numbers import number_text
from queue_server.domain.rules import HallRules
from queue_server.domain.spans import spans_of
from queue_server.domain.state import HallState

# A kiosk's clock may be off by so much before it is told of.
CLOCK_TOLERANCE_MS = 60_000


@decide.register
def _take(command: x.TakeLeases, state: HallState, now_ms: int) -> Events:
    rules = state.known_rules
    size = command.size or rules.leases.size
    if size > rules.leases.size_at_most:
        most = rules.leases.size_at_most
        raise WrongState("lease_too_large", f"一次最多借 {most} 个号。", size=size, at_most=most)
    return [
        _block(command, state, prefix, size)
        for prefix in _prefixes(command, rules)
        if not _enough_out(state, command.kiosk, prefix, size)
    ]


def _prefixes(command: x.TakeLeases, rules: HallRules) -> list[str]:
    """Each once, however often its service is named. Raises NotFound."""
    wanted = command.services or tuple(rules.service)
    for service in wanted:
        if service not in rules.service:
            raise NotFound(f"没有编号为 {service} 的业务。", service=service)
    return list(dict.fromkeys(rules.service[service].prefix for service in wanted))


def open_leases(state: HallState, kiosk: str) -> list[Lease]:
    """The kiosk's blocks of this day that have numbers left."""
    mine = [
        lease
        for lease in state.leases.values()
        if lease.kiosk == kiosk and lease.day == state.day and lease.count_left
    ]
    return sorted(mine, key=lambda lease: (lease.prefix, lease.first))


def _enough_out(state: HallState, kiosk: str, prefix: str, size: int) -> bool:
    """A kiosk that asks again gets what it has; another block only when less than half is left."""
    left = sum(x.count_left for x in open_leases(state, kiosk) if x.prefix == prefix)
    return left > 0 and left * 2 >= size


def _block(command: x.TakeLeases, state: HallState, prefix: str, size: int) -> x.LeaseIssued:
    behind = state.known_rules.leases.first_serial - 1, state.serials.get(prefix, 0)
    first = max(*behind, *(last for _, last in state.lent.get(prefix, ()))) + 1
    lease = f"{command.lease}.{prefix}"
    return x.LeaseIssued(lease, command.kiosk, state.day, prefix, first, first + size - 1)


# --- handing in -----------------------------------------------------------------------------


class _Unfit(Exception):
    """One ticket cannot be taken in; the others still are. code: why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class _Taken:
    """What earlier tickets of the same command have taken already."""

    serials: dict[tuple[str, int], str] = field(default_factory=dict)
    tickets: set[str] = field(default_factory=set)
    waiting: dict[str, int] = field(default_factory=dict)

    def note(self, ticket: OfflineTicket) -> None:
        self.serials[ticket.lease, ticket.serial] = ticket.id
        self.tickets.add(ticket.id)
        self.waiting[ticket.service] = self.waiting.get(ticket.service, 0) + 1


@decide.register
def _hand_in(command: x.HandIn, state: HallState, now_ms: int) -> Events:
    taken = _Taken()
    events: Events = []
    for ticket in command.tickets:
        try:
            events.extend(_taken_in(command.kiosk, ticket, state, taken, now_ms))
        except _Unfit as unfit:
            events.append(_refused(command.kiosk, ticket, unfit.code))
    for lease_id in dict.fromkeys(command.give_back):
        lease = state.leases.get(lease_id)
        if lease is not None and lease.kiosk == command.kiosk:
            events.extend(_voided(lease, taken, "given_back"))
    return events


def _taken_in(
    kiosk: str, ticket: OfflineTicket, state: HallState, taken: _Taken, now_ms: int
) -> Events:
    """Raises _Unfit. A ticket that was handed in before leads to nothing."""
    lease = state.leases.get(ticket.lease)
    if lease is None or lease.kiosk != kiosk:
        raise _Unfit("lease_unknown")
    holder = lease.taken.get(ticket.serial) or taken.serials.get((lease.id, ticket.serial))
    if holder == ticket.id:
        return []
    _check(ticket, lease, holder, state, taken)
    arrived_ms, clock_off_s = _arrival(ticket, lease, state, now_ms)
    if lease.day == state.day:
        events = _joined(ticket, lease, state, taken, arrived_ms, clock_off_s)
    else:
        events = [_recorded(ticket, lease, state, arrived_ms, clock_off_s)]
    taken.note(ticket)
    return events


def _check(
    ticket: OfflineTicket, lease: Lease, holder: str | None, state: HallState, taken: _Taken
) -> None:
    if not lease.first <= ticket.serial <= lease.last:
        raise _Unfit("number_not_in_lease")
    if holder is not None:
        raise _Unfit("number_taken")
    if lease.is_void(ticket.serial):
        raise _Unfit("number_void")
    service = state.known_rules.service.get(ticket.service)
    if service is None or service.prefix != lease.prefix:
        raise _Unfit("service_unknown")
    known = (state.tickets, taken.tickets, lease.taken.values())
    if ticket.id_taken or any(ticket.id in tickets for tickets in known):
        raise _Unfit("ticket_id_used")


def _arrival(ticket: OfflineTicket, lease: Lease, state: HallState, now_ms: int) -> tuple[int, int]:
    """When the person came, within what is possible, and by how many seconds the kiosk's clock
    was beyond that: not before the block was lent, not in the future, not after its day."""
    ends_ms = day_bounds_ms(state.known_rules.calendar, date.fromisoformat(lease.day))[1]
    latest_ms = max(lease.lent_ms, min(now_ms, ends_ms - 1))
    arrived_ms = min(max(ticket.issued_ms, lease.lent_ms), latest_ms)
    off_ms = ticket.issued_ms - arrived_ms
    return arrived_ms, round(off_ms / 1000) if abs(off_ms) > CLOCK_TOLERANCE_MS else 0


def _joined(
    ticket: OfflineTicket,
    lease: Lease,
    state: HallState,
    taken: _Taken,
    arrived_ms: int,
    clock_off_s: int,
) -> Events:
    """In line from its own arrival on, and callable at once."""
    ahead = state.line.count_free(ticket.service) + taken.waiting.get(ticket.service, 0)
    of = _class(ticket, state)
    wait = promise(state, ticket.service, of, ahead, state.last_ms)
    issued = e.TicketIssued(
        ticket=ticket.id,
        number=number_text(lease.prefix, ticket.serial),
        prefix=lease.prefix,
        serial=ticket.serial,
        service=ticket.service,
        matter=_matter(ticket, state),
        priority_class=of,
        person=ticket.person,
        kiosk=lease.kiosk,
        arrived_ms=arrived_ms,
        then=(),
        people_ahead=ahead,
        p50_s=wait.p50_s if wait else None,
        p90_s=wait.p90_s if wait else None,
        lease=lease.id,
        clock_off_s=clock_off_s,
        widened_pct=wait.widened_pct if wait else 0,
        shifted_pct=wait.shifted_pct if wait else 0,
    )
    return [issued, *_fate(ticket)]


def _fate(ticket: OfflineTicket) -> Iterator[e.Event]:
    """What had become of the paper and the person when it was handed in. One whose paper did not
    come out was asked by the kiosk there and then: who did not cancel keeps the number."""
    if ticket.printed:
        yield e.TicketPrinted(ticket.id)
    elif ticket.printed is False:
        yield e.TicketPrintFailed(ticket.id)
    if ticket.printed is False and not ticket.cancelled:
        yield e.TicketKept(ticket.id)
    if ticket.cancelled:
        yield e.TicketCancelled(ticket.id, "person")


def _recorded(
    ticket: OfflineTicket, lease: Lease, state: HallState, arrived_ms: int, clock_off_s: int
) -> x.OfflineTicketRecorded:
    return x.OfflineTicketRecorded(
        ticket=ticket.id,
        lease=lease.id,
        day=lease.day,
        number=number_text(lease.prefix, ticket.serial),
        prefix=lease.prefix,
        serial=ticket.serial,
        service=ticket.service,
        matter=_matter(ticket, state),
        priority_class=_class(ticket, state),
        person=ticket.person,
        kiosk=lease.kiosk,
        arrived_ms=arrived_ms,
        clock_off_s=clock_off_s,
        cancelled=ticket.cancelled,
    )


def _matter(ticket: OfflineTicket, state: HallState) -> str | None:
    """The matter, unless the hall no longer knows it for this service: the number counts more."""
    known = state.known_rules.matter.get(ticket.matter or "")
    return ticket.matter if known and known.service == ticket.service else None


def _class(ticket: OfflineTicket, state: HallState) -> str:
    rules = state.known_rules
    asked = ticket.priority_class
    return class_of(rules, asked if asked in rules.priority_class else None, ticket.age_years)


def _refused(kiosk: str, ticket: OfflineTicket, code: str) -> x.OfflineTicketRefused:
    return x.OfflineTicketRefused(
        ticket.id, ticket.lease, ticket.serial, ticket.service, kiosk, ticket.issued_ms, code
    )


def _voided(lease: Lease, taken: _Taken, reason: str) -> Iterator[x.NumbersVoided]:
    just_taken = {serial for of, serial in taken.serials if of == lease.id}
    left = (s for first, last in lease.left() for s in range(first, last + 1))
    for first, last in spans_of(s for s in left if s not in just_taken):
        yield x.NumbersVoided(lease.id, lease.kiosk, lease.day, lease.prefix, first, last, reason)


# --- the day's end --------------------------------------------------------------------------


def roll_leases(state: HallState, today: str) -> Events:
    """Blocks that are out when a day ends: written down whole for later hand-ins, or, when that has
    been possible for long enough, voided and forgotten."""
    events: Events = []
    for lease in sorted(state.leases.values(), key=lambda lease: (lease.day, lease.id)):
        days = (date.fromisoformat(today) - date.fromisoformat(lease.day)).days
        if days > state.known_rules.leases.handin_days:
            events += [*_voided(lease, _Taken(), "expired"), x.LeaseExpired(lease.id, lease.kiosk)]
        elif lease.changed:
            events.append(x.LeaseCarriedOver(**lease.whole()))
    return events
