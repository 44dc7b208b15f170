"""What a manager changed, told so that another person can read it: what was, and what is. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from queue_server.domain.undoing import by_what_known
from queue_server.journal.chain import Record
from queue_server.wire.figures import Change, Difference

TOLD_AT_MOST = 12
_UNDONE = ("content_put", "content_removed")


def changes_view(found: Sequence[Record], limit: int) -> list[Change]:
    """found: newest first, more than `limit` where there are more, since each is told beside the
    one before it."""
    shown = [record for record in found if record.event != "day_opened"]
    rules = [orjson.loads(r.data) for r in shown if r.event == "hall_configured"]
    older = iter([*(data["rules"] for data in rules[1:]), None])
    gone = _taken_back(shown)
    views = [_view(r, next(older) if r.event == "hall_configured" else None, gone) for r in shown]
    return views[:limit]


def _taken_back(shown: Sequence[Record]) -> set[int]:
    """shown: newest first, so that a taking back that was itself taken back counts no more."""
    gone: set[int] = set()
    for record in shown:
        change = orjson.loads(record.data).get("change") or {}
        if change.get("what") == "taken_back" and record.seq not in gone:
            gone.add(change["seq"])
    return gone


def _view(record: Record, before: Any, gone: set[int]) -> Change:
    data = orjson.loads(record.data)
    change = dict(data.get("change") or {"what": "file"})
    if record.event != "hall_configured":
        change = {"what": record.event, "kind": data.get("kind"), "id": data.get("id")}
        change["title"] = (data.get("thing") or {}).get("title")
    may_undo = record.event in _UNDONE or data.get("change") is not None
    told = list(differences(before, data["rules"])) if before is not None else []
    return {
        "seq": record.seq,
        "at": record.at,
        "by": data.get("by", ""),
        "change": change,
        "differences": told[:TOLD_AT_MOST],
        "taken_back": record.seq in gone,
        "undo": may_undo and record.seq not in gone,
    }


def differences(before: Any, after: Any, place: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Leaf by leaf; lists of things by what each is known by."""
    if before == after:
        return
    if isinstance(before, list) and isinstance(after, list) and place:
        keyed = by_what_known(before, after)
        if keyed and any(isinstance(thing, dict) for thing in (*before, *after)):
            before, after = keyed
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from differences(before.get(key), after.get(key), (*place, key))
        return
    yield {"place": list(place), "before": before, "after": after}
