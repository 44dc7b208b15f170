"""What descriptors of a folder's people say of the matcher: raw on everybody, raw and calibrated on
the test half. Calibration people are never test people.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hardware.errors import DeviceError
from hardware.face.calibration import calibrate
from tests.bench.face import roc
from tests.bench.face.people import Taken
from tests.bench.face.rates import Floats, Scores, at, curve, fmr_at, fnmr_at, report, scores_of

_LEAST_CALIBRATION = 2  # people: the mean of one is that one
_FEW = 20  # people: below, a mean says little of the others
RAW = "全部 raw, everybody"
RAW_TEST, CALIBRATED = "半数 raw, test half", "半数校准 calibrated"


@dataclass(frozen=True, eq=False)
class Halves:
    """ours: which pictures are of calibration people; held: the first picture of each of them."""

    ours: NDArray[np.bool_]
    held: NDArray[np.int64]


def compared(taken: Taken, model: str, out: Path | None) -> dict[str, object]:
    """Nothing where fewer than two people were taken: there is nobody to compare with."""
    if len(set(taken.people)) < 2:
        return {"why_not_compared": "fewer than two people with a usable picture"}
    descriptors = np.stack(taken.descriptors)
    everybody = scores_of(descriptors, taken.people, None)
    figures: dict[str, object] = {"raw": _raw(everybody)}
    curves = {RAW: curve(everybody)}
    halves = halved(taken.people)
    why = _too_few(taken.people, halves)
    if why:
        figures["why_not_calibrated"] = why
    else:
        figures |= _calibrated(descriptors, taken.people, halves, model, curves)
    return figures | _drawn(model, curves, out)


def halved(people: Sequence[str]) -> Halves:
    """Every other person, in an order that has nothing to do with names; those with several
    pictures first, so that both halves have some. The same folder gives the same halves."""
    counts = Counter(people)
    order = sorted(counts, key=lambda p: (-min(counts[p], 2), zlib.crc32(p.encode()), p))
    names, calibration = np.array(people), set(order[1::2])
    ours = np.array([person in calibration for person in people])
    _, first = np.unique(names[ours], return_index=True)
    return Halves(ours, np.flatnonzero(ours)[np.sort(first)])


def _too_few(people: Sequence[str], halves: Halves) -> str:
    if len(halves.held) < _LEAST_CALIBRATION:
        return f"{len(set(people))} people make no two halves of two people each"
    return ""


def _raw(scores: Scores) -> dict[str, object]:
    people = len(scores.pictures)
    fixed = {f"at_distance_{-t:g}": at(scores, t) for t in (-0.6, -0.36)}
    return {"people": people, **report(scores), **fixed}


def _calibrated(
    descriptors: Floats,
    people: Sequence[str],
    halves: Halves,
    model: str,
    curves: dict[str, list[tuple[float, float]]],
) -> dict[str, object]:
    test, names = descriptors[~halves.ours], [str(p) for p in np.array(people)[~halves.ours]]
    held = descriptors[halves.held]
    raw = scores_of(test, names, None)
    centred = scores_of(test, names, held.mean(axis=0))
    curves[RAW_TEST], curves[CALIBRATED] = curve(raw), curve(centred)
    few = {"doubtful": f"the mean of {len(held)} people says little"} if len(held) < _FEW else {}
    return {
        "calibration_people": len(held),
        "test_people": len(set(names)),
        "raw_test_half": _raw(raw),
        "calibrated": {**report(centred), **few},
        "site_calibration": {
            f"{rate:g}": _site(held, model, rate, centred) for rate in (1e-2, 1e-3)
        },
    }


def _site(held: Floats, model: str, rate: float, scores: Scores) -> dict[str, object]:
    """What a threshold made on one half does to the other half's people."""
    try:
        made = calibrate(held, model, rate)
    except DeviceError as error:
        return {"refused": error.code, **error.data}
    return {
        "threshold": made.threshold,
        "people": made.people,
        "fmr": fmr_at(scores, made.threshold),
        "fnmr": fnmr_at(scores, made.threshold),
        "fmr_of_calibration_interval_95": [made.fmr_low, made.fmr_high],
    }


def _drawn(
    model: str, curves: dict[str, list[tuple[float, float]]], out: Path | None
) -> dict[str, object]:
    if out is None:
        return {}
    there = {name: points for name, points in curves.items() if points}
    if not there:
        return {"roc": None, "why_no_roc": "nobody has two pictures, or there is one pair alone"}
    roc.draw(f"人脸比对 face comparison · {model}", there, out)
    return {"roc": str(out)}
