"""The one place where everything measured comes to a decision: pass, grey or reject. Pure.

Read from top to bottom: what ends a check, what leaves it to a clerk, and what is left passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from hardware.face.calibration import Calibration
from hardware.face.cues import Cue, CueWeights, Verdict, Weight
from hardware.face.matching import Match
from hardware.face.quality import Quality

# Raw distances of the dlib descriptor, for a clerk's eyes only: without a calibration nobody
# passes. Measured on East-Asian sets: 1 in 1,000 strangers comes below 0.36.
STRONG_DISTANCE, GREY_DISTANCE = 0.36, 0.42


class Decision(StrEnum):
    PASS = "pass"  # noqa: S105  # no password
    GREY = "grey"  # a clerk confirms
    REJECT = "reject"  # to a window, with the reason


@dataclass(frozen=True, slots=True)
class Decided:
    """score, threshold: centred cosines, or distances when `calibration` is None. reasons: stable
    words for what led to the decision; empty for a pass."""

    decision: Decision
    score: float
    threshold: float
    calibration: str | None
    reasons: tuple[str, ...]


def decide(
    match: Match,
    calibration: Calibration | None,
    quality: Sequence[Quality] = (),
    cues: Sequence[Cue] = (),
    weights: CueWeights | None = None,
) -> Decided:
    """calibration: of the engine's own model. quality: of the pictures that were compared. cues:
    empty where nobody asked for a living person, as in comparing two pictures."""
    likeness, score, threshold, reasons = _likeness(match, calibration)
    alive, why = judge_cues(cues, weights or CueWeights())
    poor = tuple(f"quality_{each.advice}" for each in quality if each.advice is not None)
    pictures = Decision.GREY if poor else Decision.PASS
    worst = max((alive, likeness, pictures), key=_SEVERITY.index)
    held = calibration.id if calibration else None
    told = ((alive, why), (likeness, reasons), (pictures, poor))
    deciding = [word for decision, words in told if decision is worst for word in words]
    return Decided(worst, score, threshold, held, tuple(dict.fromkeys(deciding)))


_SEVERITY = (Decision.PASS, Decision.GREY, Decision.REJECT)


def judge_cues(cues: Sequence[Cue], weights: CueWeights) -> tuple[Decision, tuple[str, ...]]:
    """What the cues of liveness come to. pass: every cue that counts is good. The reasons are those
    that decided: what ended the check (`liveness_…`), else what is doubted or, where it could not
    be measured well, unclear (`unclear_…`)."""
    ended = [c for c in cues if weights.of(c.name) is Weight.MUST and c.verdict is Verdict.BAD]
    doubted = [
        c
        for c in cues
        if weights.of(c.name) in (Weight.MUST, Weight.CLERK) and c.verdict is not Verdict.GOOD
    ]
    if ended:
        return Decision.REJECT, tuple(f"liveness_{cue.name}" for cue in ended)
    reasons = tuple(
        f"{'unclear' if cue.verdict is Verdict.UNCLEAR else 'liveness'}_{cue.name}"
        for cue in doubted
    )
    return (Decision.GREY if doubted else Decision.PASS), reasons


def _likeness(
    match: Match, calibration: Calibration | None
) -> tuple[Decision, float, float, tuple[str, ...]]:
    if calibration is None or match.cosine is None:
        if match.distance > GREY_DISTANCE:
            return Decision.REJECT, match.distance, GREY_DISTANCE, ("not_alike", "uncalibrated")
        strong = ("strong",) if match.distance <= STRONG_DISTANCE else ()
        return Decision.GREY, match.distance, GREY_DISTANCE, ("uncalibrated", *strong)
    if match.cosine >= calibration.threshold:
        return Decision.PASS, match.cosine, calibration.threshold, ()
    if match.cosine >= calibration.grey_threshold:
        return Decision.GREY, match.cosine, calibration.threshold, ("nearly_alike",)
    return Decision.REJECT, match.cosine, calibration.threshold, ("not_alike",)
