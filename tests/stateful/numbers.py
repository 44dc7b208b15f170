"""Rule 1 by sets: of each prefix and day, every number from 1 up is given, recorded, void or lent,
and no number is two of these."""

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
        self.highest: dict[Series, int] = defaultdict(int)
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
            assert serial == self.highest[series] + 1, f"{series} {serial} leaves a gap"
            self.highest[series] = serial
        assert serial not in self.given[series], f"{series} {serial} given twice"
        self.given[series].add(serial)
        self._whole(series)

    def _lend(self, series: Series, first: int, last: int) -> None:
        assert first == self.highest[series] + 1, f"{series} lent from {first}"
        self.lent[series] |= set(range(first, last + 1))
        self.highest[series] = last
        self._whole(series)

    def _avoid(self, series: Series, serials: range) -> None:
        for serial in serials:
            assert serial in self.lent[series], f"{series} {serial} voided, and was not lent"
            self.lent[series].discard(serial)
            self.void[series].add(serial)
        self._whole(series)

    def _whole(self, series: Series) -> None:
        """So many different numbers, none above the highest: all of them are there."""
        count = sum(len(part[series]) for part in (self.given, self.void, self.lent))
        assert count == self.highest[series], f"{series}: a number is missing or counts twice"
