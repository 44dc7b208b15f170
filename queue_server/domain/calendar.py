"""Business days and opening hours: which day an instant belongs to, whether the hall is open, when
it opens again. What an instant is called in words is in said.py.

Instants are UTC milliseconds; local time exists only inside these functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Session:
    """One stretch of opening hours. weekdays: 0 = Monday … 6 = Sunday."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


Stretch = tuple[int, int]  # first instant open, first instant closed again

_DAYS_REMEMBERED = 400


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with hours of its own, or none: a half-day, a late evening, a power cut. It overrides
    holidays and make-up days. why: words for the people who come."""

    day: date
    hours: tuple[tuple[time, time], ...]
    why: str = ""


@dataclass(frozen=True)
class Calendar:
    """closes_day_at: local time at which one business day ends and the next begins.

    holidays are closed whatever the weekday; a make-up working day has Monday's hours. Each session
    is a half-day, for quotas.
    """

    time_zone: str
    closes_day_at: time
    always_open: bool
    sessions: tuple[Session, ...]
    holidays: frozenset[date]
    makeup_days: frozenset[date]
    special_days: tuple[SpecialDay, ...] = ()

    @cached_property
    def special(self) -> Mapping[date, SpecialDay]:
        return {special.day: special for special in self.special_days}

    @cached_property
    def stretches(self) -> dict[date, tuple[Stretch, ...]]:
        """What `open_stretches` found, because every request for a number asks."""
        return {}


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


def date_at(calendar: Calendar, at_ms: int) -> date:
    """The date on the hall's wall, from which promises are counted and which papers bear; after
    midnight it is not the business day."""
    return local(calendar, at_ms).date()


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
    if special := calendar.special.get(day):
        return tuple(Session((day.weekday(),), *hours) for hours in sorted(special.hours))
    if day in calendar.holidays:
        return ()
    weekday = 0 if day in calendar.makeup_days else day.weekday()
    found = (s for s in calendar.sessions if weekday in s.weekdays)
    return tuple(sorted(found, key=lambda s: s.opens))


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two stretches of opening hours that would be open at once. day: a weekday, 0 = Monday, or a
    special day."""

    day: int | date
    first: tuple[time, time]
    second: tuple[time, time]


def overlap(sessions: Iterable[Session], special_days: Iterable[SpecialDay]) -> Overlap | None:
    """The first there is. Stretches that touch do not overlap."""
    of_week = [(s.weekdays, (s.opens, s.closes)) for s in sessions]
    hours: list[tuple[int | date, list[tuple[time, time]]]] = [
        (day, [span for days, span in of_week if day in days]) for day in range(7)
    ]
    hours += [(special.day, list(special.hours)) for special in special_days]
    for day, spans in hours:
        for first, second in pairwise(sorted(spans)):
            if second[0] < first[1]:
                return Overlap(day, first, second)
    return None


def is_open(calendar: Calendar, at_ms: int) -> bool:
    if calendar.always_open:
        return True
    stretches = open_stretches(calendar, local(calendar, at_ms).date())
    return any(opens <= at_ms < closes for opens, closes in stretches)


def open_stretches(calendar: Calendar, day: date) -> tuple[Stretch, ...]:
    """When the hall is open on a date, by its hours alone (`always_open` is not asked)."""
    known = calendar.stretches.get(day)
    if known is None:
        if len(calendar.stretches) > _DAYS_REMEMBERED:
            calendar.stretches.clear()
        known = calendar.stretches[day] = tuple(
            (instant(calendar, day, s.opens), instant(calendar, day, s.closes))
            for s in sessions_on(calendar, day)
        )
    return known


def instant(calendar: Calendar, day: date, at: time) -> int:
    """UTC milliseconds of a local time on a date."""
    return round(datetime.combine(day, at, tzinfo=zone(calendar.time_zone)).timestamp() * 1000)


def closes_at_ms(calendar: Calendar, at_ms: int) -> int | None:
    """The end of the session that is on; None when there is none, or no end."""
    if calendar.always_open:
        return None
    stretches = open_stretches(calendar, local(calendar, at_ms).date())
    return next((closes for opens, closes in stretches if opens <= at_ms < closes), None)


# How far ahead an opening is looked for: longer than any holiday.
_LOOKS_AHEAD_DAYS = 60


def next_opening_ms(calendar: Calendar, after_ms: int) -> int | None:
    """The first opening after an instant; None when there is none in sight, or no closing."""
    if calendar.always_open:
        return None
    today = local(calendar, after_ms).date()
    for ahead in range(_LOOKS_AHEAD_DAYS):
        for opens, _ in open_stretches(calendar, today + timedelta(days=ahead)):
            if opens > after_ms:
                return opens
    return None


def open_for_s(calendar: Calendar, at_ms: int, *, whole_day: bool) -> int | None:
    """Seconds of opening time that are left of the day, or of the session that is on; None when
    the hall never closes."""
    if calendar.always_open:
        return None
    stretches = open_stretches(calendar, local(calendar, at_ms).date())
    if not whole_day:
        stretches = tuple(s for s in stretches if s[0] <= at_ms < s[1])
    return sum(max(0, closes - max(opens, at_ms)) for opens, closes in stretches) // 1000


def last_closing_ms(calendar: Calendar, at_ms: int, *, whole_day: bool) -> int | None:
    """When the day's last session ends, or the one that is on; None when it is over already, or
    when the hall never closes."""
    if calendar.always_open:
        return None
    stretches = open_stretches(calendar, local(calendar, at_ms).date())
    ends = [
        closes for opens, closes in stretches if closes > at_ms and (whole_day or opens <= at_ms)
    ]
    return max(ends, default=None)


_NOON = time(12)


def half_days(calendar: Calendar, day: date) -> tuple[int, ...]:
    """Where each half-day of a date ends: with its sessions, or at noon and with the day where the
    hall is always open or has no hours."""
    closes = [closes for _, closes in open_stretches(calendar, day)]
    if calendar.always_open or not closes:
        return (instant(calendar, day, _NOON), day_bounds_ms(calendar, day)[1])
    return tuple(closes)


def half_day(calendar: Calendar, at_ms: int) -> int:
    """Which half-day of its business day an instant counts for, from 0. The time between two
    sessions counts for the later one."""
    ends = half_days(calendar, business_day(calendar, at_ms))
    return min(sum(at_ms >= end for end in ends), len(ends) - 1)


# Further than any promise reaches; a calendar without a working day would otherwise be looked
# through for ever.
_WORKING_LOOKS_AHEAD_DAYS = 1500


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Whether promises count this date: the hall has hours on it. Where a hall has no hours at all,
    Monday to Friday, less holidays, and make-up days."""
    if calendar.sessions or day in calendar.special:
        return bool(sessions_on(calendar, day))
    return day in calendar.makeup_days or (day.weekday() < 5 and day not in calendar.holidays)


def working_day_after(calendar: Calendar, day: date, days: int) -> date:
    """The `days`-th working day after `day`, which does not count itself (days ≥ 1). Raises
    ValueError when there is none in sight."""
    left = days
    for ahead in range(1, _WORKING_LOOKS_AHEAD_DAYS):
        found = day + timedelta(days=ahead)
        left -= is_working_day(calendar, found)
        if left == 0:
            return found
    raise ValueError(f"no {days} working days within {_WORKING_LOOKS_AHEAD_DAYS} days of {day}")


def working_days_between(calendar: Calendar, day: date, other: date) -> int:
    """How many working days after `day` until and with `other`; negative when it lies before."""
    first, last = sorted((day, other))
    days = range(1, (last - first).days + 1)
    count = sum(is_working_day(calendar, first + timedelta(days=n)) for n in days)
    return count if day <= other else -count
