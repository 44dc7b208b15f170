"""Sections of hall.toml about when and how many numbers there are; settings.py puts them together.

Every key is documented in config/hall.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from queue_server.domain.calendar import SpecialDay
from queue_server.domain.leases import LeaseSettings
from queue_server.domain.quotas import IssuingSettings, QuotaRule


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

    def __post_init__(self) -> None:
        if not 1 <= self.lease_size <= self.lease_size_at_most:
            raise ValueError("lease_size lies between 1 and lease_size_at_most")
        if self.handin_days < 1:
            raise ValueError("handin_days must be 1 or more")

    def rule(self) -> LeaseSettings:
        return LeaseSettings(self.lease_size, self.lease_size_at_most, self.handin_days)
