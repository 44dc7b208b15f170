"""A simulated hall as a file describes it; docs/waits.md explains every key."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

from queue_server.domain.calendar import Calendar, Session
from queue_server.domain.quotas import IssuingSettings
from queue_server.domain.rules import (
    DispatchSettings,
    HallRules,
    MatterRule,
    PriorityClass,
    ServiceRule,
    Skill,
    WindowRule,
)

HALLS = Path(__file__).parent / "halls"


@dataclass(frozen=True)
class ServiceSpec:
    """share: of the people; minutes, spread: mean and coefficient of variation of what a window is
    kept; shape: "log-normal", "gamma" or "mixed" (long_share of them take long_times as long);
    configured_minutes: what the hall's settings say. The rest: shares of calls or of those served.
    """

    id: str
    share: float
    minutes: float
    configured_minutes: float
    spread: float = 0.7
    shape: str = "log-normal"
    long_share: float = 0.2
    long_times: float = 4.0
    no_show: float = 0.05
    transfer_to: str = ""
    transfer_share: float = 0.0
    parked_share: float = 0.0
    then: str = ""
    then_share: float = 0.0


@dataclass(frozen=True)
class ClassSpec:
    id: str
    share: float
    rate: float = 1.0


@dataclass(frozen=True)
class WindowSpec:
    """skills: as in a hall's settings, "B:2" at rank 2; speed: of its clerk, 1.2 takes a fifth
    longer; lunch: local times, when the clerk is away."""

    id: str
    skills: tuple[str, ...]
    speed: float = 1.0
    lunch: tuple[time, time] | None = None
    first_classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class HallSpec:
    """arrivals: weights of the clock hours from `opens` on. day_spread: standard deviation of the
    logarithm of a day's people; monday: how many times as many come. bad_every: on each so-manieth
    day one window never opens (the last test day is always such a day). seconds are means."""

    name: str
    services: tuple[ServiceSpec, ...]
    windows: tuple[WindowSpec, ...]
    classes: tuple[ClassSpec, ...] = (ClassSpec("ordinary", 1.0),)
    train_days: int = 11
    test_days: int = 4
    people_a_day: int = 300
    arrivals: tuple[float, ...] = (1.9, 1.5, 1.0, 0.5, 0.9, 1.2, 0.7, 0.3)
    opens: time = time(9)
    closes: time = time(17)
    day_spread: float = 0.12
    monday: float = 1.2
    early_share: float = 0.05
    gap_s: float = 15.0
    walk_s: float = 25.0
    miss_s: float = 80.0
    comes_back: float = 0.5
    back_minutes: float = 8.0
    pauses_a_day: float = 1.5
    pause_minutes: float = 9.0
    late_minutes: float = 4.0
    afternoon_slower: float = 1.0
    bad_every: int = 0
    dispatch: dict[str, Any] = field(default_factory=dict)

    @property
    def past_midnight(self) -> bool:
        return self.closes <= self.opens

    def rules(self) -> HallRules:
        """The hall's settings, as its server would have them; numbers never stop, so that every
        estimate is made for the same people."""
        week = tuple(range(7))
        calendar = Calendar(
            "Asia/Shanghai",
            time(4),
            self.past_midnight,
            ()
            if self.past_midnight
            else (Session(week, _earlier(self.opens), _later(self.closes)),),
            frozenset(),
            frozenset(),
        )
        return HallRules(
            id="bench",
            calendar=calendar,
            services=tuple(
                ServiceRule(s.id, s.id, s.id, s.id, "ticket", round(s.configured_minutes * 60))
                for s in self.services
            ),
            classes=tuple(PriorityClass(c.id, c.id, c.id, c.rate) for c in self.classes),
            windows=tuple(
                WindowRule(w.id, w.id, w.id, tuple(map(_skill, w.skills)), w.first_classes)
                for w in self.windows
            ),
            matters=tuple(
                MatterRule(f"{s.id}-{n}", s.id, "", "", round(s.configured_minutes * 60))
                for s in self.services
                for n in (1, 2)
            ),
            dispatch=dataclasses.replace(DispatchSettings(), **self.dispatch),
            issuing=IssuingSettings(stop_at="never"),
        )


def _earlier(at: time) -> time:
    return time(at.hour - 1)


def _later(at: time) -> time:
    return time(at.hour + 2) if at.hour < 22 else time(23, 59)


def _skill(text: str) -> Skill:
    service, _, rank = text.partition(":")
    return Skill(service, int(rank or 1))


def load(file: Path) -> HallSpec:
    """Raises ValueError for a key that is not known."""
    told = tomllib.loads(file.read_text(encoding="utf-8"))
    lists = {"services": ServiceSpec, "windows": WindowSpec, "classes": ClassSpec}
    values: dict[str, Any] = {"name": file.stem}
    for key, value in told.items():
        if key in lists:
            values[key] = tuple(_made(lists[key], item, file) for item in value)
        else:
            values[key] = tuple(value) if isinstance(value, list) else value
    return _made(HallSpec, values, file)


def _made(kind: Any, values: dict[str, Any], file: Path) -> Any:
    unknown = values.keys() - {f.name for f in dataclasses.fields(kind)}
    if unknown:
        raise ValueError(f"{file}: not known here: {', '.join(sorted(unknown))}")
    frozen = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return kind(**frozen)


def built_in() -> list[HallSpec]:
    return [load(file) for file in sorted(HALLS.glob("*.toml"))]
