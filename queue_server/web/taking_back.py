"""What one change did, read from the journal, so that it alone can be taken back."""

from __future__ import annotations

from typing import Any, cast

import orjson

from queue_server.domain.administration import TakeBack
from queue_server.domain.content import Kind, Thing, thing_of
from queue_server.domain.rules import HallRules
from queue_server.journal.chain import Record
from queue_server.service import HallService
from queue_server.web.errors import ApiError

PAGE = 400
# A change leads to two events at the most: rules, and the guide of a matter.
_GROUP = 4
_CONTENT = ("content_put", "content_removed")


async def change_at(service: HallService, seq: int) -> TakeBack:
    """seq: of any of the change's events. Raises ApiError 404 for what cannot be taken back."""
    group = await _group(service, seq)
    configured = next((r for r in group if r.event == "hall_configured"), None)
    told = [r for r in group if r.event in _CONTENT]
    if configured is not None and orjson.loads(configured.data).get("change") is None:
        configured = None
    if configured is None and not told:
        raise ApiError(404, "not_found", "这一项不能撤回，请直接修改。", seq=seq)
    first = group[0].seq
    if configured is None:
        before = after = await service.ask(lambda state, _: state.known_rules)
    else:
        after, before = _rules(configured), await _rules_before(service, first)
    content = [await _content(service, record, first) for record in told]
    return TakeBack(seq, before, after, tuple(content))


async def _group(service: HallService, seq: int) -> list[Record]:
    """All that the request of this event led to."""
    near = await service.journal_page(max(0, seq - _GROUP), 2 * _GROUP)
    asked = {r.seq: orjson.loads(r.data).get("request_id") for r in near}
    if not asked.get(seq):
        return [r for r in near if r.seq == seq and r.event in ("hall_configured", *_CONTENT)]
    return [r for r in near if asked[r.seq] == asked[seq]]


def _rules(record: Record) -> HallRules:
    return HallRules.from_data(orjson.loads(record.data)["rules"])


async def _rules_before(service: HallService, seq: int) -> HallRules:
    before = seq
    while page := await service.rare(before, PAGE):
        for record in page:
            if record.event == "hall_configured":
                return _rules(record)
        before = page[-1].seq
    raise ApiError(404, "not_found", "没有更早的设置可以恢复。", seq=seq)


async def _content(
    service: HallService, record: Record, first: int
) -> tuple[Kind, str, Thing | None, Thing | None]:
    data = orjson.loads(record.data)
    kind, id = cast(Kind, data["kind"]), str(data["id"])
    after = thing_of(kind, data["thing"]) if "thing" in data else None
    return kind, id, await _thing_before(service, first, kind, id), after


async def _thing_before(service: HallService, seq: int, kind: Kind, id: str) -> Thing | None:
    before = seq
    while page := await service.rare(before, PAGE):
        for record in page:
            known, found = _told(record, kind, id)
            if known:
                return found
        before = page[-1].seq
    return None


def _told(record: Record, kind: Kind, id: str) -> tuple[bool, Thing | None]:
    """Whether this record says how a thing is from then on, and how."""
    data: dict[str, Any] = orjson.loads(record.data)
    if record.event == "content_taken_in":
        things = (thing_of(k, d) for k, d in data["things"] if k == kind and d["id"] == id)
        return True, next(things, None)
    if record.event in _CONTENT and (data["kind"], data["id"]) == (kind, id):
        return True, thing_of(kind, data["thing"]) if "thing" in data else None
    return False, None
