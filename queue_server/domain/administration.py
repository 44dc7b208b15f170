"""What a hall's administration may change beside configuration.py: services, matters, windows,
hours, alerts; numbers stopped for all; and the way back to how it was.

Each leads to one `hall_configured` with the whole of the new rules, as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from queue_server.domain.alert_settings import AlertSettings
from queue_server.domain.calendar import Session, SpecialDay
from queue_server.domain.content import Guide, Kind, Thing
from queue_server.domain.rules import HallRules, MatterRule, ServiceRule


@dataclass(frozen=True, slots=True)
class PutService:
    """A new service, or other words, prefix and duration for one there is; whether it is paused
    stays as it is."""

    service: ServiceRule


@dataclass(frozen=True, slots=True)
class RemoveService:
    """With its matters, quotas, bookable times and windows' skills."""

    service: str


@dataclass(frozen=True, slots=True)
class PutMatter:
    matter: MatterRule
    guide: Guide


@dataclass(frozen=True, slots=True)
class RemoveMatter:
    matter: str


@dataclass(frozen=True, slots=True)
class PutWindow:
    """A new window, which serves nothing yet, or another name for one there is."""

    window: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class RemoveWindow:
    window: str


@dataclass(frozen=True, slots=True)
class RemoveClass:
    priority_class: str


@dataclass(frozen=True, slots=True)
class ChangeHours:
    sessions: tuple[Session, ...]
    holidays: tuple[date, ...]
    makeup_days: tuple[date, ...]
    special_days: tuple[SpecialDay, ...]


@dataclass(frozen=True, slots=True)
class ChangeAlerts:
    alerts: AlertSettings


@dataclass(frozen=True, slots=True)
class StopIssuing:
    """No more numbers of any service; those who wait are served."""

    reason: str


@dataclass(frozen=True, slots=True)
class ResumeIssuing:
    """Numbers of all services again."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The change `seq` undone, and nothing that was changed since. before, after: the rules around
    it; content: what it did to notices, jobs and guides, as (kind, id, before, after), None for
    what was not there."""

    seq: int
    before: HallRules
    after: HallRules
    content: tuple[tuple[Kind, str, Thing | None, Thing | None], ...] = ()


AdministrationCommand = (
    PutService
    | RemoveService
    | PutMatter
    | RemoveMatter
    | PutWindow
    | RemoveWindow
    | RemoveClass
    | ChangeHours
    | ChangeAlerts
    | StopIssuing
    | ResumeIssuing
    | TakeBack
)
