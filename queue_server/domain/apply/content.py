"""How events of notices, jobs and guides change what the hall tells."""

from __future__ import annotations

from typing import cast

from queue_server.domain import content as x
from queue_server.domain.apply.core import on
from queue_server.domain.state import HallState


@on.register
def _taken_in(event: x.ContentTakenIn, state: HallState, at_ms: int) -> None:
    state.content = x.HallContent(file_digest=event.digest)
    for kind, data in event.things:
        state.content.put(x.thing_of(kind, data))


@on.register
def _put(event: x.ContentPut, state: HallState, at_ms: int) -> None:
    state.content.put(x.thing_of(event.kind, event.thing))


@on.register
def _removed(event: x.ContentRemoved, state: HallState, at_ms: int) -> None:
    state.content.remove(cast(x.Kind, event.kind), event.id)
