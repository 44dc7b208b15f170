"""Who sits at a window: whoever acts there under a login of their own. Their work is counted, rated
and promised in their name; a manager, a keypad or a script acts for whoever sits there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.decide.core import Events
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import WindowState

C = TypeVar("C", bound=c.SeatedCommand)
Rule = Callable[[C, HallState, int], Events]


def seats(rule: Rule[C]) -> Rule[C]:
    """A rule of a clerk's act: who acts sits down first. An act that is refused seats nobody."""

    @wraps(rule)
    def decided(command: C, state: HallState, now_ms: int) -> Events:
        events = rule(command, state, now_ms)
        return [*_seated(state, command), *events]

    return decided


def clerk_of(state: HallState, command: c.SeatedCommand) -> str | None:
    """In whose name the act happens; None while nobody sits there."""
    return command.clerk or state.windows[command.window].clerk


def _seated(state: HallState, command: c.SeatedCommand) -> Events:
    window, clerk = state.windows[command.window], command.clerk
    if clerk is None or clerk == window.clerk or window.state is WindowState.CLOSED:
        return []
    return [e.ClerkSeated(window.id, clerk)]
