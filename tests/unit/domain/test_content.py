"""Notices, jobs and guides: what counts, what is kept for later days."""

from __future__ import annotations

from datetime import date

import pytest

from queue_server.domain import content as x
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.decide import decide
from queue_server.domain.errors import NotFound
from queue_server.domain.keeping import keeps
from queue_server.domain.state import HallState
from queue_server.views.content import matters_view, shown_content
from tests.support.hall import Hall

OLD = x.Notice("old", "旧", "旧文", until=date(2026, 1, 1))
NOW = x.Notice("now", "今", "今文", "now", "now", date(2026, 1, 1), date(2026, 12, 31))
JOB = x.Job("job", "店员", "示范超市", openings=2)


def carry_out(state: HallState, command: object) -> list[e.Event]:
    """What it leads to, through the journal's plain form and back."""
    found = [e.from_data(x.name, e.to_data(x)) for x in decide(command, state, state.last_ms)]
    for event in found:
        apply(state, event, state.last_ms)
    return found


def test_the_file_counts_once_until_it_says_something_else() -> None:
    state = HallState()
    assert len(carry_out(state, x.TakeInContent((OLD, NOW, JOB)))) == 1
    assert list(state.content.notices) == ["old", "now"]
    assert state.content.jobs == {"job": JOB}
    carry_out(state, x.RemoveContent("notice", "old"))
    assert carry_out(state, x.TakeInContent((OLD, NOW, JOB))) == []
    assert list(state.content.notices) == ["now"]
    carry_out(state, x.TakeInContent((OLD,)))
    assert (list(state.content.notices), state.content.jobs) == (["old"], {})


def test_a_file_without_content_is_no_event() -> None:
    assert decide(x.TakeInContent(()), HallState(), 0) == []


def test_a_change_replaces_and_the_same_again_is_nothing() -> None:
    state = HallState()
    carry_out(state, x.PutContent(NOW))
    assert carry_out(state, x.PutContent(NOW)) == []
    other = x.Notice("now", "今天", "另文")
    assert len(carry_out(state, x.PutContent(other))) == 1
    assert state.content.notices == {"now": other}
    with pytest.raises(NotFound):
        decide(x.RemoveContent("job", "nowhere"), state, 0)


def test_later_days_keep_the_latest_of_each_thing_also_that_it_is_gone() -> None:
    state = HallState()
    told = carry_out(state, x.TakeInContent((OLD, NOW)))
    told += carry_out(state, x.PutContent(JOB))
    told += carry_out(state, x.RemoveContent("notice", "old"))
    kept = {}
    for event in told:
        change = keeps(event)
        assert change is not None
        assert change.needed
        kept[change.key] = event
    later = HallState()
    for event in kept.values():
        apply(later, event, 0)
    assert later.content == state.content


def test_people_see_what_is_shown_today_and_guides_stand_beside_their_matters() -> None:
    hall = Hall()
    for thing in (OLD, NOW, JOB, x.Guide("A-1", ("身份证",), promised_working_days=3)):
        apply(hall.state, x.ContentPut(thing.kind, thing.id, thing.to_data()), hall.state.last_ms)
    shown = shown_content(hall.state, hall.now_ms)
    assert [n["id"] for n in shown["notices"]] == ["now"]
    assert shown["notices"][0]["from"] == "2026-01-01"
    assert [j["id"] for j in shown["jobs"]] == ["job"]
    guides = {m["id"]: m for m in matters_view(hall.state)}
    for matter in hall.state.known_rules.matters:
        assert guides[matter.id]["name"] == matter.name
    assert (guides["A-1"]["materials"], guides["A-1"]["promised_working_days"]) == (["身份证"], 3)
