"""The screen-colour challenge: soft colours in random order, and whether the face follows. Pure.

For photosensitive people: no saturated red, every change takes a quarter of a second, fewer than
one and a half changes in a second (WCAG 2.3.1 allows three flashes).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hardware.face.cues import Cue, CueLimits, CueName, Verdict

Rgb = tuple[float, float, float]  # 0–255

STEP_S = 0.75
RAMP_S = 0.25
STEPS = 4
WHITE: Rgb = (255.0, 255.0, 255.0)
PALETTE: tuple[Rgb, ...] = ((255, 186, 150), (160, 255, 180), (160, 190, 255), (255, 240, 150))
_LAGS_S = np.arange(0.0, 0.45, 0.05)  # of screen, camera and reading
_FEWEST_FRAMES = 15


class ColourPlan:
    """Which colour the screen shows when; times count from the challenge's beginning."""

    def __init__(self, chance: random.Random) -> None:
        self._steps: list[Rgb] = chance.sample(PALETTE, STEPS)

    @property
    def length_s(self) -> float:
        return STEP_S * STEPS

    def tint(self, since_s: float) -> Rgb:
        if not 0 <= since_s < self.length_s:
            return WHITE
        index = int(since_s / STEP_S)
        share = min((since_s - index * STEP_S) / RAMP_S, 1.0)
        before = self._steps[index - 1] if index else WHITE
        red, green, blue = (
            a + (b - a) * share for a, b in zip(before, self._steps[index], strict=True)
        )
        return red, green, blue

    def judge(self, seen: Sequence[tuple[float, Rgb]], limits: CueLimits) -> Cue:
        """seen: seconds since the beginning and the face's mean colour."""
        if len(seen) < _FEWEST_FRAMES:
            return Cue(CueName.COLOUR, Verdict.UNCLEAR, None, limits.colour, "too_few_frames")
        times = np.array([at for at, _ in seen])
        face = _chroma(np.array([colour for _, colour in seen]))
        likeness, strength = max(self._followed(times, face, lag) for lag in _LAGS_S)
        if strength < limits.colour_least:
            verdict = Verdict.UNCLEAR
        elif likeness >= limits.colour:
            verdict = Verdict.GOOD
        else:
            verdict = Verdict.BAD if likeness < limits.colour_against else Verdict.UNCLEAR
        detail = f"strength {strength:.4f}"
        return Cue(CueName.COLOUR, verdict, likeness, limits.colour, detail)

    def _followed(
        self, times: NDArray[np.float64], face: NDArray[np.float64], lag_s: float
    ) -> tuple[float, float]:
        """Correlation of the face's colour with the screen's `lag_s` earlier, and the face's
        spread."""
        shown = _chroma(np.array([self.tint(at - lag_s) for at in times]))
        face, shown = face - face.mean(axis=0), shown - shown.mean(axis=0)
        size = float(np.linalg.norm(face) * np.linalg.norm(shown))
        likeness = float((face * shown).sum()) / size if size > 0 else 0.0
        return likeness, float(face.std())


def _chroma(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Red and green as shares of the whole: brightness, which moves with the head, drops out."""
    shares: NDArray[np.float64] = colours[:, :2] / np.maximum(colours.sum(axis=1)[:, None], 1.0)
    return shares
