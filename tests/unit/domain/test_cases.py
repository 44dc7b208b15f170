"""好差评: one review per step, a bad one opens a case; who looks into it, until when."""

from __future__ import annotations

import dataclasses
from datetime import date, time

import pytest

from queue_server.domain import cases as x
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.calendar import Calendar, Session
from queue_server.domain.cases import CASE_MOVES, CaseMove, CaseStatus, Source
from queue_server.domain.errors import IllegalMove, NotFound, WrongState
from queue_server.views.cases import published_view
from tests.support.hall import Hall, reloaded, rules

CALENDAR = Calendar(
    "Asia/Shanghai",
    time(4),
    True,
    (Session((0, 1, 2, 3, 4), time(9), time(17)),),
    frozenset({date(2026, 11, 26)}),
    frozenset(),
)


def opened(**settings: int) -> Hall:
    reviews = dataclasses.replace(x.ReviewSettings(), **settings)
    hall = Hall(rules(calendar=CALENDAR, reviews=reviews))
    hall.do(c.OpenWindow("1", "wang"))
    return hall


def served(hall: Hall, then: tuple[str, ...] = ()) -> str:
    ticket = hall.issue("A", then=then)
    for command in (c.CallNext("1"), c.Start("1"), c.Finish("1")):
        hall.do(command)
    return ticket.id


def review(hall: Hall, ticket: str, level: int, **more: object) -> list[e.Event]:
    fields = {"review": f"r{hall.state.seq}", "source": Source.PHONE, **more}
    return hall.do(x.GiveReview(ticket=ticket, level=level, **fields))  # type: ignore[arg-type]


def bad(hall: Hall, **more: object) -> x.Case:
    review(hall, served(hall), 1, **more)
    return list(hall.state.cases.cases.values())[-1]


def move(
    hall: Hall, case: x.Case, what: CaseMove, handler: str = "boss", **more: object
) -> e.Event:
    (event,) = hall.do(x.MoveCase(case.id, what, handler, **more))  # type: ignore[arg-type]
    return event


def test_a_good_review_opens_nothing() -> None:
    hall = opened()
    (event,) = review(hall, served(hall), 5, reasons=("kind", "fast", "kind"))
    assert isinstance(event, e.StepRated)
    assert (event.step, event.clerk, event.source) == (1, "wang", "phone")
    assert event.reasons == ("kind", "fast")
    assert hall.state.cases.cases == {}


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_one_opens_a_case_that_names_no_ticket(level: int) -> None:
    hall = opened()
    ticket = served(hall)
    _, event = review(hall, ticket, level, reasons=("slow",), worded=True, phone=True)
    assert isinstance(event, x.CaseOpened)
    # five working days from Monday the 23rd, the 26th is a holiday
    assert (event.opened_day, event.due_day) == ("2026-11-23", "2026-12-01")
    assert (event.window, event.clerk, event.level) == ("1", "wang", level)
    assert ticket not in e.to_data(event).values()


def test_each_step_is_rated_once_whatever_the_device() -> None:
    hall = opened()
    ticket = served(hall, then=("B",))
    hall.next("2")
    hall.do(c.Start("2"))
    hall.do(c.Finish("2"))
    review(hall, ticket, 4, step=1)
    with pytest.raises(WrongState) as refused:
        review(hall, ticket, 4, step=1)
    assert refused.value.code == "already_rated"
    with pytest.raises(WrongState):
        hall.do(c.RateStep("1", ticket, 5))
    hall.do(c.RateStep("2", ticket, 5))
    with pytest.raises(WrongState):
        review(hall, ticket, 4)


def test_the_newest_step_is_meant_unless_another_is_named() -> None:
    hall = opened()
    ticket = served(hall, then=("B",))
    hall.next("2")
    hall.do(c.Start("2"))
    hall.do(c.Finish("2"))
    (event,) = review(hall, ticket, 5)
    assert event.step == 2  # type: ignore[attr-defined]
    assert [s.rated for s in hall.state.tickets[ticket].steps] == [False, True]


def test_a_tablet_rates_its_own_window_alone() -> None:
    hall = opened()
    ticket = served(hall)
    with pytest.raises(WrongState) as refused:
        review(hall, ticket, 5, window="2", source=Source.TABLET)
    assert refused.value.code == "nothing_to_rate"
    review(hall, ticket, 5, window="1", source=Source.TABLET)


@pytest.mark.parametrize(
    ("level", "reasons"), [(5, ("no such",)), (1, ("kind",)), (0, ()), (6, ())]
)
def test_what_cannot_be_said_is_refused(level: int, reasons: tuple[str, ...]) -> None:
    hall = opened()
    ticket = served(hall)
    with pytest.raises(WrongState):
        review(hall, ticket, level, reasons=reasons)
    assert not hall.state.tickets[ticket].steps[0].rated


def test_who_was_not_served_rates_nothing() -> None:
    hall = opened()
    with pytest.raises(WrongState) as refused:
        review(hall, hall.issue("A").id, 5)
    assert refused.value.code == "nothing_to_rate"
    with pytest.raises(NotFound):
        review(hall, "nobody", 5)


def test_the_whole_way_of_a_case() -> None:
    hall = opened()
    case = bad(hall, phone=True)
    assert isinstance(move(hall, case, CaseMove.TAKE), x.CaseTaken)
    with pytest.raises(IllegalMove):
        move(hall, case, CaseMove.CLOSE)
    answered = move(hall, case, CaseMove.ANSWER)
    assert answered.late_days == 0  # type: ignore[attr-defined]
    with pytest.raises(WrongState) as refused:
        move(hall, case, CaseMove.CLOSE)
    assert refused.value.code == "call_back_first"
    with pytest.raises(WrongState):
        move(hall, case, CaseMove.CALL_BACK)  # without how it went
    move(hall, case, CaseMove.CALL_BACK, back="satisfied")
    move(hall, case, CaseMove.CLOSE)
    assert hall.state.cases.cases[case.id].status == CaseStatus.CLOSED
    assert reloaded(hall).cases == hall.state.cases


def test_without_a_number_nobody_has_to_be_called_back() -> None:
    hall = opened()
    case = bad(hall)
    move(hall, case, CaseMove.ANSWER)
    move(hall, case, CaseMove.CLOSE)


@pytest.mark.parametrize(("handler", "window"), [("wang", None), ("boss", "1")])
def test_nobody_looks_into_their_own_review(handler: str, window: str | None) -> None:
    hall = opened()
    case = bad(hall)
    for what in CaseMove:
        with pytest.raises(WrongState) as refused:
            move(hall, case, what, handler, window=window, back="satisfied")
        assert refused.value.code == "own_case"


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("what", list(CaseMove))
def test_the_table_of_moves_is_the_rule(status: CaseStatus, what: CaseMove) -> None:
    hall = opened()
    case = dataclasses.replace(bad(hall), status=status.value)
    hall.state.cases.cases[case.id] = case
    seq = hall.state.seq
    if what in CASE_MOVES[status]:
        move(hall, case, what, back="satisfied")
        assert hall.state.cases.cases[case.id].status == CASE_MOVES[status][what]
    else:
        with pytest.raises(IllegalMove):
            move(hall, case, what, back="satisfied")
        assert hall.state.seq == seq


def test_open_cases_and_the_months_figures_outlive_days_and_starts() -> None:
    hall = opened(deadline_days=1)
    review(hall, served(hall), 5)
    case = bad(hall)
    hall.do(x.Suggest("s1", phone=True))
    hall.wait(3 * 24 * 60)
    hall.do(c.RollDay())
    assert reloaded(hall).cases == hall.state.cases
    assert set(hall.state.cases.cases) == {case.id, "s1"}
    late = move(hall, case, CaseMove.ANSWER)
    assert late.late_days == 1  # type: ignore[attr-defined]  # due on Tuesday, the 26th is a holiday
    figures = hall.state.cases.figures
    assert (figures.levels[5], figures.levels[1]) == (1, 1)
    assert (figures.opened, figures.answered) == (2, 1)
    move(hall, case, CaseMove.CLOSE)
    hall.wait(24 * 60)
    hall.do(c.RollDay())
    assert set(hall.state.cases.cases) == {"s1"}
    assert reloaded(hall).cases == hall.state.cases


def test_what_is_published_moves_with_the_close_of_a_day_alone() -> None:
    hall = opened(publish=True)
    assert published_view(hall.state) is None
    review(hall, served(hall), 5)
    bad(hall)
    assert published_view(hall.state) is None
    hall.wait(24 * 60)
    hall.do(c.RollDay())
    told = published_view(hall.state)
    assert told is not None
    assert (told["reviews"], told["satisfied_percent"], told["cases"]) == (2, 50, 1)
    review(hall, served(hall), 5)
    assert published_view(hall.state) == told == published_view(reloaded(hall))


def test_a_new_month_begins_at_nothing() -> None:
    hall = opened()
    review(hall, served(hall), 5)
    hall.wait(10 * 24 * 60)
    hall.do(c.RollDay())
    review(hall, served(hall), 4)
    figures = hall.state.cases.figures
    assert (figures.month, figures.levels.total()) == ("2026-12", 1)


def test_a_rating_of_an_older_journal_is_still_taken_in() -> None:
    hall = opened()
    ticket = served(hall)
    old = e.from_data("step_rated", {"ticket": ticket, "window": "1", "level": 4})
    from queue_server.domain.apply import apply

    apply(hall.state, old, hall.now_ms)
    assert hall.state.tickets[ticket].steps[0].rated
