"""好差评: reviews of finished steps, suggestions, and the cases that follow from them.

A review is the `step_rated` event of its step, from whichever device. A bad one (the last two
levels) and every suggestion open a *case*, an aggregate of its own in the hall's journal: each of
its events carries the whole of it (keeping.py). Words, phone numbers and answers are in the vault
under the case's own reference; the journal knows only that there are some. A case does not name the
ticket: whoever looks into it learns what happened, not who said so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from queue_server.domain.errors import WrongState
from queue_server.domain.events import Event

# Of 5 very satisfied … 1 very dissatisfied; these are looked into.
BAD_LEVELS = frozenset({1, 2})
LEVELS = (5, 4, 3, 2, 1)
REASONS_AT_MOST = 6
# What can be ticked, by whether it praises or blames; words for them are in reviews.py.
GOOD_REASONS = ("kind", "fast", "clear", "patient", "easy")
BAD_REASONS = ("rude", "slow", "unclear", "papers", "wait", "place")


class Source(StrEnum):
    PAD = "pad"
    TABLET = "tablet"
    KIOSK = "kiosk"
    PHONE = "phone"


class CaseStatus(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    CALLED_BACK = "called_back"
    CLOSED = "closed"


class CaseMove(StrEnum):
    TAKE = "take"
    ANSWER = "answer"
    CALL_BACK = "call_back"
    CLOSE = "close"


# The lifecycle of a case. Whether a close needs a call back first hangs on whether a number was
# left; decide/cases.py asks.
CASE_MOVES: Mapping[CaseStatus, Mapping[CaseMove, CaseStatus]] = {
    CaseStatus.OPEN: {
        CaseMove.TAKE: CaseStatus.TAKEN,
        CaseMove.ANSWER: CaseStatus.ANSWERED,
    },
    CaseStatus.TAKEN: {
        CaseMove.TAKE: CaseStatus.TAKEN,
        CaseMove.ANSWER: CaseStatus.ANSWERED,
    },
    CaseStatus.ANSWERED: {
        CaseMove.ANSWER: CaseStatus.ANSWERED,
        CaseMove.CALL_BACK: CaseStatus.CALLED_BACK,
        CaseMove.CLOSE: CaseStatus.CLOSED,
    },
    CaseStatus.CALLED_BACK: {
        CaseMove.ANSWER: CaseStatus.ANSWERED,
        CaseMove.CALL_BACK: CaseStatus.CALLED_BACK,
        CaseMove.CLOSE: CaseStatus.CLOSED,
    },
    CaseStatus.CLOSED: {},
}


@dataclass(frozen=True, slots=True)
class ReviewSettings:
    """deadline_days: working days until a case must be answered. publish: whether the month's
    figures stand on the call screen. keep_days: how long words and phone numbers are kept."""

    deadline_days: int = 5
    publish: bool = False
    keep_days: int = 730


@dataclass(frozen=True, slots=True)
class Case:
    """window, clerk, service, level, reasons: of a review; worded, phone: whether the vault has
    words and a number. handler: the login of who looks into it. back: how the call back went."""

    id: str
    kind: Literal["review", "suggestion"]
    opened_day: str
    due_day: str
    window: str | None
    clerk: str | None
    service: str | None
    level: int | None
    reasons: tuple[str, ...]
    worded: bool
    phone: bool
    status: str = CaseStatus.OPEN.value
    handler: str | None = None
    answered_day: str | None = None
    back: str | None = None

    @property
    def unanswered(self) -> bool:
        return self.status in (CaseStatus.OPEN, CaseStatus.TAKEN)


# --- what is asked --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GiveReview:
    """review: a fresh id, also of the case if there is one. level: 5 best – 1 worst. step: the
    newest that is not rated if None. window: the only one it may be about, for a window's tablet.
    """

    review: str
    ticket: str
    level: int
    source: Source
    step: int | None = None
    window: str | None = None
    reasons: tuple[str, ...] = ()
    worded: bool = False
    phone: bool = False


@dataclass(frozen=True, slots=True)
class Suggest:
    """case: a fresh id. Its words are in the vault."""

    case: str
    phone: bool = False


@dataclass(frozen=True, slots=True)
class MoveCase:
    """handler: the login of who does it; window: the one they work at, if they belong to one.
    back: for a call back, how it went."""

    case: str
    move: CaseMove
    handler: str
    window: str | None = None
    back: Literal["satisfied", "dissatisfied", "not_reached"] | None = None


CaseCommand = GiveReview | Suggest | MoveCase


# --- what happened --------------------------------------------------------------------------


@dataclass(frozen=True)
class AboutCase(Event, part=True):
    """All there is to know of it, as it is from then on."""

    case: str
    kind: str
    opened_day: str
    due_day: str
    window: str | None
    clerk: str | None
    service: str | None
    level: int | None
    reasons: tuple[str, ...]
    worded: bool
    phone: bool
    status: str
    handler: str | None
    answered_day: str | None
    back: str | None


@dataclass(frozen=True)
class CaseOpened(AboutCase):
    pass


@dataclass(frozen=True)
class CaseTaken(AboutCase):
    pass


@dataclass(frozen=True)
class CaseAnswered(AboutCase):
    """late_days: working days after the deadline, 0 in time."""

    late_days: int


@dataclass(frozen=True)
class CaseCalledBack(AboutCase):
    pass


@dataclass(frozen=True)
class CaseClosed(AboutCase):
    pass


@dataclass(frozen=True, slots=True)
class ReviewsSummed(Event):
    """The month's figures so far, when a day with reviews or cases closes. levels: how many of
    5, 4, 3, 2, 1."""

    month: str
    levels: tuple[int, ...]
    opened: int
    answered: int


def whole(case: Case) -> dict[str, Any]:
    """The fields of an AboutCase."""
    names = (name for name in case.__dataclass_fields__ if name != "id")
    return {"case": case.id, **{name: getattr(case, name) for name in names}}


def case_of(event: AboutCase) -> Case:
    names = (name for name in Case.__dataclass_fields__ if name != "id")
    return Case(event.case, **{name: getattr(event, name) for name in names})


# --- how it stands --------------------------------------------------------------------------


@dataclass(slots=True)
class Figures:
    """Of one month, YYYY-MM. cases: opened and answered."""

    month: str = ""
    levels: Counter[int] = field(default_factory=Counter)
    opened: int = 0
    answered: int = 0


@dataclass(slots=True)
class CaseBook:
    """cases: those not closed, and those closed this day, oldest first. figures: of the present
    month; published: as they stood when the last day closed – a count that moved at once would tell
    a window who has just rated it."""

    cases: dict[str, Case] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)
    published: Figures = field(default_factory=Figures)
    counted: int = 0  # changes of the figures since the day was opened

    def count(self, day: str) -> Figures:
        """The figures that something of this day counts in."""
        if self.figures.month != day[:7]:
            self.figures = Figures(day[:7])
        self.counted += 1
        return self.figures

    def keep_open(self) -> None:
        """A new day begins: what was closed is forgotten."""
        self.counted = 0
        for case in list(self.cases.values()):
            if case.status == CaseStatus.CLOSED:
                del self.cases[case.id]


def known_reasons(level: int, reasons: tuple[str, ...]) -> tuple[str, ...]:
    """Each once. Raises WrongState for one that cannot be ticked with this level."""
    fitting = BAD_REASONS if level in BAD_LEVELS else (*GOOD_REASONS, *BAD_REASONS)
    for reason in reasons:
        if reason not in fitting:
            raise WrongState("reason_unknown", "没有这个评价理由。", reason=reason)
    found = tuple(dict.fromkeys(reasons))
    if len(found) > REASONS_AT_MOST:
        raise WrongState("reasons_too_many", f"评价理由最多选 {REASONS_AT_MOST} 个。")
    return found
