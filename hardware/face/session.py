"""One face check from the first frame to the last: what is asked of the person, and the cues. Pure.

Frames in as what the engine saw in them, prompts out. Holds no picture: whoever runs it keeps those
frames that a prompt says to keep, which are all inside the challenge, and wipes them.
"""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from hardware.face.actions import (
    MOUTH_OPEN,
    STRAIGHT,
    TURNS,
    Action,
    Baseline,
    Watcher,
    WrongTurns,
    straightest,
)
from hardware.face.colour import WHITE, ColourPlan, Rgb
from hardware.face.cues import Cue, CueName, LivenessSettings, Verdict, Weight
from hardware.face.depth import Depth
from hardware.face.engine import Face
from hardware.face.geometry import Measures, Points, measure
from hardware.face.matching import PROBE_FRAMES
from hardware.face.quality import Advice, GateLimits, judge, large_faces
from hardware.face.track import Track

_GOOD_S = 0.3  # so long in a row a good picture, and the challenge begins
_WRONG_TURNS = 2  # left and right are easily mistaken
_PATIENCE_S = 0.6  # so long a calm face is waited for; then any good frame does
_CALM_EYES = 0.8  # of the openness at the beginning
_FURTHER_S = 4.0  # so long a last turn that showed too little depth may be made again, further


class Stage(StrEnum):
    PLACE = "place"  # the person finds their place; advice
    STILL = "still"  # looks straight ahead; the baseline
    COLOUR = "colour"  # goes on looking while the screen changes colour
    ACT = "act"
    CENTRE = "centre"  # back to straight ahead
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Prompt:
    """step: which movement, from 0. left_s: for this stage; None where it ends by itself. tint:
    what the screen shows. keep: this frame is one to compare. extended: how often more time was
    given."""

    stage: Stage
    advice: Advice | None
    action: Action | None
    step: int
    left_s: float | None
    tint: Rgb
    keep: bool
    extended: int


class Session:
    """actions: in the order asked. One thread; at_s never goes back."""

    def __init__(
        self,
        actions: Sequence[Action],
        chance: random.Random,
        settings: LivenessSettings,
        gate: GateLimits,
    ) -> None:
        self.actions, self._settings, self._gate = tuple(actions), settings, gate
        self._colour = ColourPlan(chance)
        self._track = Track(settings.limits)
        self._stage, self._step = Stage.PLACE, 0
        self._began_s: float | None = None
        self._stage_s = 0.0
        self._good_since_s: float | None = None
        self._still: list[tuple[Measures, Points]] = []
        self._colours: list[tuple[float, Rgb]] = []
        self._baseline: Baseline | None = None
        self._depth = Depth()
        self._watchers: list[Watcher] = []
        self._seen: Measures | None = None  # in the last frame
        self._wrong_turns = WrongTurns()
        self._turn_made_s: float | None = None
        self._kept = 0
        self._wanted_here = 0
        self._failed = ""
        self._more_time = threading.Event()
        self._extended = 0

    @property
    def stage(self) -> Stage:
        return self._stage

    @property
    def failed(self) -> str:
        """Why the movements were not made: `too_slow`, `wrong_turn`, `ended`; empty: they were."""
        return self._failed

    def feed(self, faces: tuple[Face, ...], size_px: tuple[int, int], at_s: float) -> Prompt:
        """Once it is over, the same prompt for ever."""
        if self._stage is Stage.DONE:
            return self._prompt(None, at_s)
        if self._began_s is None:
            self._began_s = self._stage_s = at_s
        if self._stage in (Stage.ACT, Stage.CENTRE):
            self._extend(at_s)
        quality = judge(faces, size_px, self._gate)
        keep = False
        if self._stage is not Stage.PLACE:
            self._track.feed(large_faces(faces, self._gate), at_s)
        if at_s - self._began_s > self._settings.whole_s:
            self._end("too_slow")
        elif self._track.broken is not None:
            self._end("")
        elif self._stage is Stage.PLACE:
            self._place(faces, quality.good, at_s)
        elif faces:
            keep = self._go_on(faces[0], quality.good, at_s)
        return self._prompt(quality.advice, at_s, keep)

    def more_time(self) -> None:
        """From any thread: the movement's time begins anew. Who needs longer gets longer."""
        self._more_time.set()

    def _extend(self, at_s: float) -> None:
        if self._more_time.is_set() and self._began_s is not None:
            self._more_time.clear()
            self._began_s += at_s - self._stage_s
            self._stage_s, self._extended = at_s, self._extended + 1

    def end(self) -> None:
        """No more frames will come. A last turn that was made has been made, however deep."""
        if self._stage is not Stage.DONE:
            last = self._step == len(self.actions) - 1
            self._end("" if last and self._turn_made_s is not None else "ended")

    def _prompt(self, advice: Advice | None, at_s: float, keep: bool = False) -> Prompt:
        acting = self._stage is Stage.ACT
        tint = WHITE
        if self._stage is Stage.COLOUR:
            tint = self._colour.tint(at_s - self._stage_s)
        timed = self._stage in (Stage.ACT, Stage.CENTRE)
        left_s = self._settings.action_s - (at_s - self._stage_s) if timed else None
        action = self.actions[self._step] if acting else None
        return Prompt(self._stage, advice, action, self._step, left_s, tint, keep, self._extended)

    def _enter(self, stage: Stage, at_s: float) -> None:
        self._stage, self._stage_s, self._turn_made_s = stage, at_s, None
        parts_left = len(self.actions) - self._step + (stage is Stage.STILL)
        self._wanted_here = math.ceil((PROBE_FRAMES - self._kept) / max(parts_left, 1))

    def _end(self, why: str) -> None:
        self._failed, self._stage = why, Stage.DONE

    # --- stages ---------------------------------------------------------------------------------

    def _place(self, faces: tuple[Face, ...], good: bool, at_s: float) -> None:
        if not good:
            self._good_since_s = None
            self._still.clear()
            return
        self._still.append((measure(faces[0].points), faces[0].points))
        self._good_since_s = at_s if self._good_since_s is None else self._good_since_s
        if at_s - self._good_since_s >= _GOOD_S:
            self._enter(Stage.STILL, at_s)

    def _go_on(self, face: Face, good: bool, at_s: float) -> bool:
        """Whether the frame is one to keep."""
        measures = self._seen = measure(face.points)
        base = self._baseline
        if base is not None:
            self._depth.note(face.points, base.turned(measures), base.lowered(measures))
        if self._stage is Stage.STILL:
            return self._still_frame(face, measures, good, at_s)
        if self._stage is Stage.COLOUR:
            self._colour_frame(face, at_s)
            return False
        if self._stage is Stage.ACT:
            self._act(measures, at_s)
            return False
        return self._centre(measures, good, at_s)

    def _still_frame(self, face: Face, measures: Measures, good: bool, at_s: float) -> bool:
        if good:
            self._still.append((measures, face.points))
        long_enough = at_s - self._stage_s >= self._settings.settle_s
        if not long_enough or len(self._still) < 3:
            self._out_of_time(at_s)
            return good and self._keep()
        self._baseline = Baseline.of([m for m, _ in self._still])
        self._depth.begin(np.median(np.stack([p for _, p in self._straightest()]), axis=0))
        coloured = self._settings.weights.colour is not Weight.OFF
        self._enter(Stage.COLOUR if coloured else Stage.ACT, at_s)
        self._watch()
        return False

    def _straightest(self) -> list[tuple[Measures, Points]]:
        """The half of them: a head that still swings leaves no slanted ground to measure from."""
        seen = sorted(self._still, key=lambda one: abs(one[0].yaw))
        return seen[: straightest(len(seen))]

    def _colour_frame(self, face: Face, at_s: float) -> None:
        self._colours.append((at_s - self._stage_s, face.light.colour))
        if at_s - self._stage_s >= self._colour.length_s:
            self._enter(Stage.ACT, at_s)

    def _watch(self) -> None:
        """The movement asked for, and both turns: a wrong one tells of a film."""
        if self._baseline is not None:
            asked = self.actions[self._step]
            self._watchers = [
                Watcher(a, self._baseline, self._seen)
                for a in (asked, *TURNS)
                if a is asked or asked in TURNS
            ]
            self._watchers = [
                w for i, w in enumerate(self._watchers) if i == 0 or w.action != asked
            ]

    def _act(self, measures: Measures, at_s: float) -> None:
        asked, base = self.actions[self._step], self._baseline
        made = [w.action for w in self._watchers if w.done(measures, at_s)]
        turned = 0.0 if base is None else base.turned(measures)
        if asked in TURNS and asked in made and self._turn_made_s is None:
            self._turn_made_s = at_s
        if (asked in made and asked not in TURNS) or self._turn_ends(at_s):
            self._enter(Stage.CENTRE, at_s)
        elif made and asked not in made and self._turn_made_s is None:
            self._wrong_turns.made()
            self._watch()
        else:
            self._out_of_time(at_s)
        self._wrong_turns.feed(turned, at_s)
        if self._wrong_turns.count > _WRONG_TURNS:
            self._end("wrong_turn")

    def _turn_ends(self, at_s: float) -> bool:
        """Made, and depth was shown, or another turn will, or this one had its time to."""
        if self._turn_made_s is None:
            return False
        another = any(action in TURNS for action in self.actions[self._step + 1 :])
        over = at_s >= min(self._turn_made_s + _FURTHER_S, self._stage_s + self._settings.action_s)
        return another or over or self._depth.shown(self._settings.limits)

    def _centre(self, measures: Measures, good: bool, at_s: float) -> bool:
        patient = at_s - self._stage_s <= _PATIENCE_S
        keep = good and (not patient or self._calm(measures)) and self._keep()
        if self._wanted_here == 0:
            self._next(at_s)
        else:
            self._out_of_time(at_s)
        return keep

    def _calm(self, measures: Measures) -> bool:
        """Straight ahead, mouth and eyes as at the beginning: frames that compare best."""
        base = self._baseline
        return base is not None and (
            abs(base.turned(measures)) <= STRAIGHT
            and measures.mouth_gap - base.mouth_gap <= MOUTH_OPEN / 2
            and measures.eye_openness >= _CALM_EYES * base.eye_openness
        )

    def _keep(self) -> bool:
        """Frames to compare come from every part of the check: all of it is one person."""
        if self._wanted_here == 0:
            return False
        self._kept, self._wanted_here = self._kept + 1, self._wanted_here - 1
        return True

    def _next(self, at_s: float) -> None:
        if self._step == len(self.actions) - 1:
            self._stage = Stage.DONE
            return
        self._step += 1
        self._enter(Stage.ACT, at_s)
        self._watch()

    def _out_of_time(self, at_s: float) -> None:
        if at_s - self._stage_s > self._settings.action_s:
            self._end("too_slow")

    # --- cues -----------------------------------------------------------------------------------

    def cues(self) -> tuple[Cue, ...]:
        """All but `same_person`, which needs descriptors; those that are off are left out."""
        weights = self._settings.weights
        found = (
            self._actions_cue(),
            self._track.continuity(),
            *self._depth_cue(),
            self._colour.judge(self._colours, self._settings.limits),
            self._track.frozen(),
            self._track.loop(),
        )
        return tuple(cue for cue in found if weights.of(cue.name) is not Weight.OFF)

    def _depth_cue(self) -> tuple[Cue, ...]:
        """Where no movement was asked for that shows depth, a head that moved and stayed flat is
        still a question for a clerk."""
        cue = self._depth.judge(self._settings.limits)
        if any(action in (*TURNS, Action.NOD) for action in self.actions):
            return (cue,)
        return (replace(cue, verdict=Verdict.UNCLEAR),) if cue.verdict is Verdict.BAD else ()

    def _actions_cue(self) -> Cue:
        made = self._step + (self._stage is Stage.DONE and not self._unfinished)
        wanted = float(len(self.actions))
        verdict = Verdict.GOOD if made >= wanted else Verdict.BAD
        return Cue(CueName.ACTIONS, verdict, float(made), wanted, self._failed)

    @property
    def _unfinished(self) -> bool:
        return bool(self._failed) or self._track.broken is not None
