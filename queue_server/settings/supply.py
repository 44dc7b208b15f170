"""Sections of hall.toml about when and how many numbers there are; settings.py puts them together.

Every key is documented in config/hall.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from queue_server.domain.calendar import SpecialDay
from queue_server.domain.cases import ReviewSettings
from queue_server.domain.leases import LeaseSettings
from queue_server.domain.quotas import IssuingSettings, QuotaRule
from queue_server.domain.slots import BookingSettings, SlotRule

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class OpenSection:
    """One stretch of a special day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise ValueError("closes must come after opens")


@dataclass(frozen=True)
class SpecialDaySection:
    day: date
    why: str = ""
    closed: bool = False
    sessions: tuple[OpenSection, ...] = ()

    def __post_init__(self) -> None:
        if self.closed == bool(self.sessions):
            raise ValueError("a special day has either sessions or closed = true")

    def rule(self) -> SpecialDay:
        return SpecialDay(self.day, tuple((s.opens, s.closes) for s in self.sessions), self.why)


@dataclass(frozen=True)
class QuotaSection:
    service: str
    per_day: int | None = None
    per_half_day: int | None = None
    per_person: int | None = None
    card_needed: bool = False

    def __post_init__(self) -> None:
        for limit in (self.per_day, self.per_half_day, self.per_person):
            if limit is not None and limit < 0:
                raise ValueError("a quota is 0 or more")

    def rule(self) -> QuotaRule:
        return QuotaRule(
            self.service, self.per_day, self.per_half_day, self.per_person, self.card_needed
        )


@dataclass(frozen=True)
class IssuingSection:
    stop_at: Literal["day", "session", "never"] = "day"
    warn_minutes: int = 30

    def __post_init__(self) -> None:
        if self.warn_minutes < 0:
            raise ValueError("warn_minutes is 0 or more")

    def rule(self) -> IssuingSettings:
        return IssuingSettings(self.stop_at, self.warn_minutes * 60)


@dataclass(frozen=True)
class OfflineSection:
    lease_size: int = 20
    lease_size_at_most: int = 100
    handin_days: int = 7
    lease_first: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.lease_size <= self.lease_size_at_most:
            raise ValueError("lease_size lies between 1 and lease_size_at_most")
        if self.handin_days < 1:
            raise ValueError("handin_days must be 1 or more")
        if self.lease_first < 1:
            raise ValueError("lease_first must be 1 or more")

    def rule(self) -> LeaseSettings:
        return LeaseSettings(
            self.lease_size, self.lease_size_at_most, self.handin_days, self.lease_first
        )


@dataclass(frozen=True)
class SlotsSection:
    service: str
    days: tuple[Weekday, ...]
    starts: time
    ends: time
    minutes: int
    capacity: int

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise ValueError("ends must come after starts")
        if self.minutes < 1 or self.capacity < 1:
            raise ValueError("minutes and capacity must be 1 or more")

    def rule(self) -> SlotRule:
        days = tuple(WEEKDAYS.index(d) for d in self.days)
        return SlotRule(self.service, days, self.starts, self.ends, self.minutes, self.capacity)


@dataclass(frozen=True)
class AppointmentsSection:
    horizon_days: int = 14
    early_minutes: int = 30
    too_early: Literal["refuse", "wait"] = "refuse"
    grace_minutes: int = 15
    late_rule: Literal["booked", "arrival", "refuse"] = "arrival"
    priority_class: str = ""
    open_at_most: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.horizon_days <= 90:
            raise ValueError("horizon_days lies between 0 and 90")
        if self.early_minutes < 0 or self.grace_minutes < 0 or self.open_at_most < 1:
            raise ValueError("minutes are 0 or more, open_at_most 1 or more")

    def rule(self) -> BookingSettings:
        return BookingSettings(
            horizon_days=self.horizon_days,
            early_s=self.early_minutes * 60,
            too_early=self.too_early,
            grace_s=self.grace_minutes * 60,
            late_rule=self.late_rule,
            priority_class=self.priority_class,
            open_at_most=self.open_at_most,
        )


@dataclass(frozen=True)
class ReviewsSection:
    deadline_days: int = 5
    publish: bool = False
    keep_days: int = 730

    def __post_init__(self) -> None:
        if not 1 <= self.deadline_days <= 60:
            raise ValueError("deadline_days lies between 1 and 60 working days")
        if self.keep_days < 30:
            raise ValueError("keep_days must be 30 or more: an answer needs the words")

    def rule(self) -> ReviewSettings:
        return ReviewSettings(self.deadline_days, self.publish, self.keep_days)
