"""A manager's message to one window: for its clerk, or for the people who look at its screen.

It belongs to its day, and is shown until it was read or taken back. Texts go into the journal,
which holds nothing personal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from queue_server.domain.events import Event

# More would hide each other on a console.
UNREAD_AT_MOST = 3
TEXT_AT_MOST = 120  # letters


class Place(StrEnum):
    """Who is to read it."""

    CLERK = "clerk"
    SCREEN = "screen"


class End(StrEnum):
    """How a message came off: the clerk has read it (or taken it off the window's screen), or the
    manager took it back."""

    READ = "read"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class TellWindow:
    """message: a fresh id."""

    message: str
    window: str
    text: str
    place: Place = Place.CLERK


@dataclass(frozen=True, slots=True)
class EndMessage:
    window: str
    message: str
    how: End


MessageCommand = TellWindow | EndMessage


@dataclass(frozen=True, slots=True)
class WindowTold(Event):
    window: str
    message: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class WindowMessageEnded(Event):
    window: str
    message: str
    how: str


@dataclass(frozen=True, slots=True)
class WindowMessage:
    """ended_ms, how: None while it is shown."""

    id: str
    window: str
    text: str
    place: str
    at_ms: int
    ended_ms: int | None = None
    how: str | None = None

    def ended(self, at_ms: int, how: str) -> WindowMessage:
        return replace(self, ended_ms=at_ms, how=how)
