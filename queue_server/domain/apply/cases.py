"""How reviews and cases change what the hall knows of them."""

from __future__ import annotations

from collections import Counter

from queue_server.domain import cases as x
from queue_server.domain.apply.core import on
from queue_server.domain.state import HallState


@on.register
def _opened(event: x.CaseOpened, state: HallState, at_ms: int) -> None:
    state.cases.cases[event.case] = x.case_of(event)
    if event.opened_day == state.day:  # else it is kept from an earlier day, and counted there
        state.cases.count(state.day).opened += 1


@on.register
def _answered(event: x.CaseAnswered, state: HallState, at_ms: int) -> None:
    before = state.cases.cases.get(event.case)
    state.cases.cases[event.case] = x.case_of(event)
    first = before is None or before.answered_day is None
    if event.answered_day == state.day and first:
        state.cases.count(state.day).answered += 1


@on.register(x.CaseTaken)
@on.register(x.CaseCalledBack)
@on.register(x.CaseClosed)
def _moved(event: x.AboutCase, state: HallState, at_ms: int) -> None:
    state.cases.cases[event.case] = x.case_of(event)


@on.register
def _summed(event: x.ReviewsSummed, state: HallState, at_ms: int) -> None:
    levels = Counter(dict(zip(x.LEVELS, event.levels, strict=True)))
    state.cases.figures = x.Figures(event.month, levels, event.opened, event.answered)
    state.cases.published = x.Figures(event.month, levels.copy(), event.opened, event.answered)
    state.cases.counted = 0
