"""Takes events into a hall's state: one function per event, in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from queue_server.domain import events as e
from queue_server.domain.state import HallState

# What `on` found for each kind of event: its own look-up takes as long as many a rule, and a start
# applies a whole day.
_RULES: dict[type[e.Event], Callable[[Any, HallState, int], None]] = {}


def apply(state: HallState, event: e.Event, at_ms: int) -> None:
    """Takes in the next event of the hall's journal. Events are believed: they were checked when
    they were decided. Needs no clock; the same events always give the same state."""
    state.seq += 1
    state.last_ms = at_ms
    kind = type(event)
    rule = _RULES.get(kind)
    if rule is None:
        rule = _RULES[kind] = on.dispatch(kind)
    rule(event, state, at_ms)


@singledispatch
def on(event: Any, state: HallState, at_ms: int) -> None:
    """How one kind of event changes the state."""
    raise TypeError(f"no rule for applying {type(event).__name__}")
