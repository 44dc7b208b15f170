"""A site's calibration: cohort mean and threshold from its own enrolled photos. Pure.

n photos of n people make n(n−1)/2 pairs of different people, whose scores give the false-match
rate directly (ISO/IEC 19795-1). The pairs share people and are not independent: the confidence
interval is that of a bootstrap over people, not over pairs.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hardware.errors import DeviceError
from hardware.face.engine import Descriptor

TARGET_FMR = 0.001
GREY_FACTOR = 10  # a clerk looks at what ten times as many strangers would reach
_PAIRS_PER_TARGET = 10  # so many pairs above the threshold are expected at the target rate
_BOOTSTRAPS = 400
# Every pair is held at once; so many people make ten million, enough for the least rate of all.
_MOST_PEOPLE = 4500
_SEED = 20250601
_FORMAT = 1
# What of a calibration is plain figures; `people` and `pairs` are whole numbers, `model` a name.
_PLAIN = (
    "model",
    "target_fmr",
    "people",
    "pairs",
    "threshold",
    "grey_threshold",
    "fmr",
    "fmr_low",
    "fmr_high",
)


class TooFewPeople(DeviceError):
    """Not enough enrolled people for the rate aimed at; `data` says how many are missing."""

    code = "too_few_people"


class CalibrationUnusable(DeviceError):
    """What should be a calibration is none, or one of another model."""

    code = "calibration_unusable"


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """threshold, grey_threshold: centred cosines; from the first on a person passes, from the
    second on a clerk looks. fmr_low, fmr_high: the 95 % confidence interval of the false-match rate
    at the threshold."""

    model: str
    target_fmr: float
    people: int
    pairs: int
    threshold: float
    grey_threshold: float
    fmr: float
    fmr_low: float
    fmr_high: float
    cohort_mean: Descriptor

    @property
    def id(self) -> str:
        """The same for the same calibration, and for no other."""
        return hashlib.sha256(_plain_text(self).encode()).hexdigest()[:12]


def people_needed(target_fmr: float) -> int:
    """The least n with n(n−1)/2 pairs, ten of which are expected above the threshold."""
    pairs = _PAIRS_PER_TARGET / target_fmr
    return math.ceil((1 + math.sqrt(1 + 8 * pairs)) / 2)


def calibrate(
    descriptors: NDArray[np.float64], model: str, target_fmr: float = TARGET_FMR
) -> Calibration:
    """descriptors: one row for each person; of very many, 4,500 spread evenly over them all are
    taken. Raises TooFewPeople, ValueError for a rate."""
    if not 1e-6 <= target_fmr <= 0.1:
        raise ValueError(f"the target false-match rate must be 0.000001–0.1, not {target_fmr}")
    if len(descriptors) > _MOST_PEOPLE:
        spread = np.linspace(0, len(descriptors) - 1, _MOST_PEOPLE).round().astype(int)
        descriptors = descriptors[spread]
    needed, people = people_needed(target_fmr), len(descriptors)
    if people < needed:
        missing = needed - people
        raise TooFewPeople(
            "too_few_people",
            people=people,
            needed=needed,
            missing=missing,
        )
    scores = impostor_scores(descriptors)
    threshold = _threshold(scores, target_fmr)
    low, high = _interval(scores >= threshold)
    upper = scores[np.triu_indices(people, 1)]
    return Calibration(
        model=model,
        target_fmr=target_fmr,
        people=people,
        pairs=len(upper),
        threshold=threshold,
        grey_threshold=_threshold(scores, min(target_fmr * GREY_FACTOR, 0.5)),
        fmr=float(np.mean(upper >= threshold)),
        fmr_low=low,
        fmr_high=high,
        cohort_mean=np.round(descriptors.mean(axis=0), 8),
    )


def impostor_scores(descriptors: NDArray[np.float64]) -> NDArray[np.float64]:
    """n × n: the centred cosine of each pair, with the cohort mean of all *others*, as a stranger's
    would be. With x = a − m: a − m' = ((n−1)x + y)/(n−2), so all follow from one Gram matrix."""
    count = len(descriptors)
    centred = descriptors - descriptors.mean(axis=0)
    gram = centred @ centred.T
    squares = np.diag(gram)
    weight = float(count - 1)
    inner = (weight**2 + 1) * gram + weight * (squares[:, None] + squares[None, :])
    size = weight**2 * squares[:, None] + 2 * weight * gram + squares[None, :]
    scores: NDArray[np.float64] = inner / np.sqrt(np.maximum(size * size.T, 1e-30))
    return scores


def _threshold(scores: NDArray[np.float64], fmr: float) -> float:
    """The least score, a hundredth of a hundredth above a pair's, that no more pairs reach."""
    ordered = np.sort(scores[np.triu_indices(len(scores), 1)])[::-1]
    allowed = math.floor(fmr * len(ordered))
    return round(float(ordered[min(allowed, len(ordered) - 1)]) + 1e-4, 6)


def _interval(reached: NDArray[np.bool_]) -> tuple[float, float]:
    """The middle 95 % of the rate over people drawn anew; pairs of one with themselves left out."""
    people = len(reached)
    hits = np.where(np.eye(people, dtype=bool), 0.0, reached.astype(float))
    draws = np.random.default_rng(_SEED).multinomial(people, [1 / people] * people, _BOOTSTRAPS)
    weights = draws.astype(float)
    above = np.einsum("bi,bi->b", weights @ hits, weights)
    pairs = weights.sum(axis=1) ** 2 - (weights**2).sum(axis=1)
    low, high = np.percentile(above / pairs, (2.5, 97.5))
    return float(low), float(high)


def to_json(calibration: Calibration) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "id": calibration.id,
        **{name: getattr(calibration, name) for name in _PLAIN},
        "cohort_mean": [float(v) for v in calibration.cohort_mean],
    }


def _plain_text(calibration: Calibration) -> str:
    held = {name: getattr(calibration, name) for name in _PLAIN}
    return json.dumps([held, [float(v) for v in calibration.cohort_mean]], sort_keys=True)


def from_json(data: Mapping[str, Any]) -> Calibration:
    """Raises CalibrationUnusable for anything else, one that was changed by hand included."""
    try:
        calibration = Calibration(
            model=str(data["model"]),
            people=int(data["people"]),
            pairs=int(data["pairs"]),
            cohort_mean=np.array([float(v) for v in data["cohort_mean"]]),
            **{
                name: float(data[name])
                for name in _PLAIN
                if name not in ("model", "people", "pairs")
            },
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CalibrationUnusable("no_calibration", file="JSON", reason=str(error)) from error
    if data.get("format") != _FORMAT or data.get("id") != calibration.id:
        raise CalibrationUnusable("calibration_changed")
    return calibration
