"""What the flow knows of hall, ticket and person: frozen values, already checked at the edge.

No JSON and no I/O here; `kiosk.gateway.reading` makes these, `kiosk.devices` the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class WaitFacts:
    """From now until the call: half of the people wait under p50_s, nine in ten under p90_s."""

    p50_s: int
    p90_s: int


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """wait: for someone who came now; None when no window serves it. prefix: what its numbers begin
    with."""

    id: str
    name: str
    name_en: str
    icon: str
    waiting: int
    wait: WaitFacts | None
    windows: tuple[str, ...]
    accepting: bool
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """One priority class of the hall's own list. min_age: the age that gives it, or None."""

    id: str
    name: str
    name_en: str
    min_age: int | None = None


@dataclass(frozen=True, slots=True)
class HallFacts:
    """time_zone: IANA name; business_day: the hall's own date, which decides a person's age.
    appointments: whether people may have booked a time here. waiting: people in the whole hall;
    None when it is not told. opens_at: while it is closed, when it opens, RFC 3339, or empty."""

    id: str
    name: str
    name_en: str
    time_zone: str
    business_day: date
    open: bool
    hours: tuple[str, ...]
    notice: str
    notice_en: str
    services: tuple[ServiceFacts, ...]
    classes: tuple[ClassFacts, ...]
    appointments: bool = False
    waiting: int | None = None
    opens_at: str = ""

    @property
    def zone(self) -> tzinfo | None:
        """None (the machine's own) where the system does not know it."""
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            return None

    def service(self, service_id: str | None) -> ServiceFacts | None:
        return next((s for s in self.services if s.id == service_id), None)

    def priority_class(self, class_id: str) -> ClassFacts | None:
        return next((c for c in self.classes if c.id == class_id), None)

    def priority_age(self, age: int) -> int | None:
        """The greatest age of a class that somebody of `age` years has reached."""
        return max((limit for limit in self.priority_ages if limit <= age), default=None)

    @property
    def priority_ages(self) -> tuple[int, ...]:
        return tuple(sorted(c.min_age for c in self.classes if c.min_age is not None))


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """people_ahead and wait are None when the server cannot tell (no window, or no longer waiting).

    status: the server's word, `waiting`, `called`, …; window: where it is called or served.
    reprint: the person already held this number; rejoined: they had missed its call and wait again;
    printed: None when not yet known. may_defer: more minutes may be asked for; deferred_until: they
    were, RFC 3339, or empty. offline: given out by this kiosk while the server was away.
    review_code: figures to rate the visit with, or empty. booked_for: the time of its appointment,
    RFC 3339, or empty.
    """

    id: str
    number: str
    service: str
    service_name: str
    service_name_en: str
    priority_class: str
    issued_at: str
    people_ahead: int | None
    wait: WaitFacts | None
    windows: tuple[str, ...]
    follow_path: str
    reprint: bool
    printed: bool | None
    status: str = "waiting"
    window: str | None = None
    rejoined: bool = False
    matter: str | None = None
    may_defer: bool = False
    deferred_until: str = ""
    offline: bool = False
    review_code: str = ""
    booked_for: str = ""

    @property
    def held_before(self) -> bool:
        """Held before this visit to the kiosk: never given back without being asked."""
        return self.reprint or self.rejoined

    @property
    def beyond_waiting(self) -> bool:
        """At a window already, or put aside by one: there is nothing new to print."""
        return self.status in ("called", "serving", "parked")


@dataclass(frozen=True, slots=True)
class LeaseFacts:
    """left: service → numbers that the kiosk may still give by itself on this day."""

    left: tuple[tuple[str, int], ...] = ()

    def of(self, service_id: str | None) -> int:
        return dict(self.left).get(service_id or "", 0)

    @property
    def any(self) -> bool:
        return any(count > 0 for _, count in self.left)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """Who laid the card down. Personal: lives in the session alone and never in a log."""

    id_number: str
    name: str
    birth: date | None

    def __repr__(self) -> str:
        return "PersonFacts(***)"


def age_on(birth: date, day: date) -> int:
    """Whole years completed on `day`; a birthday itself counts."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
