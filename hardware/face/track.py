"""One face followed through a check: unbroken, alone, moving, never twice the same. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.face.cues import Cue, CueLimits, CueName, Verdict
from hardware.face.engine import Face
from hardware.face.geometry import trace

_GRID_HZ = 20.0
_STRANGERS_IN_A_ROW = 2  # one frame with a second face may be a slip of the detector


@dataclass(frozen=True, slots=True)
class Broken:
    """Why the track ended: `gap`, `jump` or `two_faces`; value: seconds, overlap or faces."""

    why: str
    value: float


class Track:
    """Feed it every frame from the challenge's beginning on."""

    def __init__(self, limits: CueLimits) -> None:
        self._limits = limits
        self._last: Face | None = None
        self._seen_s = self._looked_s = 0.0
        self._changed_s = 0.0
        self._strangers = 0
        self._times: list[float] = []
        self._traces: list[NDArray[np.float64]] = []
        self.longest_gap_s = 0.0
        self.longest_freeze_s = 0.0
        self.longest_pause_s = 0.0  # between two looks that both saw the face: our own slowness
        self.broken: Broken | None = None

    def feed(self, faces: tuple[Face, ...], at_s: float) -> None:
        """faces: those large enough to count, largest first."""
        if self._last is None and faces:
            self._start(faces[0], at_s)
            return
        unseen_s = at_s - self._seen_s
        if faces and self._looked_s == self._seen_s:
            self.longest_pause_s = max(self.longest_pause_s, unseen_s)
        else:
            self.longest_gap_s = max(self.longest_gap_s, unseen_s)
        self._looked_s = at_s
        if self.longest_gap_s > self._limits.longest_gap_s:
            self._break("gap", self.longest_gap_s)
        self._strangers = self._strangers + 1 if len(faces) > 1 else 0
        if self._strangers >= _STRANGERS_IN_A_ROW:
            self._break("two_faces", float(len(faces)))
        if faces:
            self._follow(faces[0], at_s)

    def _start(self, face: Face, at_s: float) -> None:
        self._last, self._seen_s, self._changed_s = face, at_s, at_s
        self._looked_s = at_s
        self._note(face, at_s)

    def _follow(self, face: Face, at_s: float) -> None:
        last = self._last
        if last is None:
            return
        overlap = last.box.overlap(face.box)
        if overlap < self._limits.overlap:
            self._break("jump", overlap)
        if _differ(last, face):
            self._changed_s = at_s
        self.longest_freeze_s = max(self.longest_freeze_s, at_s - self._changed_s)
        self._last, self._seen_s = face, at_s
        self._note(face, at_s)

    def _note(self, face: Face, at_s: float) -> None:
        self._times.append(at_s)
        self._traces.append(trace(face.points))

    def _break(self, why: str, value: float) -> None:
        if self.broken is None:
            self.broken = Broken(why, value)

    def continuity(self) -> Cue:
        limit = self._limits.longest_gap_s
        if self._too_short:
            return Cue(CueName.CONTINUITY, Verdict.UNCLEAR, None, limit, "too_few_frames")
        if self.broken is None:
            value = max(self.longest_gap_s, self.longest_pause_s)
            if value > limit:
                return Cue(CueName.CONTINUITY, Verdict.UNCLEAR, value, limit, "slow_machine")
            return Cue(CueName.CONTINUITY, Verdict.GOOD, value, limit)
        why = self.broken.why
        return Cue(CueName.CONTINUITY, Verdict.BAD, self.broken.value, limit, why)

    @property
    def _too_short(self) -> bool:
        """A face seen once or twice, or a still: nothing that needs time was measured."""
        length_s = self._times[-1] - self._times[0] if self._times else 0.0
        return self.broken is None and length_s < self._limits.freeze_s

    def frozen(self) -> Cue:
        limit, value = self._limits.freeze_s, self.longest_freeze_s
        if self._too_short:
            return Cue(CueName.FROZEN, Verdict.UNCLEAR, None, limit, "too_few_frames")
        return Cue(CueName.FROZEN, Verdict.BAD if value >= limit else Verdict.GOOD, value, limit)

    def loop(self) -> Cue:
        limit = self._limits.loop
        if self._too_short:
            return Cue(CueName.LOOP, Verdict.UNCLEAR, None, limit, "too_few_frames")
        value = repeated(np.array(self._times), np.array(self._traces), self._limits)
        verdict = Verdict.BAD if value is not None and value <= limit else Verdict.GOOD
        return Cue(CueName.LOOP, verdict, value, limit)


def _differ(one: Face, other: Face) -> bool:
    """Noise of a live camera changes every frame's colour a little; a frozen one changes none."""
    return one.light.colour != other.light.colour or not np.array_equal(one.points, other.points)


def repeated(
    times_s: NDArray[np.float64], traces: NDArray[np.float64], limits: CueLimits
) -> float | None:
    """The least mean difference of two stretches of `loop_window_s`, both with movement, the second
    at least a window later; in eye distances. None where too little moved to tell."""
    if len(times_s) < 2 or times_s[-1] - times_s[0] < 2 * limits.loop_window_s:
        return None
    grid = np.arange(times_s[0], times_s[-1], 1 / _GRID_HZ)
    even = np.stack([np.interp(grid, times_s, column) for column in traces.T], axis=1)
    window = round(limits.loop_window_s * _GRID_HZ)
    moved = _movement(even, window)
    least: float | None = None
    for lag in range(window, len(even) - window):
        apart = np.abs(even[lag:] - even[:-lag]).mean(axis=1)
        together = np.convolve(apart, np.ones(window) / window, "valid")
        live = (moved[: len(together)] > limits.loop_moved) & (moved[lag:] > limits.loop_moved)
        if live.any():
            found = float(together[live].min())
            least = found if least is None else min(least, found)
    return least


def _movement(even: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """For each beginning of a window: how far the points range within it, in the mean."""
    views = np.lib.stride_tricks.sliding_window_view(even, window, axis=0)
    ranges: NDArray[np.float64] = np.ptp(views, axis=2).mean(axis=1)
    return ranges
