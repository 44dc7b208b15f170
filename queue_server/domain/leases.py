"""Blocks of numbers lent to a kiosk for when it cannot reach the server (rule 10).

A block lies at `first_serial` or behind it, belongs to one business day and is never lent twice.
The hall's own numbers count up from 1 and leave out what is lent. The kiosk gives its numbers away
offline, hands the tickets in with their own times, and gives back what it did not use; that is
voided, so that every number can be accounted for (numbers.py). The rules are in decide/leases.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from queue_server.domain.events import Event
from queue_server.domain.spans import Span, spans_of


@dataclass(frozen=True, slots=True)
class LeaseSettings:
    """first_serial: lent numbers begin there; 1 lends directly behind the last number given.
    size: numbers per block unless asked otherwise, size_at_most at the most. handin_days: how
    many days after its own a ticket may still be handed in; then the rest of its block is void."""

    size: int = 20
    size_at_most: int = 100
    handin_days: int = 7
    first_serial: int = 1


# --- what is asked --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeLeases:
    """lease: a fresh random id, from which the blocks' ids are made. services: () for all."""

    lease: str
    kiosk: str
    services: tuple[str, ...] = ()
    size: int | None = None


@dataclass(frozen=True, slots=True)
class OfflineTicket:
    """One ticket as the kiosk gave it out. id: made by the kiosk. issued_ms: by its own clock.

    id_taken: the ledger knows another ticket by this id, maybe of an earlier day.
    """

    id: str
    lease: str
    serial: int
    service: str
    issued_ms: int
    matter: str | None = None
    priority_class: str | None = None
    age_years: int | None = None
    person: str | None = None
    printed: bool | None = None
    cancelled: bool = False
    id_taken: bool = False


@dataclass(frozen=True, slots=True)
class HandIn:
    """give_back: ids of blocks that the kiosk will use no more."""

    kiosk: str
    tickets: tuple[OfflineTicket, ...] = ()
    give_back: tuple[str, ...] = ()


# --- what happened --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeaseIssued(Event):
    """first to last, both included, of `prefix` on `day`."""

    lease: str
    kiosk: str
    day: str
    prefix: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class LeaseCarriedOver(Event):
    """A block whose day is over, whole, so that later days need no earlier record. taken: serials
    that were handed in, with their tickets' ids."""

    lease: str
    kiosk: str
    day: str
    prefix: str
    first: int
    last: int
    lent_ms: int
    taken: tuple[tuple[int, str], ...]
    voided: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class NumbersVoided(Event):
    """Numbers of a block that nobody has and nobody will get. reason: given_back, expired."""

    lease: str
    kiosk: str
    day: str
    prefix: str
    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True)
class LeaseExpired(Event):
    """Nothing more is taken in for this block; all its numbers are accounted for."""

    lease: str
    kiosk: str


@dataclass(frozen=True, slots=True)
class OfflineTicketRecorded(Event):
    """Handed in after its day: it stands in the ledger of its own day and in nobody's line.

    arrived_ms, clock_off_s: as in ticket_issued. cancelled: by its person, at the kiosk.
    """

    ticket: str
    lease: str
    day: str
    number: str
    prefix: str
    serial: int
    service: str
    matter: str | None
    priority_class: str
    person: str | None
    kiosk: str
    arrived_ms: int
    clock_off_s: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class OfflineTicketRefused(Event):
    """A ticket that could not be taken in, kept so that somebody can look into it. code: why."""

    offered: str
    lease: str
    serial: int
    service: str
    kiosk: str
    issued_ms: int
    code: str


@dataclass(frozen=True, slots=True)
class RefusedTicket:
    """For the manager: somebody may hold a paper that counts for nothing."""

    number: str
    kiosk: str
    code: str
    issued_ms: int
    at_ms: int


# --- how it stands --------------------------------------------------------------------------


@dataclass(slots=True)
class Lease:
    """One block. taken: serial → ticket; changed: since it was last written down whole."""

    id: str
    kiosk: str
    day: str
    prefix: str
    first: int
    last: int
    lent_ms: int
    taken: dict[int, str] = field(default_factory=dict)
    voided: list[Span] = field(default_factory=list)
    changed: bool = False

    def is_void(self, serial: int) -> bool:
        return any(first <= serial <= last for first, last in self.voided)

    def left(self) -> tuple[Span, ...]:
        """What neither a ticket handed in nor a void number accounts for."""
        return spans_of(
            serial
            for serial in range(self.first, self.last + 1)
            if serial not in self.taken and not self.is_void(serial)
        )

    @property
    def count_left(self) -> int:
        return sum(last - first + 1 for first, last in self.left())

    def whole(self) -> dict[str, Any]:
        """The fields of a LeaseCarriedOver."""
        return {
            "lease": self.id,
            "kiosk": self.kiosk,
            "day": self.day,
            "prefix": self.prefix,
            "first": self.first,
            "last": self.last,
            "lent_ms": self.lent_ms,
            "taken": tuple(sorted(self.taken.items())),
            "voided": tuple(self.voided),
        }
