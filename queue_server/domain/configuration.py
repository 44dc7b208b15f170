"""Changes to how a hall works while it is open: what a manager may ask for.

Each leads to one `hall_configured` with the whole of the new rules and, as `change`, what was
asked. They hold until the settings file itself changes (see decide/configuration.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from queue_server.domain.rules import PriorityClass, Skill


@dataclass(frozen=True, slots=True)
class ChangeSkills:
    """What stays None stays as it is; stands_in_for "" ends standing in."""

    window: str
    skills: tuple[Skill, ...] | None = None
    first_classes: tuple[str, ...] | None = None
    stands_in_for: str | None = None


@dataclass(frozen=True, slots=True)
class PauseService:
    """No more numbers; those who wait stay."""

    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResumeService:
    service: str


@dataclass(frozen=True, slots=True)
class PutClass:
    """A new priority class, or another rate and name for one there is."""

    priority_class: PriorityClass


@dataclass(frozen=True, slots=True)
class ChangeDispatch:
    """settings: names and values of DispatchSettings; those not named stay."""

    settings: tuple[tuple[str, int | bool], ...]


ConfigurationCommand = ChangeSkills | PauseService | ResumeService | PutClass | ChangeDispatch
