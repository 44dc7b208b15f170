"""Reviews and cases as the wire shows them: pure functions from state to JSON shapes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from queue_server.domain.calendar import business_day, working_days_between
from queue_server.domain.cases import BAD_LEVELS, LEVELS, AboutCase, Case, CaseStatus, Figures
from queue_server.domain.events import Event, StepRated
from queue_server.domain.state import HallState
from queue_server.review_words import reason_names
from queue_server.wire import reviews as wire


def case_view(
    state: HallState, case: Case, now_ms: int, login: str, window: str | None
) -> wire.Case:
    """login, window: of whoever looks."""
    rules = state.known_rules
    today = business_day(rules.calendar, now_ms)
    due = date.fromisoformat(case.due_day)
    service = rules.service.get(case.service or "")
    return {
        "id": case.id,
        "kind": case.kind,
        "status": CaseStatus(case.status).value,
        "opened_day": case.opened_day,
        "due_day": case.due_day,
        "days_left": working_days_between(rules.calendar, today, due),
        "overdue": case.unanswered and today > due,
        "window": case.window,
        "service": case.service,
        "service_name": service.name if service else case.service,
        "service_name_en": service.name_en if service else case.service,
        "level": case.level,
        "reasons": reason_names(case.reasons),
        "worded": case.worded,
        "phone": case.phone,
        "handler": case.handler,
        "handled_by_me": case.handler is not None and case.handler == login,
        "answered_day": case.answered_day,
        "back": case.back,
        "mine": (case.clerk is not None and case.clerk == login)
        or (window is not None and window == case.window),
    }


def case_answer(happened: Sequence[Event]) -> dict[str, object]:
    """To whoever gave a review or suggestion, or moved a case: wire.Reviewed, and its status."""
    rated = next((x for x in happened if isinstance(x, StepRated)), None)
    case = next((x for x in happened if isinstance(x, AboutCase)), None)
    return {
        "step": rated.step if rated else None,
        "case": case is not None,
        "answer_by": case.due_day if case else None,
        "status": case.status if case and not rated else None,
    }


def cases_view(
    state: HallState, now_ms: int, login: str = "", window: str | None = None
) -> list[wire.Case]:
    """Those that are not closed, and those closed this day: what presses most comes first."""
    views = [case_view(state, x, now_ms, login, window) for x in state.cases.cases.values()]
    order = {"open": 0, "taken": 0, "answered": 1, "called_back": 1, "closed": 2}
    return sorted(views, key=lambda x: (order[x["status"]], x["due_day"], x["opened_day"], x["id"]))


def cases_summary(state: HallState, now_ms: int) -> wire.CasesSummary:
    """For the manager's board: how many wait, and how many are too late."""
    today = business_day(state.known_rules.calendar, now_ms).isoformat()
    waiting = [x for x in state.cases.cases.values() if x.unanswered]
    return {
        "open": len(waiting),
        "overdue": sum(x.due_day < today for x in waiting),
        "due_today": sum(x.due_day == today for x in waiting),
        "waiting_for_call_back": sum(
            x.status == CaseStatus.ANSWERED and x.phone for x in state.cases.cases.values()
        ),
    }


def figures_view(found: Figures) -> wire.ReviewFigures:
    levels = {n: found.levels[n] for n in LEVELS}
    count = sum(levels.values())
    satisfied = count - sum(levels[n] for n in BAD_LEVELS)
    return {
        "month": found.month,
        "reviews": count,
        "satisfied_percent": satisfied * 100 // count if count else None,
        "cases": found.opened,
        "answered": found.answered,
        "levels": {str(n): levels[n] for n in levels},
    }


def published_view(state: HallState) -> wire.ReviewFigures | None:
    """This month's until the last day closed, where the hall publishes them."""
    found = state.cases.published
    if not state.known_rules.reviews.publish or found.month != state.day[:7]:
        return None
    return figures_view(found)
