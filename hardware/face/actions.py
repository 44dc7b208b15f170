"""The movements a person is asked for: drawn at random, and watched for against a baseline. Pure.

Everything is measured against how this person looked straight ahead a moment ago: eyes, noses and
mouths differ, and a fixed figure would shut people out.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median, pvariance

from hardware.face.geometry import Measures


class Action(StrEnum):
    TURN_LEFT = "turn_left"  # the person's own left
    TURN_RIGHT = "turn_right"
    NOD = "nod"
    OPEN_MOUTH = "open_mouth"
    BLINK = "blink"


TURNS = (Action.TURN_LEFT, Action.TURN_RIGHT)
OTHERS = (Action.NOD, Action.OPEN_MOUTH)

# How far from the baseline, in the units of Measures.
TURNED = 0.15  # about 11 degrees; what photos show of that is left to the depth
STRAIGHT = 0.12
NODDED = 0.10
MOUTH_OPEN = 0.13
EYES_SHUT = 0.72  # of the rolling 85th percentile
LONGEST_BLINK_S = 0.6
BACK_S = 0.3  # so long straight ahead, and a turn is over
_USUAL_YAW = 0.04  # standard deviation of people who look straight ahead, noses as they are
_IN_A_ROW = 2  # a single frame may be a slip of the landmarks


def draw(count: int, chance: random.Random, blink: bool = False) -> tuple[Action, ...]:
    """`count` different movements in random order; a turn is always among them, because only a
    turn shows depth. blink: instead of opening the mouth."""
    others = [Action.NOD, Action.BLINK if blink else Action.OPEN_MOUTH]
    first = chance.choice(TURNS)
    rest = [a for a in (*TURNS, *others) if a is not first]
    drawn = [first, *chance.sample(rest, count - 1)]
    chance.shuffle(drawn)
    return tuple(drawn)


def straightest(count: int) -> int:
    """How many of so many frames, straightest first, show what straight ahead is."""
    return max(3, count // 2)


@dataclass(frozen=True, slots=True)
class Baseline:
    """How this person looks straight ahead."""

    yaw: float
    pitch: float
    mouth_gap: float
    eye_openness: float

    @classmethod
    def of(cls, seen: Sequence[Measures]) -> Baseline:
        """yaw: of the half that looks straightest, and the nearer to 0 the more the head still
        swings: what it swings by says little of how this person looks straight ahead."""
        yaws = sorted((m.yaw for m in seen), key=abs)
        trust = _USUAL_YAW**2 / (_USUAL_YAW**2 + pvariance(yaws))
        return cls(
            trust * median(yaws[: straightest(len(yaws))]),
            median(m.pitch for m in seen),
            median(m.mouth_gap for m in seen),
            median(m.eye_openness for m in seen),
        )

    def turned(self, measures: Measures) -> float:
        """How far the head is turned, positive to the person's own left."""
        return measures.yaw - self.yaw

    def lowered(self, measures: Measures) -> float:
        """How far the head is lowered, in eye distances."""
        return measures.pitch - self.pitch


class Watcher:
    """Tells when one movement was made; feed it every frame. before: the frame before the first;
    a slow machine may miss the moment between straight ahead and the turn."""

    def __init__(self, action: Action, baseline: Baseline, before: Measures | None = None) -> None:
        self.action = action
        self.reached = 0.0  # the furthest so far, in the movement's own unit
        self._baseline = baseline
        self._in_a_row = 0
        self._began_straight = before is not None and abs(baseline.turned(before)) <= STRAIGHT
        self._lowered = False
        self._eyes: deque[float] = deque(maxlen=60)
        self._shut_at_s: float | None = None

    def done(self, measures: Measures, at_s: float) -> bool:
        if self.action is Action.BLINK:
            return self._ahead(measures) and self._blinked(measures.eye_openness, at_s)
        value, wanted = self._value(measures)
        self.reached = max(self.reached, value)
        if self.action in TURNS:
            return self._turned(value, wanted)
        self._in_a_row = self._in_a_row + 1 if value >= wanted else 0
        if self.action is Action.NOD:
            self._lowered = self._lowered or self._in_a_row >= _IN_A_ROW
            return self._lowered and value <= wanted / 2
        return self._in_a_row >= _IN_A_ROW

    def _ahead(self, measures: Measures) -> bool:
        """Eyes narrow on any picture that is tilted."""
        base = self._baseline
        ahead = abs(base.turned(measures)) <= STRAIGHT and abs(base.lowered(measures)) < NODDED
        if not ahead:
            self._shut_at_s = None
        return ahead

    def _value(self, measures: Measures) -> tuple[float, float]:
        base = self._baseline
        if self.action is Action.TURN_LEFT:
            return base.turned(measures), TURNED
        if self.action is Action.TURN_RIGHT:
            return -base.turned(measures), TURNED
        if self.action is Action.NOD:
            return base.lowered(measures), NODDED
        return measures.mouth_gap - base.mouth_gap, MOUTH_OPEN

    def _turned(self, value: float, wanted: float) -> bool:
        """From straight ahead to the side: one who was turned already has not followed."""
        self._began_straight = self._began_straight or abs(value) <= STRAIGHT
        self._in_a_row = self._in_a_row + 1 if value >= wanted else 0
        return self._began_straight and self._in_a_row >= _IN_A_ROW

    def _blinked(self, openness: float, at_s: float) -> bool:
        """Shut and open again, within the time a blink takes."""
        self._eyes.append(openness)
        ordered = sorted(self._eyes)
        usual = ordered[int(0.85 * (len(ordered) - 1))]
        share = openness / usual if usual > 0 else 1.0
        self.reached = max(self.reached, 1 - share)
        if share < EYES_SHUT:
            self._shut_at_s = at_s if self._shut_at_s is None else self._shut_at_s
            return False
        began_s, self._shut_at_s = self._shut_at_s, None
        return began_s is not None and at_s - began_s <= LONGEST_BLINK_S


class WrongTurns:
    """Counts turns to the side that was not asked for: each once, from straight ahead until the
    head has been straight ahead again for BACK_S. Landmarks bounce within one turn."""

    def __init__(self) -> None:
        self.count = 0
        self._away = False
        self._straight_since_s: float | None = None

    def made(self) -> None:
        self.count += not self._away
        self._away = True

    def feed(self, turned: float, at_s: float) -> None:
        """turned: as `Baseline.turned`; every frame, after `made`."""
        if abs(turned) > STRAIGHT:
            self._straight_since_s = None
            return
        if self._straight_since_s is None:
            self._straight_since_s = at_s
        self._away = self._away and at_s - self._straight_since_s < BACK_S
