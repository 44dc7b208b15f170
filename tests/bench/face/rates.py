"""Error rates of a matcher as ISO/IEC 19795-1 names them, intervals by bootstrap over people.

Pure: scores in (higher is more alike), figures out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FMRS = (1e-2, 1e-3, 1e-4)
_DRAWS = 200
_SEED = 19795
_MOST_IMPOSTORS = 2_000_000


@dataclass(frozen=True)
class Scores:
    """genuine, impostor: the scores; *_people: whose they are, as numbers (an impostor's two)."""

    genuine: Floats
    genuine_people: NDArray[np.int64]
    impostor: Floats
    impostor_people: NDArray[np.int64]


def scores_of(descriptors: Floats, people: Sequence[str], mean: Floats | None) -> Scores:
    """mean None: minus the distance of descriptors as they are. Else the centred cosine."""
    _, numbers = np.unique(np.array(people), return_inverse=True)
    matrix = _alike(descriptors, mean)
    first, second = np.triu_indices(len(descriptors), 1)
    same = numbers[first] == numbers[second]
    values = matrix[first, second]
    strangers = np.flatnonzero(~same)
    if len(strangers) > _MOST_IMPOSTORS:
        chance = np.random.default_rng(_SEED)
        strangers = chance.choice(strangers, _MOST_IMPOSTORS, replace=False)
    pairs = np.stack([numbers[first], numbers[second]], axis=1)
    return Scores(values[same], numbers[first][same], values[strangers], pairs[strangers])


def _alike(descriptors: Floats, mean: Floats | None) -> Floats:
    if mean is None:
        squares = (descriptors**2).sum(axis=1)
        apart = squares[:, None] + squares[None, :] - 2 * descriptors @ descriptors.T
        return -np.sqrt(np.maximum(apart, 0.0))
    centred = descriptors - mean
    centred = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)
    alike: Floats = centred @ centred.T
    return alike


def report(scores: Scores) -> dict[str, object]:
    """FMR and FNMR along the threshold, EER, and what is accepted at each false-match rate."""
    ordered = np.sort(scores.impostor)
    return {
        "genuine_pairs": len(scores.genuine),
        "impostor_pairs": len(scores.impostor),
        "eer": _eer(scores),
        "tar_at_fmr": {f"{fmr:g}": _tar(scores, ordered, fmr) for fmr in FMRS},
        "at_thresholds": [_at(scores, ordered, t) for t in _thresholds(scores)],
    }


def fmr_at(scores: Scores, threshold: float) -> float:
    return float(np.mean(scores.impostor >= threshold))


def fnmr_at(scores: Scores, threshold: float) -> float:
    return float(np.mean(scores.genuine < threshold))


def _thresholds(scores: Scores) -> list[float]:
    low, high = float(scores.impostor.min()), float(scores.genuine.max())
    return [float(v) for v in np.linspace(low, high, 12)[1:-1]]


def _at(scores: Scores, ordered: Floats, threshold: float) -> dict[str, float]:
    above = len(ordered) - np.searchsorted(ordered, threshold, "left")
    return {
        "threshold": round(threshold, 4),
        "fmr": float(above / len(ordered)),
        "fnmr": round(fnmr_at(scores, threshold), 5),
    }


def _threshold_for(ordered: Floats, fmr: float) -> float:
    """The least threshold that no more than this share of the impostors reach."""
    allowed = int(np.floor(fmr * len(ordered)))
    return float(np.nextafter(ordered[len(ordered) - 1 - min(allowed, len(ordered) - 1)], np.inf))


def _tar(scores: Scores, ordered: Floats, fmr: float) -> dict[str, object]:
    """Too few impostors for a rate (fewer than one expected above) make no figure."""
    if fmr * len(ordered) < 1:
        return {"tar": None, "why": f"only {len(ordered)} impostor pairs"}
    tar = 1 - fnmr_at(scores, _threshold_for(ordered, fmr))
    low, high = _interval(scores, fmr)
    return {
        "tar": round(tar, 4),
        "interval_95": [round(low, 4), round(high, 4)],
        "threshold": round(_threshold_for(ordered, fmr), 4),
    }


def _interval(scores: Scores, fmr: float) -> tuple[float, float]:
    """People drawn anew; each pair counts as often as the people in it were drawn."""
    chance = np.random.default_rng(_SEED)
    count = int(max(scores.impostor_people.max(), scores.genuine_people.max(initial=0))) + 1
    order = np.argsort(scores.impostor)[::-1]
    found = []
    for _ in range(_DRAWS):
        drawn = np.bincount(chance.integers(0, count, count), minlength=count).astype(float)
        weights = drawn[scores.impostor_people].prod(axis=1)[order]
        reached = np.searchsorted(np.cumsum(weights), fmr * weights.sum(), "right")
        threshold = scores.impostor[order[min(reached, len(order) - 1)]]
        own = drawn[scores.genuine_people]
        if own.sum() > 0:
            found.append(float((own * (scores.genuine > threshold)).sum() / own.sum()))
    low, high = np.percentile(found, (2.5, 97.5))
    return float(low), float(high)


def curve(scores: Scores, points: int = 200) -> list[tuple[float, float]]:
    """(FMR, TAR) along the threshold, for the picture."""
    ordered = np.sort(scores.impostor)
    rates = np.logspace(np.log10(1 / len(ordered)), 0, points)
    return [(float(r), 1 - fnmr_at(scores, _threshold_for(ordered, float(r)))) for r in rates]


def _eer(scores: Scores) -> float:
    candidates = np.quantile(
        np.concatenate([scores.genuine, scores.impostor]), np.linspace(0, 1, 800)
    )
    gaps = [(abs(fmr_at(scores, t) - fnmr_at(scores, t)), t) for t in candidates]
    _, threshold = min(gaps)
    return round((fmr_at(scores, threshold) + fnmr_at(scores, threshold)) / 2, 5)
