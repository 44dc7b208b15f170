"""Business days and opening hours: which day an instant belongs to, and whether the hall is open.

Instants are UTC milliseconds; local time exists only inside these functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Session:
    """One stretch of opening hours. weekdays: 0 = Monday … 6 = Sunday."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Calendar:
    """closes_day_at: local time at which one business day ends and the next begins.

    holidays are closed whatever the weekday; a make-up working day has Monday's hours.
    """

    time_zone: str
    closes_day_at: time
    always_open: bool
    sessions: tuple[Session, ...]
    holidays: frozenset[date]
    makeup_days: frozenset[date]


@lru_cache(maxsize=32)
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(calendar: Calendar, at_ms: int) -> datetime:
    """The hall's own wall-clock time at an instant."""
    return datetime.fromtimestamp(at_ms / 1000, zone(calendar.time_zone))


def business_day(calendar: Calendar, at_ms: int) -> date:
    """The day on whose numbers an instant counts: the local date, shifted by the closing time."""
    here = local(calendar, at_ms)
    close = calendar.closes_day_at
    before_close = here.time() < close and close < time(12)
    return here.date() - timedelta(days=1) if before_close else here.date()


@lru_cache(maxsize=64)
def day_bounds_ms(calendar: Calendar, day: date) -> tuple[int, int]:
    """First instant of a business day and first instant of the next, UTC milliseconds."""

    def start(of: date) -> int:
        starts_on = of if calendar.closes_day_at < time(12) else of - timedelta(days=1)
        moment = datetime.combine(
            starts_on, calendar.closes_day_at, tzinfo=zone(calendar.time_zone)
        )
        return round(moment.timestamp() * 1000)

    return start(day), start(day + timedelta(days=1))


def sessions_on(calendar: Calendar, day: date) -> tuple[Session, ...]:
    """The opening hours of a date, earliest first; empty on a day off."""
    if day in calendar.holidays:
        return ()
    weekday = 0 if day in calendar.makeup_days else day.weekday()
    found = (s for s in calendar.sessions if weekday in s.weekdays)
    return tuple(sorted(found, key=lambda s: s.opens))


def is_open(calendar: Calendar, at_ms: int) -> bool:
    if calendar.always_open:
        return True
    here = local(calendar, at_ms)
    return any(s.opens <= here.time() < s.closes for s in sessions_on(calendar, here.date()))
