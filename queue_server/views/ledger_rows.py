"""A ticket as the ledger keeps it: pure functions from state to rows."""

from __future__ import annotations

from queue_server.domain import events as e
from queue_server.domain.events import instant_text
from queue_server.domain.leases import OfflineTicketRecorded
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.vocabulary import AT_A_WINDOW, TicketStatus
from queue_server.journal.port import TicketRow


def ticket_row(hall: str, day: str, ticket: Ticket) -> TicketRow:
    """The ticket as the ledger keeps it."""
    at_a_window = ticket.status in AT_A_WINDOW
    return TicketRow(
        hall=hall,
        id=ticket.id,
        day=day,
        prefix=ticket.prefix,
        serial=ticket.serial,
        number=ticket.number,
        service=ticket.service,
        matter=ticket.matter,
        priority_class=ticket.priority_class,
        status=ticket.status.value,
        window=ticket.window if at_a_window or ticket.status is TicketStatus.FINISHED else None,
        issued_at=instant_text(ticket.issued_ms),
        called_at=_maybe(ticket.called_ms),
        started_at=_maybe(ticket.started_ms),
        since_at=instant_text(ticket.since_ms),
        calls=ticket.calls,
    )


def ledger_row(hall: str, state: HallState, event: e.Event) -> TicketRow | None:
    """The ticket's row as it stands right after an event; None when the event is about no ticket of
    the ledger, or comes before the one that issues it."""
    if isinstance(event, OfflineTicketRecorded):
        return _recorded_row(hall, event, state.last_ms)
    ticket = state.tickets.get(getattr(event, "ticket", None) or "")
    return ticket_row(hall, state.day, ticket) if ticket else None


def _recorded_row(hall: str, event: OfflineTicketRecorded, at_ms: int) -> TicketRow:
    """A ticket of an earlier day, which ended without being called."""
    ended = TicketStatus.CANCELLED if event.cancelled else TicketStatus.EXPIRED
    return TicketRow(
        hall=hall,
        id=event.ticket,
        day=event.day,
        prefix=event.prefix,
        serial=event.serial,
        number=event.number,
        service=event.service,
        matter=event.matter,
        priority_class=event.priority_class,
        status=ended.value,
        window=None,
        issued_at=instant_text(event.arrived_ms),
        called_at=None,
        started_at=None,
        since_at=instant_text(at_ms),
        calls=0,
    )


def _maybe(at_ms: int | None) -> str | None:
    return None if at_ms is None else instant_text(at_ms)
