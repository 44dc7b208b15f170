"""办理登记: what became of each step of a visit, and the promises that outlive the day.

How a step ended stands in its `ticket_finished` event. A matter that was taken in with a promised
date becomes an *acceptance*, an aggregate of its own in the hall's journal: each of its events
carries the whole of it, so that an open one is kept over days by its last event alone (keeping.py).
Who received the person first (首问) stays the contact through every transfer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from queue_server.domain.errors import WrongState
from queue_server.domain.events import Event

MISSING_AT_MOST = 20
# More digits in a row than any sum of money, date or window: an identity card, a phone, an account.
_NUMBER_OF_A_PERSON = re.compile(r"(?:\d[ -]?){8,}")
_DATE = re.compile(r"\b\d{4}-\d{1,2}-\d{1,2}\b")


class Outcome(StrEnum):
    """How a step ended."""

    DONE = "done"  # 办结
    ACCEPTED = "accepted"  # 受理待办: to be done by the promised day
    RETURNED = "returned"  # 一次性告知退回: papers are missing, all told at once
    REFERRED = "referred"  # 转办: another office does it


class Settled(StrEnum):
    """How an accepted matter came to its end."""

    DONE = "done"
    RETURNED = "returned"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"  # the person no longer wants it


@dataclass(frozen=True, slots=True)
class Step:
    """A finished step of a visit. number: 1 for the first. promised_day: of an accepted matter,
    YYYY-MM-DD. missing: papers that were told."""

    number: int
    service: str
    matter: str | None
    window: str
    clerk: str | None
    outcome: str | None
    at_ms: int
    promised_day: str | None = None
    missing: tuple[str, ...] = ()
    note: str | None = None
    rated: bool = False


@dataclass(frozen=True, slots=True)
class Acceptance:
    """first_window, first_clerk: who received the person first, and stays the contact."""

    id: str
    ticket: str
    number: str
    day: str
    service: str
    matter: str | None
    window: str
    clerk: str | None
    first_window: str | None
    first_clerk: str | None
    promised_day: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class CloseAcceptance:
    acceptance: str
    outcome: Settled = Settled.DONE
    note: str | None = None


@dataclass(frozen=True)
class AboutAcceptance(Event, part=True):
    """All there is to know of it."""

    acceptance: str
    ticket: str
    number: str
    day: str
    service: str
    matter: str | None
    window: str
    clerk: str | None
    first_window: str | None
    first_clerk: str | None
    promised_day: str
    note: str | None


@dataclass(frozen=True)
class AcceptanceOpened(AboutAcceptance):
    pass


@dataclass(frozen=True)
class AcceptanceClosed(AboutAcceptance):
    """closed_day: the business day; late_days: working days after the promised one, 0 in time."""

    outcome: str
    closed_note: str | None
    closed_day: str
    late_days: int


def whole(found: Acceptance) -> dict[str, Any]:
    """The fields of an AboutAcceptance."""
    names = (name for name in found.__dataclass_fields__ if name != "id")
    return {"acceptance": found.id, **{name: getattr(found, name) for name in names}}


@dataclass(slots=True)
class AcceptanceBook:
    """Open ones of all days, by id, oldest first; and how many were closed this day."""

    open: dict[str, Acceptance] = field(default_factory=dict)
    closed_today: int = 0


def nobody_named(*texts: str | None) -> None:
    """Raises WrongState for words that hold what looks like somebody's number: they go into the
    journal, which holds nothing personal and is never erased."""
    for text in texts:
        if text and _NUMBER_OF_A_PERSON.search(_DATE.sub("", text)):
            raise WrongState(
                "personal_number",
                "这里不能写身份证号、电话或账号，请去掉号码后再提交。",
            )


def tidied(texts: Iterable[str]) -> tuple[str, ...]:
    """Each once, in order, without empty ones."""
    return tuple(dict.fromkeys(t for text in texts if (t := text.strip())))
