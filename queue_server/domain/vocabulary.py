"""The words of the domain as types: states of tickets and windows, and what happens to tickets."""

from __future__ import annotations

from enum import StrEnum


class TicketStatus(StrEnum):
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    MISSED = "missed"
    PARKED = "parked"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Happening(StrEnum):
    """What can happen to a ticket: the columns of the lifecycle table."""

    CALLED = "called"
    STARTED = "started"
    FINISHED = "finished"
    MISSED = "missed"
    REJOINED = "rejoined"
    PARKED = "parked"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    CANCELLED = "cancelled"
    DAY_CLOSED = "day_closed"


class WindowState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


AT_A_WINDOW = frozenset({TicketStatus.CALLED, TicketStatus.SERVING})
# where a number whose print failed, and that nobody keeps, is given up: its person is not there
GIVEN_UP_UNPRINTED = frozenset({TicketStatus.WAITING, TicketStatus.PARKED, TicketStatus.MISSED})
ENDED = frozenset({TicketStatus.FINISHED, TicketStatus.CANCELLED, TicketStatus.EXPIRED})

# Why a window pauses, as consoles say it: these may stand on the window's own screen. A clerk's own
# words, and what is nobody's business, may not.
PUBLIC_PAUSES = frozenset({"rest", "meal", "papers", "meeting", "system"})
