"""The desk's other drawer: numbers out of the lease, for while the server cannot be reached.

The same card gets the same number again; whose card it was is kept as a keyed hash, in memory
alone, under a key that ends with the process.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

import structlog

from kiosk.flow import effects as fx
from kiosk.flow.facts import HallFacts, PersonFacts, TicketFacts
from kiosk.gateway.lease_book import LeaseBook, Stage, Wanted, offline_ticket

_log = structlog.get_logger()

_STAGES = {
    "printed": (Stage.SETTLED, True),
    "print-failed": (Stage.UNPRINTED, False),
    "keep": (Stage.SETTLED, None),
    "cancel": (Stage.CANCELLED, None),
}


class OfflineDrawer:
    """hall: as last seen. look: tells the keeper that there is something to hand in."""

    def __init__(
        self,
        book: LeaseBook,
        hall: Callable[[], HallFacts | None],
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._book, self._hall, self.look = book, hall, look
        self._key = secrets.token_bytes(32)
        self._held: dict[tuple[bytes, str], str] = {}  # (whose, service) → ticket

    def give(self, wish: fx.RequestTicket, person: PersonFacts | None) -> TicketFacts | None:
        """None when no number of the service is left, or none can be written down."""
        whose = (self._hash(person), wish.service) if person else None
        held = self._book.ticket(self._held.get(whose, "")) if whose else None
        if held and held.stage is not Stage.CANCELLED and held.request_id != wish.request_id:
            return offline_ticket(held, self._hall(), reprint=True)
        wanted = Wanted(
            wish.request_id, wish.service, wish.matter, wish.priority_class or wish.class_by_age
        )
        given = self._book.give(wanted)
        if given is None:
            return None
        if whose:
            self._held[whose] = given.id
        _log.warning("number_given_offline", number=given.number)
        return offline_ticket(given, self._hall())

    def _hash(self, person: PersonFacts) -> bytes:
        return hmac.digest(self._key, person.id_number.encode(), "sha256")

    def has(self, ticket_id: str) -> bool:
        """Whether this ticket is the kiosk's own, and the server does not know it yet."""
        return self._book.ticket(ticket_id) is not None

    def printing(self, ticket: TicketFacts) -> None:
        """Before the first byte goes to the printer: from here on paper may be out."""
        if ticket.offline and not ticket.reprint:
            self._mark(ticket.id, Stage.PRINTING, None)

    def settle(self, ticket_id: str, what: str) -> bool:
        """what: as the server's own commands. False when the server has the ticket by now."""
        stage, printed = _STAGES[what]
        ours = self._mark(ticket_id, stage, printed)
        self.look()
        return ours

    def _mark(self, ticket_id: str, stage: Stage, printed: bool | None) -> bool:
        try:
            return self._book.mark(ticket_id, stage, printed)
        except OSError as error:
            # On disk stands what was before; after a while it is handed in as that.
            _log.error("offline_ticket_not_marked", stage=stage.value, reason=str(error))
            return True
