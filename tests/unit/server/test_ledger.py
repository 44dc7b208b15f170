"""The ledger of acceptances and cases, folded from a journal over days."""

from __future__ import annotations

from queue_server.domain import cases as k
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.acceptances import CloseAcceptance, Outcome
from queue_server.domain.cases import CaseMove, GiveReview, MoveCase, Source
from queue_server.journal.chain import GENESIS, Record, link
from queue_server.statistics.ledger import DayLedger, case_lines, fold_ledger, joined
from queue_server.statistics.ledger_tables import Filter, summary
from tests.support.hall import Hall

DAY_MINUTES = 24 * 60


def told_of(hall: Hall) -> list[DayLedger]:
    """A ledger for each day of the hall's log, from records as the journal holds them."""
    records: list[Record] = []
    days: list[list[Record]] = []
    names: list[str] = []
    for seq, (event, at_ms) in enumerate(hall.log, start=1):
        before = records[-1].hash if records else GENESIS
        records.append(link("t", seq, event, at_ms, before, {"by": "test"}))
        if isinstance(event, e.DayOpened):
            days.append([])
            names.append(event.day)
        if days:
            days[-1].append(records[-1])
    return [fold_ledger(name, day) for name, day in zip(names, days, strict=True)]


def finish(hall: Hall, outcome: Outcome | None = None, **more: object) -> str:
    ticket = hall.issue("A")
    hall.next("1")
    hall.do(c.Start("1"))
    hall.wait(1)
    hall.do(c.Finish("1", outcome, None, **more))  # type: ignore[arg-type]
    return ticket.id


def test_promises_are_joined_to_the_step_that_made_them() -> None:
    hall = Hall()
    first = hall.state.day
    finish(hall)
    kept = finish(hall, Outcome.ACCEPTED, matter="A-1", promised_days=1, note="快")
    late = finish(hall, Outcome.ACCEPTED, promised_days=1)
    finish(hall, Outcome.ACCEPTED, promised_days=1)
    finish(hall, Outcome.RETURNED, missing=("照片",))
    hall.wait(DAY_MINUTES)
    hall.do(c.RollDay())
    hall.do(CloseAcceptance(f"{kept}.1"))
    finish(hall, Outcome.ACCEPTED, promised_days=9)
    hall.wait(2 * DAY_MINUTES)
    hall.do(c.RollDay())
    hall.do(CloseAcceptance(f"{late}.1", note="补好了"))
    days = told_of(hall)
    assert [day.closed for day in days] == [True, True, False]
    lines = joined(days, first, hall.state.day, hall.state.day)
    assert [line.state for line in lines] == ["open", None, "overdue", "late", "kept", None]
    assert [line.number for line in lines][-2:] == ["A002", "A001"]
    done = next(line for line in lines if line.state == "late")
    assert (done.late_days, done.closed_note, done.closed_day) == (2, "补好了", hall.state.day)
    assert next(x for x in lines if x.state == "kept").note == "快"
    told = summary(lines)
    assert told["outcomes"] == {"done": 1, "accepted": 4, "returned": 1, "referred": 0}
    assert told["promises"] == {"open": 1, "overdue": 1, "kept": 1, "late": 1}
    assert joined(days, first, first, hall.state.day) == lines[1:]
    found = [line for line in lines if Filter(number="a00", state="late").lets(line)]
    assert found == [done]
    assert not any(Filter(window="2").lets(line) for line in lines)


def test_cases_stand_with_their_last_state() -> None:
    hall = Hall()
    for case in ("c1", "c2"):
        hall.do(GiveReview(case, finish(hall), 1, Source.PHONE))
    first = hall.state.day
    hall.wait(DAY_MINUTES)
    hall.do(c.RollDay())
    for move in (CaseMove.TAKE, CaseMove.ANSWER, CaseMove.CLOSE):
        hall.do(MoveCase("c1", move, "boss"))
    lines = {x.case.id: x for x in case_lines(told_of(hall), first, first, hall.state.day)}
    assert (lines["c1"].state, lines["c1"].closed_day) == ("kept", hall.state.day)
    assert lines["c1"].case.status == k.CaseStatus.CLOSED
    assert (lines["c2"].state, lines["c2"].closed_day) == ("open", None)
    assert case_lines(told_of(hall), hall.state.day, hall.state.day, hall.state.day) == []
    overdue = case_lines(told_of(hall), first, first, "2027-12-31")
    assert {x.case.id: x.state for x in overdue} == {"c1": "kept", "c2": "overdue"}
    assert [x.case.id for x in overdue if Filter(state="overdue").lets_case(x)] == ["c2"]
