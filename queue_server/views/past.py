"""A ticket of an earlier day as the ledger has it, for a client that still holds it."""

from __future__ import annotations

from queue_server.domain.event_base import instant_ms
from queue_server.domain.rules import HallRules
from queue_server.domain.state import Ticket
from queue_server.domain.vocabulary import TicketStatus
from queue_server.journal.port import TicketRow
from queue_server.views.hall import ticket_shape
from queue_server.wire import hall as wire


def past_ticket(rules: HallRules, row: TicketRow, follow_token: str) -> wire.Ticket | None:
    """None for a service that the hall no longer has. Who and why is not in the ledger."""
    if row.service not in rules.service:
        return None
    issued_ms = instant_ms(row.issued_at)
    ticket = Ticket(
        id=row.id,
        number=row.number,
        prefix=row.prefix,
        serial=row.serial,
        service=row.service,
        matter=row.matter,
        priority_class=row.priority_class,
        person=None,
        kiosk=None,
        issued_ms=issued_ms,
        arrived_ms=issued_ms,
        then=(),
        status=TicketStatus(row.status),
        window=row.window,
        calls=row.calls,
    )
    return ticket_shape(rules, ticket, None, None, follow_token)
