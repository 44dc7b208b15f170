"""How `/events` is described: its parameters, its frames, and the names of what it tells."""

from __future__ import annotations

from typing import Any

from queue_server.wire.hall import TOPICS
from queue_server.wire.stream import HEARTBEAT, SKIPPED

_SEQ = {"type": "integer", "minimum": 0, "maximum": 2**62}

STREAM_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "schema": _SEQ,
        "description": "goes on behind this id; counts before `after`",
    },
    {
        "name": "after",
        "in": "query",
        "required": False,
        "schema": _SEQ,
        "description": "the same, for the first request; without either the stream begins now",
    },
    {
        "name": "topics",
        "in": "query",
        "required": False,
        "schema": {"type": "array", "items": {"type": "string", "enum": sorted(TOPICS)}},
        "style": "form",
        "explode": False,
        "description": "only these; everything if left out",
    },
]

STREAM_SCHEMA: dict[str, Any] = {
    "type": "string",
    "description": "Server-Sent Events. `id`: the journal's seq; `event`: its name; `data`: JSON. "
    f"`{HEARTBEAT}` comes every few seconds without an id and carries `seq` and `now`. "
    f"`{SKIPPED}` says that events between `after` and `next` are not told (to whom the journal is "
    "closed, nothing before the present business day is): load the hall anew. Names by topic: "
    + "; ".join(f"{topic}: {', '.join(sorted(names))}" for topic, names in sorted(TOPICS.items())),
}
