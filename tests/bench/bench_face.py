"""How well faces are told apart, and living people from pictures of them, on a folder of your own.

    ./hall bench face --data DIR [--out ROC.png] [--films DIR]
    ./hall bench face --journey

DIR: `person/picture` files; films in it (or in --films) are tried for liveness. Calibration people
and test people are never the same. Figures as ISO/IEC 19795-1 and 30107-3 define them; nothing is
claimed beyond them. Nothing leaves this machine and no picture is written but the curve.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from hardware.errors import DeviceError  # noqa: E402
from hardware.face.calibration import calibrate  # noqa: E402
from hardware.face.dlib_engine import DlibEngine  # noqa: E402
from tests.bench.face import films, journey, roc  # noqa: E402
from tests.bench.face.people import Taken, stage_times, take  # noqa: E402
from tests.bench.face.rates import curve, fmr_at, fnmr_at, report, scores_of  # noqa: E402

LIMIT_S = 2.0  # of processor time for one verification: five frames looked at and described
_FRAMES = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="person/picture files, films")
    parser.add_argument("--journey", action="store_true", help="one check at a whole kiosk")
    parser.add_argument("--films", type=Path, help="films elsewhere than in --data")
    parser.add_argument("--out", type=Path, help="draws the ROC there, as PNG")
    options = parser.parse_args()
    if options.data is None and not options.journey:
        parser.error("--data DIR or --journey")
    figures: dict[str, object] = {"benchmark": "face"}
    if options.journey:
        figures["journey"] = journey.report()
    if options.data is not None:
        figures |= measured(options)
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 0


def measured(options: argparse.Namespace) -> dict[str, object]:
    engine = DlibEngine()
    taken = take(options.data, engine)
    figures: dict[str, object] = {"model": engine.model}
    figures |= acquired(taken)
    if len(set(taken.people)) > 1 and len(taken.people) > len(set(taken.people)):
        figures |= compared(taken, engine.model, options.out)
    if films.films_in(options.films or options.data):
        figures["liveness"] = films.report(options.films or options.data, engine)
    return figures


def acquired(taken: Taken) -> dict[str, object]:
    failed = sum(taken.failed.values())
    times = stage_times(taken)
    each_ms = sum(stage["median"] for stage in times.values())
    return {
        "pictures": taken.pictures,
        "people": len(set(taken.people)),
        "failure_to_acquire": round(failed / taken.pictures, 5) if taken.pictures else None,
        "failures": dict(taken.failed),
        "gate": dict(taken.advised),
        "stage_ms": times,
        "verification_s": round(each_ms * _FRAMES / 1000, 3),
        "of_limit": round(each_ms * _FRAMES / 1000 / LIMIT_S, 3),
    }


def compared(taken: Taken, model: str, out: Path | None) -> dict[str, object]:
    """Raw on the test half; calibrated with the mean and threshold of the other half."""
    descriptors, people = np.stack(taken.descriptors), np.array(taken.people)
    ours = np.array([_half(person) for person in taken.people])
    held = _one_each(people[ours])
    test, names = descriptors[~ours], [str(p) for p in people[~ours]]
    raw = scores_of(test, names, None)
    centred = scores_of(test, names, descriptors[ours][held].mean(axis=0))
    if not len(raw.genuine) or not len(raw.impostor):
        return _all_raw(taken, model, out)
    if out is not None:
        curves = {"原始距离 raw": curve(raw), "本厅校准 calibrated": curve(centred)}
        roc.draw(f"人脸比对 face comparison · {model}", curves, out)
    return {
        "calibration_people": len(held),
        "test_people": len(set(names)),
        "raw": {
            **report(raw),
            "at_distance_0.6": _at(raw, -0.6),
            "at_distance_0.36": _at(raw, -0.36),
        },
        "calibrated": report(centred),
        "site_calibration": {
            f"{rate:g}": _site(descriptors[ours][held], model, rate, centred)
            for rate in (1e-2, 1e-3)
        },
    }


def _all_raw(taken: Taken, model: str, out: Path | None) -> dict[str, object]:
    """Too few people for two halves: nothing is calibrated, and everybody is compared."""
    raw = scores_of(np.stack(taken.descriptors), taken.people, None)
    if out is not None:
        roc.draw(f"人脸比对 face comparison · {model}", {"原始距离 raw": curve(raw)}, out)
    return {
        "why_not_calibrated": "too few people with several pictures in the test half",
        "test_people": len(set(taken.people)),
        "raw": {
            **report(raw),
            "at_distance_0.6": _at(raw, -0.6),
            "at_distance_0.36": _at(raw, -0.36),
        },
    }


def _site(held: np.ndarray, model: str, rate: float, scores: object) -> dict[str, object]:
    """What a threshold made on one half does to the other half's people."""
    try:
        made = calibrate(held, model, rate)
    except DeviceError as error:
        return {"refused": error.code, **error.data}
    return {
        "threshold": made.threshold,
        "people": made.people,
        "fmr": fmr_at(scores, made.threshold),
        "fnmr": round(fnmr_at(scores, made.threshold), 5),
        "fmr_of_calibration_interval_95": [made.fmr_low, made.fmr_high],
    }


def _at(scores: object, threshold: float) -> dict[str, float]:
    return {"fmr": fmr_at(scores, threshold), "fnmr": round(fnmr_at(scores, threshold), 5)}


def _half(person: str) -> bool:
    """The same half in every run, whoever else is in the folder."""
    return zlib.crc32(person.encode()) % 2 == 0


def _one_each(people: Sequence[str]) -> np.ndarray:
    """The first picture of each."""
    _, first = np.unique(np.array(people), return_index=True)
    return np.sort(first)


if __name__ == "__main__":
    sys.exit(main())
