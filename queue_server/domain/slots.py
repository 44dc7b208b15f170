"""What can be booked: the slots of a day, from the hall's rules and its calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, NamedTuple

from queue_server.domain.calendar import Calendar, instant, open_stretches


@dataclass(frozen=True, slots=True)
class SlotRule:
    """Slots of so many minutes between two times on some weekdays (0 = Monday), each for `capacity`
    people."""

    service: str
    weekdays: tuple[int, ...]
    starts: time
    ends: time
    minutes: int
    capacity: int

    def to_data(self) -> list[Any]:
        times = (self.starts.isoformat(), self.ends.isoformat())
        return [self.service, list(self.weekdays), *times, self.minutes, self.capacity]

    @classmethod
    def from_data(cls, data: list[Any]) -> SlotRule:
        service, weekdays, starts, ends, minutes, capacity = data
        return cls(
            service,
            tuple(weekdays),
            time.fromisoformat(starts),
            time.fromisoformat(ends),
            minutes,
            capacity,
        )


@dataclass(frozen=True, slots=True)
class BookingSettings:
    """horizon_days: how far ahead one may book. early_s: from when before the booked time one may
    check in; too_early: whether who comes before that is refused, or waits from the booked time.
    grace_s: how late still counts as in time; late_rule: what a later one waits from, or that there
    is no more checking in. priority_class: of the tickets; "" for the ordinary one. open_at_most:
    open appointments per person and service."""

    horizon_days: int = 14
    early_s: int = 1800
    too_early: Literal["refuse", "wait"] = "refuse"
    grace_s: int = 900
    late_rule: Literal["booked", "arrival", "refuse"] = "arrival"
    priority_class: str = ""
    open_at_most: int = 1


class Slot(NamedTuple):
    starts_ms: int
    ends_ms: int
    capacity: int


def slots_on(
    calendar: Calendar, rules: tuple[SlotRule, ...], service: str, day: date
) -> tuple[Slot, ...]:
    """A service's slots of a date, in order; none outside opening hours or on a day off. Two rules
    that have the same slot add up."""
    found: dict[tuple[int, int], int] = {}
    for rule in rules:
        if rule.service == service and _applies(calendar, rule, day):
            for span in _spans(calendar, rule, day):
                found[span] = found.get(span, 0) + rule.capacity
    return tuple(Slot(*span, capacity) for span, capacity in sorted(found.items()))


def _applies(calendar: Calendar, rule: SlotRule, day: date) -> bool:
    """A make-up working day has Monday's slots, as it has Monday's hours; a special day has those
    of its weekday, as far as they lie in its hours."""
    worked = day in calendar.makeup_days and day not in calendar.special
    return (0 if worked else day.weekday()) in rule.weekdays


def _spans(calendar: Calendar, rule: SlotRule, day: date) -> list[tuple[int, int]]:
    stretches = open_stretches(calendar, day)
    found: list[tuple[int, int]] = []
    at, last = datetime.combine(day, rule.starts), datetime.combine(day, rule.ends)
    length = timedelta(minutes=rule.minutes)
    while at + length <= last:
        span = (
            instant(calendar, day, at.time()),
            instant(calendar, day, at.time()) + rule.minutes * 60_000,
        )
        if calendar.always_open or any(o <= span[0] and span[1] <= c for o, c in stretches):
            found.append(span)
        at += length
    return found
