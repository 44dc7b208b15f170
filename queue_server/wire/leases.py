"""The wire's shapes for numbers lent to kiosks and tickets handed in; see wire.py."""

from __future__ import annotations

from typing import Literal, TypedDict

from queue_server.wire.hall import Ticket


class Lease(TypedDict):
    """A block of numbers lent to a kiosk: prefix and a serial of at least `digits` digits."""

    id: str
    kiosk: str
    day: str  # the business day that its numbers belong to
    prefix: str
    service: str | None  # null when the hall no longer has the service of this prefix
    digits: int
    first: int
    last: int
    left: list[list[int]]  # [first, last] of what was neither handed in nor voided
    lent_at: str
    valid_until: str  # the day's end; later a ticket is recorded, but joins no line


class Leases(TypedDict):
    leases: list[Lease]


HandInResult = Literal["joined", "recorded", "known", "refused"]


class HandedTicket(TypedDict):
    """joined: it stands in line. recorded: its day is over. known: it was handed in before.
    refused: `code` and `message` say why; the server keeps a record of it."""

    id: str
    lease: str
    serial: int
    result: HandInResult
    code: str | None
    message: str | None
    ticket: Ticket | None  # null unless it is a ticket of this day


class GivenBack(TypedDict):
    lease: str
    voided: list[list[int]]  # [first, last], numbers that nobody gets any more


class HandedIn(TypedDict):
    tickets: list[HandedTicket]  # in the order they were handed in
    given_back: list[GivenBack]
    leases: list[Lease]  # what the kiosk still has of this day


class RefusedTicket(TypedDict):
    """Somebody may hold this paper, and it counts for nothing."""

    number: str
    kiosk: str
    code: str
    message: str
    issued_at: str  # by the kiosk's clock
    at: str


class Kiosks(TypedDict):
    leases: list[Lease]  # with numbers left, also of days before
    refused: list[RefusedTicket]  # handed in this day, newest first
