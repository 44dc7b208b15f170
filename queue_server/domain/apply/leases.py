"""How events of lent numbers change what is out at kiosks."""

from __future__ import annotations

from dataclasses import replace

from queue_server.domain import leases as x
from queue_server.domain.apply.core import on
from queue_server.domain.numbers import number_text
from queue_server.domain.state import HallState


@on.register
def _issued(event: x.LeaseIssued, state: HallState, at_ms: int) -> None:
    lease = x.Lease(
        event.lease, event.kiosk, event.day, event.prefix, event.first, event.last, at_ms
    )
    state.leases[lease.id] = lease
    if event.day == state.day:  # a block of an earlier day, kept for this one, takes no number
        state.lent.setdefault(event.prefix, []).append((event.first, event.last))


@on.register
def _carried_over(event: x.LeaseCarriedOver, state: HallState, at_ms: int) -> None:
    state.leases[event.lease] = x.Lease(
        event.lease,
        event.kiosk,
        event.day,
        event.prefix,
        event.first,
        event.last,
        event.lent_ms,
        dict(event.taken),
        list(event.voided),
    )


@on.register
def _voided(event: x.NumbersVoided, state: HallState, at_ms: int) -> None:
    lease = state.leases[event.lease]
    lease.voided.append((event.first, event.last))
    lease.changed = True


@on.register
def _expired(event: x.LeaseExpired, state: HallState, at_ms: int) -> None:
    del state.leases[event.lease]


@on.register
def _recorded(event: x.OfflineTicketRecorded, state: HallState, at_ms: int) -> None:
    """It changes nothing of this day; its own has long been closed."""
    lease = state.leases[event.lease]
    lease.taken[event.serial] = event.ticket
    lease.changed = True


@on.register
def _refused(event: x.OfflineTicketRefused, state: HallState, at_ms: int) -> None:
    series = state.leases.get(event.lease) or state.known_rules.service.get(event.service)
    number = number_text(series.prefix if series else "", event.serial)
    told = x.RefusedTicket(number, event.kiosk, event.code, event.issued_ms, at_ms)
    # a kiosk that offers the same ticket again and again is told of once
    others = [other for other in state.refused if replace(other, at_ms=at_ms) != told]
    state.refused = [*others, told]
