"""What speaks for a living person and against: one cue each, with its value and verdict. Pure.

How each cue weighs is a setting; what they come to together is decided in `deciding`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    GOOD = "good"
    UNCLEAR = "unclear"  # could not be measured, or too near the limit
    BAD = "bad"


class Weight(StrEnum):
    """What a cue may do. must: bad ends the check, unclear leaves it to a clerk. clerk: bad or
    unclear leaves it to a clerk. log: is written down and decides nothing. off: is not measured."""

    MUST = "must"
    CLERK = "clerk"
    LOG = "log"
    OFF = "off"


class CueName(StrEnum):
    ACTIONS = "actions"  # the movements asked for came, in order and in time
    CONTINUITY = "continuity"  # one unbroken track of one face
    RELIEF = "relief"  # turning showed depth
    COLOUR = "colour"  # the face's colour followed the screen's
    FROZEN = "frozen"  # no picture stood still
    LOOP = "loop"  # no movement came twice exactly
    SAME_PERSON = "same_person"  # all frames of the probe show one person


@dataclass(frozen=True, slots=True)
class Cue:
    """value: what was measured, None when it could not be; limit: what it was held against."""

    name: CueName
    verdict: Verdict
    value: float | None
    limit: float
    detail: str = ""

    def as_json(self, weight: Weight) -> dict[str, object]:
        value = None if self.value is None else round(self.value, 4)
        return {
            "name": self.name.value,
            "verdict": self.verdict.value,
            "value": value,
            "limit": self.limit,
            "weight": weight.value,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class CueWeights:
    """One for each CueName. colour: until a site has measured how much its screen shows on faces
    under its own lamps, an unclear answer goes to a clerk and refuses nobody."""

    actions: Weight = Weight.MUST
    continuity: Weight = Weight.MUST
    relief: Weight = Weight.MUST
    colour: Weight = Weight.CLERK
    frozen: Weight = Weight.MUST
    loop: Weight = Weight.MUST
    same_person: Weight = Weight.MUST

    def __post_init__(self) -> None:
        if Weight.OFF in (self.actions, self.continuity):
            raise ValueError("actions and continuity cannot be off: nothing would be proved")

    def of(self, name: CueName) -> Weight:
        weight: Weight = getattr(self, name.value)
        return weight


@dataclass(frozen=True, slots=True)
class CueLimits:
    """Measured on research sets and a handful of films; every value is logged, so that a site can
    set its own. relief: of `depth`; flat photos stayed ≤ 0.028, photos bent as round a bottle ≤
    0.037 (0.045 once), heads that turned well reached ≥ 0.038, one that turned little 0.018.
    Between, a clerk sees. Paper bent as much as a face is (radius: two thirds of its width) reached
    0.047: the other cues stand against that.
    longest_gap_s: without the face. overlap: of the face's boxes from frame to frame.
    freeze_s: of pictures without any change. loop: difference of two stretches of one track, in eye
    distances, while the head moved by loop_moved. same_person: distance of two descriptors."""

    relief: float = 0.040
    relief_unclear: float = 0.018
    longest_gap_s: float = 0.3
    overlap: float = 0.3
    freeze_s: float = 0.4
    loop: float = 0.010
    loop_moved: float = 0.05
    loop_window_s: float = 0.8
    same_person: float = 0.62
    same_person_unclear: float = 0.56
    colour: float = 0.6
    colour_against: float = 0.2
    colour_least: float = 0.003


@dataclass(frozen=True, slots=True)
class LivenessSettings:
    """eye_blink: offered instead of opening the mouth. settle_s: how long the person looks straight
    before the first movement."""

    weights: CueWeights = field(default_factory=CueWeights)
    limits: CueLimits = field(default_factory=CueLimits)
    actions: int = 2
    action_s: float = 10.0
    whole_s: float = 60.0
    settle_s: float = 0.6
    eye_blink: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.actions <= 4:
            raise ValueError("actions must be 1 to 4")
        if self.action_s <= 0 or self.whole_s < self.action_s or self.settle_s <= 0:
            raise ValueError("action_s, whole_s and settle_s must be more than 0, whole_s greatest")
