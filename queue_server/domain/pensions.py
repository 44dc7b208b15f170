"""The hall's register of pensioners: an aggregate of its own in the hall's journal.

A pensioner stands in it as a random reference with dates and facts that are nobody's personal data;
name, ID number and face are in the vault. Overdue means *to be looked into*, never more: nothing in
here stops a benefit. What may happen is in decide/pensions.py and decide/pension_checks.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

# Of the passes of a person, how many the register remembers; the journal has them all.
PASSES_REMEMBERED = 12
MILLION = 1_000_000


class Way(StrEnum):
    """How a pass was obtained; every accepted way counts alike."""

    KIOSK = "kiosk"
    WINDOW = "window"
    HOME_VISIT = "home_visit"
    DATA = "data"  # comparison with other offices' data (静默认证)
    PROXY = "proxy"


class Decision(StrEnum):
    """What the engine at the kiosk says of a check."""

    PASS = "pass"  # noqa: S105 - a decision
    GREY = "grey"
    REJECT = "reject"
    GAVE_UP = "gave_up"


class CheckStatus(StrEnum):
    BEGUN = "begun"
    WAITING_FOR_CLERK = "waiting_for_clerk"
    PASSED = "passed"
    WINDOW = "window"


class Sent(StrEnum):
    """Why somebody was sent to a window, as the person and the paper are told: kindly, and nothing
    of what was measured."""

    NOT_RECOGNISED = "not_recognised"
    UNFINISHED = "unfinished"  # the movements were not made, or not to the end
    UNCLEAR = "unclear"  # the picture was not good enough
    MACHINE = "machine"  # camera or engine were away
    IN_PERSON = "in_person"  # somebody is to look


_SENT: Mapping[str, Sent] = {
    **dict.fromkeys(
        ("not_alike", "nearly_alike", "score_below_threshold", "reject"), Sent.NOT_RECOGNISED
    ),
    **dict.fromkeys(("gave_up", "liveness_actions", "unclear_actions"), Sent.UNFINISHED),
    **dict.fromkeys(("no_camera", "no_engine"), Sent.MACHINE),
    **dict.fromkeys(("liveness_continuity", "unclear_continuity"), Sent.UNCLEAR),
}


def sent_why(reasons: Iterable[str]) -> Sent:
    """By the first reason that says so: the most telling stand first."""
    for code in reasons:
        if code in _SENT:
            return _SENT[code]
        if code.startswith("quality_"):
            return Sent.UNCLEAR
    return Sent.IN_PERSON


class Finding(StrEnum):
    """What looking into an overdue case found; a word for the file, no decision about benefits."""

    UNREACHABLE = "unreachable"
    ILL = "ill"
    MOVED = "moved"
    ABROAD = "abroad"
    DECEASED = "deceased"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PensionSettings:
    """matter: what the window ticket of somebody who was not passed is for; "" where the hall
    checks nobody. consent_version: of the text that people agree to. months: how long a pass holds.
    due_days: how long before the due day a check is offered. checks_at_most: at the kiosk, per
    person and day."""

    matter: str = ""
    consent_version: str = ""
    months: int = 12
    due_days: int = 60
    checks_at_most: int = 6


@dataclass(frozen=True, slots=True)
class Pensioner:
    """due: the day by which the next pass is wanted. consent: the version agreed to, with its time.
    reference: the vault's name of the enrolled face. home_visit: wants to be visited.
    suspended: since which day a person has stopped the benefit; back_pay_from: since which day
    back-pay is due. finding: of looking into it while overdue. passes: (day, way), newest last."""

    person: str
    region: str
    due: str
    home_visit: bool = False
    consent: str | None = None
    consent_ms: int | None = None
    reference: str | None = None
    reference_source: str | None = None
    reference_ms: int | None = None
    suspended: str | None = None
    back_pay_from: str | None = None
    finding: str | None = None
    reminded: str | None = None
    passes: tuple[tuple[str, str], ...] = ()

    def is_overdue(self, today: str) -> bool:
        return self.due < today

    @property
    def last_pass(self) -> tuple[str, str] | None:
        return self.passes[-1] if self.passes else None


@dataclass(frozen=True, slots=True)
class Measured:
    """What the engine measured, as whole millionths and texts; a higher score is more alike.
    cues: each liveness cue with its verdict, weight and value. reasons: stable codes, most telling
    first."""

    decision: str
    score_millionths: int | None = None
    threshold_millionths: int | None = None
    calibration: str | None = None
    model: str | None = None
    cues: tuple[Mapping[str, Any], ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Check:
    """One face check of this day. confirmed_by: the clerk who compared the pictures. held_by: the
    process that has the live picture, while it waits for one."""

    id: str
    person: str
    kiosk: str | None
    begun_ms: int
    status: CheckStatus = CheckStatus.BEGUN
    since_ms: int = 0
    measured: Measured | None = None
    ticket: str | None = None
    reasons: tuple[str, ...] = ()
    confirmed_by: str | None = None
    held_by: str = ""


@dataclass(slots=True)
class PensionRegister:
    """checks: of this day alone, in the order they were begun."""

    pensioners: dict[str, Pensioner] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)

    def of_ticket(self, ticket: str) -> Check | None:
        """The check that led to a window ticket; the newest, if several led to the same."""
        found = [check for check in self.checks.values() if check.ticket == ticket]
        return found[-1] if found else None


def next_due(day: date, months: int) -> date:
    """The day of the pass plus so many months; the month's last day where that one is missing."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, day.day)
