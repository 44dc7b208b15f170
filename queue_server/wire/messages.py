"""A manager's message to one window, as the wire shows it."""

from __future__ import annotations

from typing import Literal, TypedDict


class WindowMessage(TypedDict):
    """place: the clerk's console, or the window's screen (and the console, to take it off). ended,
    how: null while it is shown; others than staff are told only what is on the screen."""

    id: str
    text: str
    place: Literal["clerk", "screen"]
    at: str
    ended: str | None
    how: Literal["read", "taken_back"] | None
