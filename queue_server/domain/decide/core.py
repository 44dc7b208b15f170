"""What a command leads to. Pure: one function per command, in the modules beside this one.

Asks nothing outside, knows no clock. Whoever calls it applies the events.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from queue_server.domain import events as e
from queue_server.domain.errors import NotFound
from queue_server.domain.state import HallState, Ticket

Events = list[e.Event]


@singledispatch
def decide(command: Any, state: HallState, now_ms: int) -> Events:
    """The events that `command` leads to at `now_ms` (UTC milliseconds, never before the last
    event). Raises a Refusal when it cannot be done; an empty list means nothing had to change."""
    raise TypeError(f"no rule for deciding {type(command).__name__}")


def known_ticket(state: HallState, ticket_id: str) -> Ticket:
    """Raises NotFound."""
    try:
        return state.tickets[ticket_id]
    except KeyError:
        raise NotFound("今天没有这张号票。", ticket=ticket_id) from None


def ticket_or_number(state: HallState, named: str) -> Ticket:
    """The ticket of this id, or of this day's number, as a person reads it off the paper. Raises
    NotFound."""
    by_number = (t for t in state.tickets.values() if t.number == named)
    return state.tickets.get(named) or next(by_number, None) or known_ticket(state, named)
