"""How many numbers there are of a service, for everybody and for one person; and how many are gone.

A number counts for the half-day in which its person came. Checked-in appointments, transfers, later
steps and people who rejoin take none. A cancelled ticket gives its person's share back, but not the
hall's: the number was given, and giving it up must not let somebody draw numbers without end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class QuotaRule:
    """The most numbers of a service; None: no limit. card_needed: only with an identity card."""

    service: str
    per_day: int | None = None
    per_half_day: int | None = None
    per_person: int | None = None
    card_needed: bool = False


@dataclass(frozen=True, slots=True)
class IssuingSettings:
    """stop_at: numbers end when those who wait last beyond the end of the day, or of the session;
    warn_s: so long before that, screens warn."""

    stop_at: Literal["day", "session", "never"] = "day"
    warn_s: int = 1800


@dataclass(slots=True)
class Given:
    """Numbers given this day. half_days: by service and half-day; persons: by person and service,
    less those that were cancelled."""

    half_days: Counter[tuple[str, int]] = field(default_factory=Counter)
    persons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, service: str, half_day: int, person: str | None) -> None:
        self.half_days[service, half_day] += 1
        if person:
            self.persons[person, service] += 1

    def give_back(self, service: str, person: str | None) -> None:
        if person:
            self.persons[person, service] -= 1

    def on_day(self, service: str) -> int:
        return sum(n for (of, _), n in self.half_days.items() if of == service)
