"""Rule 1 by sets: of each prefix and day, every number from 1 up to the last that was given out of
no block, and every number of a block, is given, recorded, void or lent; none is two of these."""

from __future__ import annotations

from collections import defaultdict

from queue_server.domain import events as e
from queue_server.domain import leases as x

Series = tuple[str, str]


class Numbers:
    """given: also those recorded for an earlier day; lent: out with a kiosk."""

    def __init__(self) -> None:
        self.given: dict[Series, set[int]] = defaultdict(set)
        self.void: dict[Series, set[int]] = defaultdict(set)
        self.lent: dict[Series, set[int]] = defaultdict(set)
        self.ever_lent: dict[Series, set[int]] = defaultdict(set)
        self.last: dict[Series, int] = defaultdict(int)
        self.tickets: set[str] = set()

    def take(self, event: e.Event, day: str) -> None:
        if isinstance(event, e.TicketIssued):
            self._give(event.ticket, (day, event.prefix), event.serial, event.lease is not None)
        elif isinstance(event, x.OfflineTicketRecorded):
            self._give(event.ticket, (event.day, event.prefix), event.serial, True)
        elif isinstance(event, x.LeaseIssued):
            self._lend((event.day, event.prefix), event.first, event.last)
        elif isinstance(event, x.NumbersVoided):
            self._avoid((event.day, event.prefix), range(event.first, event.last + 1))

    def _give(self, ticket: str, series: Series, serial: int, offline: bool) -> None:
        assert ticket not in self.tickets, f"ticket {ticket} twice"
        self.tickets.add(ticket)
        if offline:
            assert serial in self.lent[series], f"{series} {serial} was not lent"
            self.lent[series].discard(serial)
        else:
            behind = range(self.last[series] + 1, serial)
            assert all(n in self.ever_lent[series] for n in behind), f"{series} leaves a gap"
            assert serial not in self.ever_lent[series], f"{series} {serial} was lent"
            self.last[series] = serial
        assert serial not in self.given[series], f"{series} {serial} given twice"
        self.given[series].add(serial)
        self._whole(series)

    def _lend(self, series: Series, first: int, last: int) -> None:
        block = set(range(first, last + 1))
        taken = self.ever_lent[series] | self.given[series]
        assert block, f"{series} lent nothing"
        assert not block & taken, f"{series} lent from {first}"
        self.lent[series] |= block
        self.ever_lent[series] |= block
        self._whole(series)

    def _avoid(self, series: Series, serials: range) -> None:
        for serial in serials:
            assert serial in self.lent[series], f"{series} {serial} voided, and was not lent"
            self.lent[series].discard(serial)
            self.void[series].add(serial)
        self._whole(series)

    def _whole(self, series: Series) -> None:
        """All up to the last, and all that were lent: each is one thing, and none is missing."""
        parts = (self.given[series], self.void[series], self.lent[series])
        due = set(range(1, self.last[series] + 1)) | self.ever_lent[series]
        assert set().union(*parts) == due, f"{series}: a number is missing or too many"
        assert sum(map(len, parts)) == len(due), f"{series}: a number counts twice"
