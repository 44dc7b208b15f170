"""How messages to windows change the hall's day."""

from __future__ import annotations

from queue_server.domain import messages as x
from queue_server.domain.apply.core import on
from queue_server.domain.state import HallState


@on.register
def _told(event: x.WindowTold, state: HallState, at_ms: int) -> None:
    told = x.WindowMessage(event.message, event.window, event.text, event.place, at_ms)
    state.messages[event.message] = told


@on.register
def _ended(event: x.WindowMessageEnded, state: HallState, at_ms: int) -> None:
    state.messages[event.message] = state.messages[event.message].ended(at_ms, event.how)
