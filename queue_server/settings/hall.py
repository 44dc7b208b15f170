"""hall.toml as typed, frozen settings. What the dispatcher makes of them: rules.py.

Every key is documented in config/hall.toml; a key that is not declared here is refused there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from foundation.settings_file import load_settings
from foundation.settings_words import Refused, Said, said
from queue_server.access.roles import Role
from queue_server.domain.calendar import Session, overlap
from queue_server.domain.rules import DispatchSettings
from queue_server.settings.content import JobSection, NoticeSection
from queue_server.settings.pensions import PensionSection
from queue_server.settings.supply import (
    WEEKDAYS,
    AppointmentsSection,
    IssuingSection,
    OfflineSection,
    QuotaSection,
    ReviewsSection,
    SlotsSection,
    SpecialDaySection,
    Weekday,
)


@dataclass(frozen=True)
class HallSection:
    id: str
    name: str
    name_en: str
    region: tuple[str, ...] = ()
    time_zone: str = "Asia/Shanghai"
    day_closes_at: time = time(4)
    always_open: bool = False
    windows_start_open: bool = False
    notice: str = ""
    notice_en: str = ""
    announce: tuple[Literal["zh-CN", "en"], ...] = ("zh-CN",)

    def __post_init__(self) -> None:
        if not _is_zone(self.time_zone):
            raise ValueError(f"time_zone {self.time_zone!r} is not known")


def _is_zone(name: str) -> bool:
    """Asks for the one: listing all looks through hundreds of files, for each hall of a city."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no name at all; a folder
        return False
    return True


@dataclass(frozen=True)
class ServerSection:
    """key_file: made on the first start. demonstration: secrets may stand in the file."""

    listen: str = "127.0.0.1:8701"
    database: str = "sqlite:///hall.db"
    key_file: Path | None = None
    public_screen: bool = False
    public_requests_per_s: float = 100.0
    secure_cookies: bool = True
    demonstration: bool = False
    heartbeat_s: float = 3.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    clock_off_at_most_s: float = 5.0

    def __post_init__(self) -> None:
        if self.clock_off_at_most_s < 0.1:
            raise ValueError("clock_off_at_most_s must be at least 0.1")
        if self.public_requests_per_s < 0:
            raise ValueError("public_requests_per_s must not be below 0; 0 means no limit")
        if not 0.5 <= self.heartbeat_s <= 5:  # pages count as stale after 8 seconds of silence
            raise ValueError("heartbeat_s must lie between 0.5 and 5")


@dataclass(frozen=True)
class DispatchSection:
    rank_tolerance_s: int = 120
    overtaken_at_most: int = 8
    waits_at_most_minutes: int = 90
    rejoin_after: int = 3
    rejoins_at_most: int = 2
    calls_before_missed: int = 3
    recall_pause_s: int = 5
    missed_strictly: bool = False
    defers_at_most: int = 1
    defer_minutes_at_most: int = 30
    print_unanswered_minutes: int = 5
    stands_in_when_closed: bool = False
    auto_call_s: int = 0

    def __post_init__(self) -> None:
        for name in ("waits_at_most_minutes", "calls_before_missed", "print_unanswered_minutes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        for name in (
            "overtaken_at_most",
            "rejoin_after",
            "rejoins_at_most",
            "recall_pause_s",
            "auto_call_s",
        ):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be below 0")

    def rule(self) -> DispatchSettings:
        minutes: dict[str, Any] = {
            "waits_at_most_s": self.waits_at_most_minutes * 60,
            "print_unanswered_s": self.print_unanswered_minutes * 60,
        }
        same = {f.name for f in fields(DispatchSettings)} - minutes.keys()
        return DispatchSettings(**{name: getattr(self, name) for name in same}, **minutes)


@dataclass(frozen=True)
class HoursSection:
    days: tuple[Weekday, ...]
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes <= self.opens:
            raise ValueError("closes must come after opens")

    def rule(self) -> Session:
        return Session(tuple(WEEKDAYS.index(d) for d in self.days), self.opens, self.closes)


@dataclass(frozen=True)
class ClassSection:
    id: str
    name: str
    name_en: str
    rate: float = 1.0
    min_age: int | None = None

    def __post_init__(self) -> None:
        if self.rate <= 0:
            raise ValueError("rate must be above 0")


# Less is a slip of the pen: nobody is served in five seconds.
USUAL_AT_LEAST_MINUTES = 0.1


@dataclass(frozen=True)
class ServiceSection:
    id: str
    name: str
    name_en: str
    usual_minutes: float
    prefix: str | None = None
    icon: str = "ticket"

    def __post_init__(self) -> None:
        if not (self.prefix or self.id).isascii() or not (self.prefix or self.id).isalpha():
            raise ValueError("prefix must be Latin letters, such as A")
        if self.usual_minutes < USUAL_AT_LEAST_MINUTES:
            raise ValueError(f"usual_minutes must be at least {USUAL_AT_LEAST_MINUTES}")


@dataclass(frozen=True)
class MatterSection:
    """One matter with its service guide (五公开)."""

    id: str
    service: str
    name: str
    name_en: str
    usual_minutes: float | None = None
    materials: tuple[str, ...] = ()
    procedure: tuple[str, ...] = ()
    promised_working_days: int = 0
    result: str = ""
    fee: str = "不收费"
    legal_basis: str = ""


@dataclass(frozen=True)
class WindowSection:
    """skills: service ids, a neighbour's service as "B:2" (rank 2); ["*"] is every service.
    stands_in_for: the window whose services it takes over while that one pauses (AB岗)."""

    id: str
    name: str
    name_en: str
    skills: tuple[str, ...]
    first_classes: tuple[str, ...] = ()
    stands_in_for: str | None = None


@dataclass(frozen=True)
class PairedSection:
    """A device or script paired beforehand. Only for demonstrations: the token is in clear."""

    name: str
    role: Role
    token: str
    window: str | None = None


@dataclass(frozen=True)
class StaffSection:
    """Staff made beforehand. Only for demonstrations: the password is in clear."""

    login: str
    name: str
    role: Role
    password: str
    window: str | None = None


@dataclass(frozen=True)
class HallSettings:
    hall: HallSection
    service: tuple[ServiceSection, ...]
    window: tuple[WindowSection, ...]
    priority_class: tuple[ClassSection, ...]
    matter: tuple[MatterSection, ...] = ()
    hours: tuple[HoursSection, ...] = ()
    holidays: tuple[date, ...] = ()
    makeup_days: tuple[date, ...] = ()
    special_days: tuple[SpecialDaySection, ...] = ()
    quota: tuple[QuotaSection, ...] = ()
    slots: tuple[SlotsSection, ...] = ()
    appointments: AppointmentsSection = field(default_factory=AppointmentsSection)
    issuing: IssuingSection = field(default_factory=IssuingSection)
    offline: OfflineSection = field(default_factory=OfflineSection)
    reviews: ReviewsSection = field(default_factory=ReviewsSection)
    pension: PensionSection = field(default_factory=PensionSection)
    server: ServerSection = field(default_factory=ServerSection)
    dispatch: DispatchSection = field(default_factory=DispatchSection)
    paired: tuple[PairedSection, ...] = ()
    staff: tuple[StaffSection, ...] = ()
    notice: tuple[NoticeSection, ...] = ()
    job: tuple[JobSection, ...] = ()

    def __post_init__(self) -> None:
        _refuse_repeats("service", [s.id for s in self.service])
        _refuse_repeats("service prefix", [s.prefix or s.id for s in self.service])
        _refuse_repeats("window", [w.id for w in self.window])
        _refuse_repeats("priority_class", [c.id for c in self.priority_class])
        _refuse_repeats("matter", [m.id for m in self.matter])
        _refuse_repeats("notice", [n.id for n in self.notice])
        _refuse_repeats("job", [j.id for j in self.job])
        _refuse_repeats("quota for", [q.service for q in self.quota])
        _refuse_repeats("special day", [d.day.isoformat() for d in self.special_days])
        _refuse_overlap(self.hours, self.special_days)
        if not self.priority_class:
            raise ValueError("at least one priority_class is needed; the first is the ordinary one")
        if (self.paired or self.staff) and not self.server.demonstration:
            raise ValueError(
                "paired and staff hold secrets in clear: only with demonstration = true"
            )
        services = {s.id for s in self.service}
        classes = {c.id for c in self.priority_class}
        windows = {w.id for w in self.window}
        for n, window in enumerate(self.window):
            skills = _Place(f"窗口 {window.id} ", f"window {window.id}", ("window", n, "skills"))
            _refuse_unknown(skills, _skill_names(window, services), services)
            _refuse_unknown(skills.at_key("first_classes"), set(window.first_classes), classes)
            if window.stands_in_for == window.id:
                raise ValueError(
                    f"window {window.id} cannot stand in for itself: name another window"
                )
            if window.stands_in_for is not None:
                _refuse_unknown(skills.at_key("stands_in_for"), {window.stands_in_for}, windows)
        for n, matter in enumerate(self.matter):
            of = _Place(f"事项 {matter.id} ", f"matter {matter.id}", ("matter", n, "service"))
            _refuse_unknown(of, {matter.service}, services)
        for n, quota in enumerate(self.quota):
            _refuse_unknown(
                _Place("限号", "quota", ("quota", n, "service")), {quota.service}, services
            )
        for n, slots in enumerate(self.slots):
            of = _Place("可预约时段", "slots", ("slots", n, "service"))
            _refuse_unknown(of, {slots.service}, services)
        of = _Place("资格认证", "pension", ("pension", "matter"))
        _refuse_unknown(of, {self.pension.matter} - {""}, {m.id for m in self.matter})
        of = _Place("预约", "appointments", ("appointments", "priority_class"))
        _refuse_unknown(of, {self.appointments.priority_class} - {""}, classes)


def _refuse_repeats(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{what} {name!r} is there twice")


def _refuse_overlap(
    hours: tuple[HoursSection, ...], special_days: tuple[SpecialDaySection, ...]
) -> None:
    found = overlap((h.rule() for h in hours), (d.rule() for d in special_days))
    if found is None:
        return
    day = WEEKDAYS[found.day] if isinstance(found.day, int) else found.day.isoformat()
    one, other = (f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in (found.first, found.second))
    raise ValueError(
        f"the hours of {day} overlap: {one} and {other}; make one of them, or move one"
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Of whom something is said, in both languages, and the key that says it."""

    zh: str
    en: str
    key: tuple[str | int, ...]

    def at_key(self, name: str) -> _Place:
        return _Place(self.zh, self.en, (*self.key[:-1], name))


def _refuse_unknown(where: _Place, named: set[str], known: set[str]) -> None:
    for name in sorted(named - known):
        words = said(
            "not_declared",
            where=Said(where.zh, where.en),
            name=repr(name),
            known=", ".join(sorted(known)) or "–",
        )
        raise Refused(words, where.key)


def _skill_names(window: WindowSection, services: set[str]) -> set[str]:
    return {s.split(":")[0] for s in window.skills if s != "*"}


def load_hall_settings(file: Path) -> HallSettings:
    """Raises foundation.settings_file.SettingsError."""
    return load_settings(file, HallSettings)
