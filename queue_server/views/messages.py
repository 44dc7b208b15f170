"""Messages to windows as the wire shows them."""

from __future__ import annotations

from typing import cast

from queue_server.domain.events import instant_text
from queue_server.domain.messages import Place
from queue_server.domain.state import HallState
from queue_server.wire import messages as wire

ENDED_SHOWN = 2


def messages_view(state: HallState, window: str) -> list[wire.WindowMessage]:
    """The oldest first: all that are shown, and the newest that were, so that the board sees that
    one was read."""
    of = [m for m in state.messages.values() if m.window == window]
    ended = sorted((m for m in of if m.ended_ms is not None), key=lambda m: m.ended_ms or 0)
    gone = {m.id for m in ended[:-ENDED_SHOWN]}
    views = [
        {
            "id": m.id,
            "text": m.text,
            "place": m.place,
            "at": instant_text(m.at_ms),
            "ended": None if m.ended_ms is None else instant_text(m.ended_ms),
            "how": m.how,
        }
        for m in of
        if m.id not in gone
    ]
    return cast(list[wire.WindowMessage], views)


def public_messages(messages: list[wire.WindowMessage]) -> list[wire.WindowMessage]:
    return [m for m in messages if m["place"] == Place.SCREEN.value and m["ended"] is None]
