"""Reviews and suggestions, and how cases are looked into."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from queue_server.domain import cases as x
from queue_server.domain import events as e
from queue_server.domain.acceptances import Step
from queue_server.domain.calendar import business_day, working_day_after, working_days_between
from queue_server.domain.cases import CASE_MOVES, Case, CaseMove, CaseStatus
from queue_server.domain.decide.core import Events, decide, known_ticket
from queue_server.domain.errors import IllegalMove, NotFound, WrongState
from queue_server.domain.state import HallState, Ticket


@decide.register
def _review(command: x.GiveReview, state: HallState, now_ms: int) -> Events:
    """One per finished step; a bad one opens a case."""
    ticket = known_ticket(state, command.ticket)
    step = _step(ticket, command)
    return rated(state, ticket, step, command, now_ms)


def rated(
    state: HallState, ticket: Ticket, step: Step, command: x.GiveReview, now_ms: int
) -> Events:
    if command.level not in x.LEVELS:
        raise WrongState("level_unknown", "评价只有一到五级。", level=command.level)
    reasons = x.known_reasons(command.level, command.reasons)
    event = e.StepRated(
        ticket.id,
        step.window,
        command.level,
        step=step.number,
        service=step.service,
        matter=step.matter,
        clerk=step.clerk,
        source=command.source.value,
        review=command.review,
        reasons=reasons,
        worded=command.worded,
    )
    if command.level not in x.BAD_LEVELS:
        return [event]
    case = Case(
        command.review,
        "review",
        _today(state, now_ms),
        _due(state, now_ms),
        step.window,
        step.clerk,
        step.service,
        command.level,
        reasons,
        command.worded,
        command.phone,
    )
    return [event, x.CaseOpened(**x.whole(case))]


def _step(ticket: Ticket, command: x.GiveReview) -> Step:
    """The step that is meant. Raises WrongState."""
    fitting = [s for s in ticket.steps if command.window in (None, s.window)]
    if command.step is not None:
        fitting = [s for s in fitting if s.number == command.step]
    found = next((s for s in reversed(fitting) if not s.rated), None)
    if found is not None:
        return found
    if fitting:
        raise WrongState("already_rated", "这次办理已经评价过了，谢谢您。", ticket=ticket.id)
    raise WrongState("nothing_to_rate", "这张号票还没有可以评价的办理。", ticket=ticket.id)


@decide.register
def _suggest(command: x.Suggest, state: HallState, now_ms: int) -> Events:
    case = Case(
        command.case,
        "suggestion",
        _today(state, now_ms),
        _due(state, now_ms),
        None,
        None,
        None,
        None,
        (),
        True,
        command.phone,
    )
    return [x.CaseOpened(**x.whole(case))]


def _today(state: HallState, now_ms: int) -> str:
    return business_day(state.known_rules.calendar, now_ms).isoformat()


def _due(state: HallState, now_ms: int) -> str:
    """A hall without working days in sight still owes an answer: on the next day."""
    rules = state.known_rules
    today = business_day(rules.calendar, now_ms)
    try:
        due = working_day_after(rules.calendar, today, rules.reviews.deadline_days)
    except ValueError:
        due = today
    return due.isoformat()


@decide.register
def _move(command: x.MoveCase, state: HallState, now_ms: int) -> Events:
    case = state.cases.cases.get(command.case)
    if case is None:
        raise NotFound("没有这件评价工单，可能已经办完。", case=command.case)
    _not_their_own(case, command)
    to = CASE_MOVES[CaseStatus(case.status)].get(command.move)
    if to is None:
        raise IllegalMove(
            "这件工单现在不能这样处理，请刷新后再看。",
            case=case.id,
            status=case.status,
            move=command.move.value,
        )
    if command.move is CaseMove.CLOSE and case.phone and case.back is None:
        raise WrongState("call_back_first", "群众留了电话，请先回访再办结。", case=case.id)
    return [_moved(state, replace(case, status=to.value), command, now_ms)]


def _not_their_own(case: Case, command: x.MoveCase) -> None:
    """Nobody looks into what was said of themselves or of their own window."""
    own_window = command.window is not None and command.window == case.window
    if own_window or (case.clerk is not None and command.handler == case.clerk):
        raise WrongState("own_case", "不能处理对本人或本窗口的评价，请交给别人。", case=case.id)


def _moved(state: HallState, case: Case, command: x.MoveCase, now_ms: int) -> e.Event:
    today = _today(state, now_ms)
    match command.move:
        case CaseMove.TAKE:
            return x.CaseTaken(**x.whole(replace(case, handler=command.handler)))
        case CaseMove.ANSWER:
            answered = replace(case, handler=command.handler, answered_day=today)
            calendar = state.known_rules.calendar
            due, day = date.fromisoformat(case.due_day), date.fromisoformat(today)
            late = max(0, working_days_between(calendar, due, day))
            return x.CaseAnswered(**x.whole(answered), late_days=late)
        case CaseMove.CALL_BACK:
            if command.back is None:
                raise WrongState("back_missing", "请选回访的结果。", case=case.id)
            return x.CaseCalledBack(**x.whole(replace(case, back=command.back)))
        case CaseMove.CLOSE:
            return x.CaseClosed(**x.whole(case))


def sum_reviews(state: HallState) -> Events:
    """When a day with reviews or cases closes: the month's figures, for the days that follow."""
    book = state.cases
    if not book.counted:
        return []
    levels = tuple(book.figures.levels[level] for level in x.LEVELS)
    figures = book.figures
    return [x.ReviewsSummed(figures.month, levels, figures.opened, figures.answered)]
