"""Counts numbers against quotas, where there are quotas."""

from __future__ import annotations

from queue_server.domain.calendar import half_day
from queue_server.domain.quotas import Given
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.vocabulary import TicketStatus


def count(state: HallState, ticket: Ticket) -> None:
    """A number was given, for the half-day in which its person came."""
    rules = state.known_rules
    if ticket.counts_for in rules.quota:
        which = half_day(rules.calendar, ticket.arrived_ms)
        state.given.count(ticket.counts_for or "", which, ticket.person)


def give_back(state: HallState, ticket: Ticket) -> None:
    """It was cancelled: its person may have another."""
    if ticket.counts_for in state.known_rules.quota:
        state.given.give_back(ticket.counts_for or "", ticket.person)


def recount(state: HallState, before: HallRules | None) -> None:
    """The rules changed: other services have quotas now, or half-days end at other times."""
    rules = state.known_rules
    if before is None or (before.quotas, before.calendar) == (rules.quotas, rules.calendar):
        return
    state.given = Given()
    for ticket in state.tickets.values():
        count(state, ticket)
        if ticket.status is TicketStatus.CANCELLED:
            give_back(state, ticket)
