"""What taking one change back leads to: its own part alone, and only while nobody has changed the
same thing since."""

from __future__ import annotations

from queue_server.domain import administration as x
from queue_server.domain.content import ContentPut, ContentRemoved
from queue_server.domain.decide.administration import if_free
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.errors import WrongState
from queue_server.domain.state import HallState
from queue_server.domain.undoing import ChangedSince, undone

_WORDS = {
    "services": "业务",
    "classes": "优先类别",
    "windows": "窗口",
    "matters": "事项",
    "dispatch": "叫号规则",
    "calendar": "开放时间",
    "alerts": "提醒",
    "quotas": "限额",
    "slots": "预约时段",
    "notice": "公告",
    "job": "招聘信息",
    "guide": "办事指南",
}


@decide.register
def _take_back(command: x.TakeBack, state: HallState, now_ms: int) -> Events:
    try:
        rules = undone(command.before, command.after, state.known_rules)
    except ChangedSince as changed:
        raise _since(changed.places) from changed
    told = _content(command, state)
    lost = {t.priority_class for t in state.tickets.values()} - rules.priority_class.keys()
    lost |= {booked.service for booked in state.book.booked()} - rules.service.keys()
    if lost:
        raise WrongState(
            "configuration_in_use",
            f"今天的号票或预约还在使用：{'、'.join(sorted(lost))}。",
            missing=sorted(lost),
        )
    return [*if_free(state, rules, what="taken_back", seq=command.seq), *told]


def _content(command: x.TakeBack, state: HallState) -> Events:
    events: Events = []
    for kind, id, before, after in command.content:
        now = state.content.of(kind).get(id)
        if now == before:
            continue
        if now != after:
            raise _since([(kind, id)])
        events.append(
            ContentPut(kind, id, before.to_data()) if before else ContentRemoved(kind, id)
        )
    return events


def _since(places: tuple[tuple[str, ...], ...] | list[tuple[str, ...]]) -> WrongState:
    named = sorted({" ".join((_WORDS.get(p[0], p[0]), *p[1:2])) for p in places if p})
    return WrongState(
        "changed_since",
        f"之后又有人改过：{'、'.join(named)}。请先撤回后来的修改，或者直接改成想要的样子。",
        changed=[list(place) for place in places],
    )
