"""Rule 1, checkable: of every prefix and day, each number from 1 up was given, voided or is lent.

    issued ∪ recorded ∪ voided ∪ (lent and still out) = 1 … last ∪ blocks, and no number twice

last: the highest number that was given out of no block. blocks: all that were lent, which may lie
beyond the last; numbers between are not begun.

issued: given in the hall's line, also those that a kiosk gave offline and handed in the same day.
recorded: given offline and handed in after its day. voided: lent and given back, or never heard of
again. A number whose ticket was cancelled, or whose paper never came out, stays issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import singledispatchmethod

from queue_server.domain import events as e
from queue_server.domain import leases as x
from queue_server.domain.spans import Span, Spans


class NumberFault(Exception):
    """A number was left out, given twice, or used without having been lent."""

    code = "number_wrong"


# A number has so many digits, or more when there are more numbers.
DIGITS = 3


def number_text(prefix: str, serial: int) -> str:
    """How a number is written on tickets and screens, e.g. `A001`."""
    return f"{prefix}{serial:0{DIGITS}d}"


def next_serial(last: int, lent: Iterable[Span]) -> int:
    """The number behind `last` that is in no block."""
    serial = last + 1
    for first, block_last in sorted(lent):
        if first <= serial <= block_last:
            serial = block_last + 1
    return serial


def is_given(serials: Mapping[str, int], lent: Mapping[str, Iterable[Span]], number: str) -> bool:
    """Whether a written number is one of those up to the last of its prefix, or was lent. serials:
    prefix → last; lent: prefix → blocks."""
    for prefix in {*serials, *lent}:
        figures = number.removeprefix(prefix)
        if number.startswith(prefix) and figures.isdigit():
            spans = [(1, serials.get(prefix, 0)), *lent.get(prefix, ())]
            return any(first <= int(figures) <= last for first, last in spans)
    return False


@dataclass(slots=True)
class Account:
    """The numbers of one prefix and day. last: the highest that was given out of no block; blocks:
    all that were ever lent; lent: what of them is still out."""

    last: int = 0
    accounted: Spans = field(default_factory=Spans)
    blocks: Spans = field(default_factory=Spans)
    lent: Spans = field(default_factory=Spans)


class NumberBook:
    """Takes the events of one hall's journal in order and proves its numbers.

    Memory: a few spans per prefix and day; days that have nothing out any more may be forgotten.
    """

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], Account] = {}

    def account(self, day: str, prefix: str) -> Account:
        return self.accounts.setdefault((day, prefix), Account())

    @singledispatchmethod
    def take(self, event: e.Event, day: str) -> None:
        """The next event, of business day `day`. Raises NumberFault; most events are none of its
        business."""

    @take.register
    def _issued(self, event: e.TicketIssued, day: str) -> None:
        if event.lease is None:
            self._next(day, event.prefix, event.serial)
            self._account(day, event.prefix, event.serial, event.serial)
        else:
            self._used(day, event.prefix, event.serial, event.serial)

    @take.register
    def _recorded(self, event: x.OfflineTicketRecorded, day: str) -> None:
        self._used(event.day, event.prefix, event.serial, event.serial)

    @take.register
    def _voided(self, event: x.NumbersVoided, day: str) -> None:
        self._used(event.day, event.prefix, event.first, event.last)

    @take.register
    def _lent(self, event: x.LeaseIssued, day: str) -> None:
        account = self.account(event.day, event.prefix)
        free = account.last < event.first <= event.last
        if not (free and account.blocks.add(event.first, event.last)):
            first = number_text(event.prefix, event.first)
            raise NumberFault(f"{first} of {event.day} was lent and is another's")
        account.lent.add(event.first, event.last)

    def _next(self, day: str, prefix: str, serial: int) -> None:
        account = self.account(day, prefix)
        due = next_serial(account.last, account.blocks)
        if serial != due:
            was, wanted = number_text(prefix, serial), number_text(prefix, due)
            raise NumberFault(f"{was} of {day} was given where {wanted} was due")
        account.last = serial

    def _used(self, day: str, prefix: str, first: int, last: int) -> None:
        """Numbers that were lent have been used or voided."""
        if not self.account(day, prefix).lent.take(first, last):
            raise NumberFault(f"{number_text(prefix, first)} of {day} was not out on loan")
        self._account(day, prefix, first, last)

    def _account(self, day: str, prefix: str, first: int, last: int) -> None:
        if not self.account(day, prefix).accounted.add(first, last):
            raise NumberFault(f"{number_text(prefix, first)} of {day} was given twice")

    def forget_before(self, day: str) -> None:
        """Days whose numbers are all accounted for need no more looking at."""
        for key in [k for k, a in self.accounts.items() if k[0] < day and not len(a.lent)]:
            del self.accounts[key]
