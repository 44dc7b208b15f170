"""What a hall tells people beside the queues: notices, jobs and the guides of its matters.

It decides nothing. Seeded from the settings file, changed by managers; each change is an event, and
the latest of each thing is kept for the days that follow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, ClassVar, Literal, TypeVar

from queue_server.domain.events import Event

Kind = Literal["notice", "job", "guide"]
T = TypeVar("T", bound="Thing")


@dataclass(frozen=True)
class Thing:
    """until: the last day on which it is shown, or None."""

    kind: ClassVar[Kind]
    id: str

    def to_data(self) -> dict[str, Any]:
        """Texts, whole numbers and lists of texts only."""
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_data(cls: type[T], data: Mapping[str, Any]) -> T:
        """The inverse; keys that a newer version wrote are left out."""
        known: dict[str, Any] = {f.name: data[f.name] for f in fields(cls) if f.name in data}
        for name in ("starts", "until"):
            if known.get(name):
                known[name] = date.fromisoformat(known[name])
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in known.items()
        }
        return cls(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@dataclass(frozen=True)
class Notice(Thing):
    """starts, until: the first and last day on which it is shown."""

    kind = "notice"
    title: str
    text: str
    title_en: str = ""
    text_en: str = ""
    starts: date | None = None
    until: date | None = None

    def is_shown(self, on: date) -> bool:
        return (self.starts is None or self.starts <= on) and (
            self.until is None or on <= self.until
        )


@dataclass(frozen=True)
class Job(Thing):
    """wage, openings and contact in the employer's own words."""

    kind = "job"
    title: str
    employer: str
    place: str = ""
    wage: str = ""
    openings: int = 1
    text: str = ""
    contact: str = ""
    until: date | None = None

    def is_shown(self, on: date) -> bool:
        return self.until is None or on <= self.until


@dataclass(frozen=True)
class Guide(Thing):
    """The service guide (五公开) of the matter of the same id."""

    kind = "guide"
    materials: tuple[str, ...] = ()
    procedure: tuple[str, ...] = ()
    promised_working_days: int = 0
    result: str = ""
    fee: str = ""
    legal_basis: str = ""


_KINDS: Mapping[str, type[Thing]] = {kind.kind: kind for kind in (Notice, Job, Guide)}


def thing_of(kind: str, data: Mapping[str, Any]) -> Thing:
    return _KINDS[kind].from_data(data)


@dataclass(slots=True)
class HallContent:
    """By id, in the order in which they came. file_digest: of the content of the settings file that
    was last taken in."""

    notices: dict[str, Notice] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    guides: dict[str, Guide] = field(default_factory=dict)
    file_digest: str = ""

    def put(self, thing: Thing) -> None:
        match thing:
            case Notice():
                self.notices[thing.id] = thing
            case Job():
                self.jobs[thing.id] = thing
            case Guide():
                self.guides[thing.id] = thing

    def of(self, kind: Kind) -> Mapping[str, Thing]:
        return self._all[kind]

    def remove(self, kind: Kind, thing: str) -> None:
        self._all[kind].pop(thing, None)

    @property
    def _all(self) -> dict[Kind, dict[str, Any]]:
        return {"notice": self.notices, "job": self.jobs, "guide": self.guides}


def content_digest(things: tuple[Thing, ...]) -> str:
    """Of what the settings file says; empty for nothing."""
    if not things:
        return ""
    said = [[thing.kind, thing.to_data()] for thing in things]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --- what is asked --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeInContent:
    """What the settings file says; it counts when it says something else than the last time."""

    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class PutContent:
    """Adds a thing, or changes the one with its id."""

    thing: Thing


@dataclass(frozen=True, slots=True)
class RemoveContent:
    kind: Kind
    id: str


ContentCommand = PutContent | RemoveContent


# --- what happened --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ContentTakenIn(Event):
    """All that the settings file says, in place of whatever there was. things: [kind, data]."""

    digest: str
    things: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True, slots=True)
class ContentPut(Event):
    kind: str
    id: str
    thing: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ContentRemoved(Event):
    kind: str
    id: str
