"""What changes to notices, jobs and guides lead to."""

from __future__ import annotations

from queue_server.domain import content as x
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.errors import NotFound
from queue_server.domain.state import HallState

_WORDS = {"notice": "公告", "job": "招聘信息", "guide": "办事指南"}


@decide.register
def _take_in(command: x.TakeInContent, state: HallState, now_ms: int) -> Events:
    digest = x.content_digest(command.things)
    if digest == state.content.file_digest:
        return []
    things = tuple((thing.kind, thing.to_data()) for thing in command.things)
    return [x.ContentTakenIn(digest, things)]


@decide.register
def _put(command: x.PutContent, state: HallState, now_ms: int) -> Events:
    thing = command.thing
    if state.content.of(thing.kind).get(thing.id) == thing:
        return []
    return [x.ContentPut(thing.kind, thing.id, thing.to_data())]


@decide.register
def _remove(command: x.RemoveContent, state: HallState, now_ms: int) -> Events:
    if command.id not in state.content.of(command.kind):
        raise NotFound(f"没有这条{_WORDS[command.kind]}。", **{command.kind: command.id})
    return [x.ContentRemoved(command.kind, command.id)]
