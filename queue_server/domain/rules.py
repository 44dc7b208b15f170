"""How a hall works, as the dispatcher needs to know it: services, classes, windows and settings.

A `HallRules` is immutable. It enters the journal whole (event `hall_configured`), so that replay
needs no file; `to_data` and `from_data` are exact inverses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, time
from functools import cached_property
from typing import Any

from queue_server.domain.alert_settings import AlertSettings
from queue_server.domain.calendar import Calendar, Session, SpecialDay
from queue_server.domain.cases import ReviewSettings
from queue_server.domain.leases import LeaseSettings
from queue_server.domain.pensions import PensionSettings
from queue_server.domain.quotas import IssuingSettings, QuotaRule
from queue_server.domain.slots import BookingSettings, SlotRule


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """paused: why no numbers are given for now; None when they are."""

    id: str
    prefix: str
    name: str
    name_en: str
    icon: str
    usual_s: int
    paused: str | None = None


@dataclass(frozen=True, slots=True)
class PriorityClass:
    """rate: how fast priority grows, 1.0 for ordinary. min_age: age from which a card gives it."""

    id: str
    name: str
    name_en: str
    rate: float
    min_age: int | None = None


@dataclass(frozen=True, slots=True)
class Skill:
    """rank 1 is the window's own service; a higher rank is a neighbour's."""

    service: str
    rank: int


@dataclass(frozen=True, slots=True)
class WindowRule:
    """first_classes: priority classes that this window takes before all others. stands_in_for: the
    window whose services it takes over while that one pauses (AB岗)."""

    id: str
    name: str
    name_en: str
    skills: tuple[Skill, ...]
    first_classes: tuple[str, ...] = ()
    stands_in_for: str | None = None


@dataclass(frozen=True)
class Reach:
    """What a window may call: people of these services (each once, with its rank), and those kept
    for these windows. partner: the window it stands in for just now; skills from own_skills on are
    that window's."""

    skills: tuple[tuple[str, int], ...]
    windows: tuple[str, ...]
    partner: str | None = None
    own_skills: int = 0

    @cached_property
    def services(self) -> tuple[str, ...]:
        return tuple(service for service, _ in self.skills)


@dataclass(frozen=True, slots=True)
class MatterRule:
    id: str
    service: str
    name: str
    name_en: str
    usual_s: int


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """rank_tolerance_s: scores (weighted seconds) closer than this are settled by skill rank.

    overtaken_at_most, waits_at_most_s: the bounds of overtaking (rule 5). Who missed a call comes
    back in behind rejoin_after people, rejoins_at_most times; a call again within recall_pause_s is
    the same press twice; fewer calls than calls_before_missed is a skip, refused if
    missed_strictly; a person may ask for more minutes defers_at_most times (rule 6). A number whose
    print failed is given up when nobody has kept it within print_unanswered_s (rule 4).
    auto_call_s: consoles call the next person by themselves so long after a finish; 0: they do not.
    stands_in_when_closed: a window takes over its partner's services also when that one is closed,
    not only while it pauses.
    """

    rank_tolerance_s: int = 120
    overtaken_at_most: int = 8
    waits_at_most_s: int = 5400
    rejoin_after: int = 3
    rejoins_at_most: int = 2
    calls_before_missed: int = 3
    recall_pause_s: int = 5
    missed_strictly: bool = False
    defers_at_most: int = 1
    defer_minutes_at_most: int = 30
    print_unanswered_s: int = 300
    stands_in_when_closed: bool = False
    auto_call_s: int = 0


@dataclass(frozen=True)
class HallRules:
    id: str
    calendar: Calendar
    services: tuple[ServiceRule, ...]
    classes: tuple[PriorityClass, ...]
    windows: tuple[WindowRule, ...]
    matters: tuple[MatterRule, ...] = ()
    dispatch: DispatchSettings = field(default_factory=DispatchSettings)
    windows_start_open: bool = False
    leases: LeaseSettings = field(default_factory=LeaseSettings)
    quotas: tuple[QuotaRule, ...] = ()
    issuing: IssuingSettings = field(default_factory=IssuingSettings)
    slots: tuple[SlotRule, ...] = ()
    booking: BookingSettings = field(default_factory=BookingSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    reviews: ReviewSettings = field(default_factory=ReviewSettings)
    pension: PensionSettings = field(default_factory=PensionSettings)

    @cached_property
    def service(self) -> Mapping[str, ServiceRule]:
        return {s.id: s for s in self.services}

    @cached_property
    def quota(self) -> Mapping[str, QuotaRule]:
        return {q.service: q for q in self.quotas}

    @cached_property
    def priority_class(self) -> Mapping[str, PriorityClass]:
        return {c.id: c for c in self.classes}

    @cached_property
    def window(self) -> Mapping[str, WindowRule]:
        return {w.id: w for w in self.windows}

    @cached_property
    def matter(self) -> Mapping[str, MatterRule]:
        return {m.id: m for m in self.matters}

    @cached_property
    def windows_for(self) -> Mapping[str, tuple[str, ...]]:
        """service id → ids of the windows that serve it, own windows before neighbours."""
        found: dict[str, list[tuple[int, int, str]]] = {s.id: [] for s in self.services}
        for order, window in enumerate(self.windows):
            for skill in window.skills:
                found[skill.service].append((skill.rank, order, window.id))
        return {service: tuple(w for _, _, w in sorted(ws)) for service, ws in found.items()}

    @cached_property
    def could_serve(self) -> Mapping[str, tuple[str, ...]]:
        """service id → the windows that serve it, and those that would while they stand in."""
        found = {service: list(windows) for service, windows in self.windows_for.items()}
        for window in self.windows:
            partner = self.window.get(window.stands_in_for or "")
            for skill in partner.skills if partner else ():
                if window.id not in found[skill.service]:
                    found[skill.service].append(window.id)
        return {service: tuple(windows) for service, windows in found.items()}

    @cached_property
    def rates(self) -> dict[str, float]:
        """class id → how fast its priority grows."""
        return {c.id: c.rate for c in self.classes}

    @cached_property
    def lone_reaches(self) -> Mapping[str, Reach]:
        """What each window may call that stands in for nobody: always the same."""
        lone = (w.id for w in self.windows if w.stands_in_for is None)
        return {window: self._reach(window, False) for window in lone}

    @cached_property
    def _reaches(self) -> dict[tuple[str, bool], Reach]:
        return {}

    def reach(self, window: str, *, standing_in: bool) -> Reach:
        """What a window may call, while it stands in for its partner or not."""
        known = self._reaches.get((window, standing_in))
        if known is None:
            known = self._reaches[window, standing_in] = self._reach(window, standing_in)
        return known

    def _reach(self, window: str, standing_in: bool) -> Reach:
        rule = self.window[window]
        best: dict[str, int] = {}
        for skill in rule.skills:
            best[skill.service] = min(skill.rank, best.get(skill.service, skill.rank))
        own_skills = len(best)
        partner = self.window.get(rule.stands_in_for or "") if standing_in else None
        for skill in partner.skills if partner else ():
            best.setdefault(skill.service, skill.rank + 1)
        windows = (window, partner.id) if partner else (window,)
        return Reach(tuple(best.items()), windows, partner.id if partner else None, own_skills)

    @cached_property
    def digest(self) -> str:
        """Of what these rules say beyond the defaults, so that a new version of this program, which
        knows more settings, finds an unchanged file unchanged."""
        sections = (f for f in fields(self) if callable(f.default_factory))
        defaults = {f.name: _plain(f.default_factory()) for f in sections}  # type: ignore[operator]
        said = _said(self.to_data(), defaults)
        text = json.dumps(said, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def ordinary(self) -> str:
        return self.classes[0].id

    def class_for_age(self, age_years: int) -> str:
        """The class an age gives: the one with the highest age limit reached, else ordinary."""
        reached = [c for c in self.classes if c.min_age is not None and age_years >= c.min_age]
        return max(reached, key=lambda c: c.min_age or 0).id if reached else self.ordinary

    def to_data(self) -> dict[str, Any]:
        calendar = self.calendar
        return {
            "id": self.id,
            "calendar": {
                "time_zone": calendar.time_zone,
                "closes_day_at": calendar.closes_day_at.isoformat(),
                "always_open": calendar.always_open,
                "sessions": [
                    [list(s.weekdays), s.opens.isoformat(), s.closes.isoformat()]
                    for s in calendar.sessions
                ],
                "holidays": sorted(d.isoformat() for d in calendar.holidays),
                "makeup_days": sorted(d.isoformat() for d in calendar.makeup_days),
                "special_days": [
                    [
                        d.day.isoformat(),
                        [[x.isoformat() for x in hours] for hours in d.hours],
                        d.why,
                    ]
                    for d in calendar.special_days
                ],
            },
            "services": [_plain(s) for s in self.services],
            "classes": [
                # a rate is written as text: figures in the journal are whole numbers or texts,
                # so that every language hashes them alike
                {**_plain(c), "rate": repr(c.rate)}
                for c in self.classes
            ],
            "windows": [
                {
                    **_plain(w),
                    "skills": [[s.service, s.rank] for s in w.skills],
                    "first_classes": list(w.first_classes),
                }
                for w in self.windows
            ],
            "matters": [_plain(m) for m in self.matters],
            "dispatch": _plain(self.dispatch),
            "windows_start_open": self.windows_start_open,
            "leases": _plain(self.leases),
            "quotas": [_plain(q) for q in self.quotas],
            "issuing": _plain(self.issuing),
            "slots": [s.to_data() for s in self.slots],
            "booking": _plain(self.booking),
            "alerts": self.alerts.to_data(),
            "reviews": _plain(self.reviews),
            "pension": _plain(self.pension),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> HallRules:
        calendar = data["calendar"]
        return cls(
            id=data["id"],
            calendar=Calendar(
                time_zone=calendar["time_zone"],
                closes_day_at=time.fromisoformat(calendar["closes_day_at"]),
                always_open=calendar["always_open"],
                sessions=tuple(
                    Session(tuple(days), time.fromisoformat(opens), time.fromisoformat(closes))
                    for days, opens, closes in calendar["sessions"]
                ),
                holidays=frozenset(date.fromisoformat(d) for d in calendar["holidays"]),
                makeup_days=frozenset(date.fromisoformat(d) for d in calendar["makeup_days"]),
                special_days=tuple(
                    SpecialDay(date.fromisoformat(day), _hours(hours), why)
                    for day, hours, why in calendar.get("special_days", [])
                ),
            ),
            services=tuple(ServiceRule(**s) for s in data["services"]),
            classes=tuple(
                PriorityClass(**{**c, "rate": float(c["rate"])}) for c in data["classes"]
            ),
            windows=tuple(
                WindowRule(
                    **{
                        **w,
                        "skills": tuple(Skill(s, r) for s, r in w["skills"]),
                        "first_classes": tuple(w["first_classes"]),
                    }
                )
                for w in data["windows"]
            ),
            matters=tuple(MatterRule(**m) for m in data["matters"]),
            dispatch=DispatchSettings(**data["dispatch"]),
            windows_start_open=data["windows_start_open"],
            # keys that an earlier version did not write
            leases=LeaseSettings(**data.get("leases", {})),
            quotas=tuple(QuotaRule(**q) for q in data.get("quotas", [])),
            issuing=IssuingSettings(**data.get("issuing", {})),
            slots=tuple(map(SlotRule.from_data, data.get("slots", []))),
            booking=BookingSettings(**data.get("booking", {})),
            alerts=AlertSettings.from_data(data.get("alerts", {})),
            reviews=ReviewSettings(**data.get("reviews", {})),
            pension=PensionSettings(**data.get("pension", {})),
        )


def _hours(hours: Iterable[Sequence[str]]) -> tuple[tuple[time, time], ...]:
    return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in hours)


def _said(value: Any, defaults: Any) -> Any:
    """`value` without what is empty or as in `defaults`, all the way down."""
    if isinstance(value, dict):
        known = defaults if isinstance(defaults, dict) else {}
        kept = {k: _said(v, known.get(k)) for k, v in value.items() if v != known.get(k)}
        return {k: v for k, v in kept.items() if v not in (None, False, "", [], {})}
    return [_said(v, None) for v in value] if isinstance(value, list) else value


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
