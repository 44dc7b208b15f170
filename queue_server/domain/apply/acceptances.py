"""How events of acceptances change what the hall has promised."""

from __future__ import annotations

from queue_server.domain import acceptances as x
from queue_server.domain.apply.core import on
from queue_server.domain.state import HallState


@on.register
def _opened(event: x.AcceptanceOpened, state: HallState, at_ms: int) -> None:
    names = (name for name in x.Acceptance.__dataclass_fields__ if name != "id")
    kept = {name: getattr(event, name) for name in names}
    state.acceptances.open[event.acceptance] = x.Acceptance(event.acceptance, **kept)


@on.register
def _closed(event: x.AcceptanceClosed, state: HallState, at_ms: int) -> None:
    state.acceptances.open.pop(event.acceptance, None)
    state.acceptances.closed_today += 1
