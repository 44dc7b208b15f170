"""The wire's shapes of reviews, suggestions and the cases that follow from them.

Standard library only, as wire.py. Fields may be added, never renamed. Levels: 5 very satisfied, 4,
3, 2, 1 very dissatisfied.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

CaseStatus = Literal["open", "taken", "answered", "called_back", "closed"]


class ReviewLevel(TypedDict):
    level: int
    name: str
    name_en: str


class ReviewReason(TypedDict):
    """levels: those with which it can be ticked."""

    id: str
    name: str
    name_en: str
    levels: list[int]


class ReviewForm(TypedDict):
    levels: list[ReviewLevel]  # best first
    reasons: list[ReviewReason]
    words_at_most: int


class Reviewed(TypedDict):
    """case: whether somebody will look into it; answer_by: until when, YYYY-MM-DD."""

    step: int | None
    case: bool
    answer_by: str | None


class Case(TypedDict):
    """A bad review or a suggestion, without what is personal."""

    id: str
    kind: Literal["review", "suggestion"]
    status: CaseStatus
    opened_day: str
    due_day: str
    days_left: int  # working days until the deadline; negative when it has passed
    overdue: bool  # not answered, and the deadline has passed
    window: str | None
    service: str | None
    service_name: str | None
    service_name_en: str | None
    level: int | None
    reasons: list[dict[str, str]]
    worded: bool
    phone: bool
    handler: str | None
    handled_by_me: bool  # by whoever asks
    answered_day: str | None
    back: str | None
    mine: bool  # about whoever asks, or their window: others look into it


class CaseWords(TypedDict):
    """What the vault has of a case; each look is in the audit log."""

    words: str | None
    phone: str | None
    answer: str | None


class CasesSummary(TypedDict):
    """overdue: red on the board."""

    open: int
    overdue: int
    due_today: int
    waiting_for_call_back: int


class ReviewFigures(TypedDict):
    """What is published, of one month. satisfied_percent: of the first three levels."""

    month: str
    reviews: int
    satisfied_percent: int | None
    cases: int
    answered: int
    levels: NotRequired[dict[str, int]]


class TabletReview(TypedDict):
    """What the tablet at a window may rate now: the newest step there."""

    ticket: str
    number: str
    step: int
    service_name: str
    service_name_en: str
