"""How events of windows change the hall's day."""

from __future__ import annotations

from queue_server.domain import events as e
from queue_server.domain.apply.core import on
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import WindowState


@on.register
def _window_opened(event: e.WindowOpened, state: HallState, at_ms: int) -> None:
    window = state.windows[event.window]
    window.clerk, window.opened = event.clerk, state.seq
    state.set_window(window, WindowState.OPEN, at_ms)
    if event.clerk is not None:
        state.follow_clerk(event.clerk, window.id)


@on.register
def _clerk_seated(event: e.ClerkSeated, state: HallState, at_ms: int) -> None:
    for window in state.windows.values():
        if window.clerk == event.clerk:
            window.clerk = None
    window = state.windows[event.window]
    window.clerk, window.opened = event.clerk, state.seq
    ticket = state.at_window(window.id)
    if ticket and ticket.first_window == window.id and ticket.first_clerk is None:
        ticket.first_clerk = event.clerk  # nobody had sat down yet when the keypad began
    state.follow_clerk(event.clerk, window.id)


@on.register
def _window_closed(event: e.WindowClosed, state: HallState, at_ms: int) -> None:
    window = state.windows[event.window]
    window.clerk = None
    state.set_window(window, WindowState.CLOSED, at_ms)
    state.release_kept(window.id)


@on.register
def _window_paused(event: e.WindowPaused, state: HallState, at_ms: int) -> None:
    state.set_window(state.windows[event.window], WindowState.PAUSED, at_ms, event.reason)


@on.register
def _window_resumed(event: e.WindowResumed, state: HallState, at_ms: int) -> None:
    state.set_window(state.windows[event.window], WindowState.OPEN, at_ms)
