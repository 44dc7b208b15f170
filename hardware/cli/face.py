"""`device face …`: two pictures compared, a living person proved, a site calibrated."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from hardware.cli.command import FileTrouble, WrongCommandLine, add_command, save

_SLOW_S = 60.0  # the models alone take some seconds to load the first time


def add(kinds: Any) -> None:
    actions = kinds.add_parser("face", help="face check").add_subparsers(
        required=True, metavar="verify|liveness|calibrate|describe"
    )
    verify = add_command(actions, "verify", _verify, "compare two pictures, 1 : 1")
    verify.add_argument("reference", type=Path, metavar="REFERENCE")
    verify.add_argument("live", type=Path, metavar="LIVE")
    _add_calibration(verify)
    described = add_command(actions, "describe", _describe, "quality and descriptor of a picture")
    described.add_argument("picture", type=Path, metavar="PICTURE")
    _add_calibrate(actions)
    for parser in (verify, described):
        parser.set_defaults(timeout=_SLOW_S)
    for parser in actions.choices.values():
        parser.add_argument("--config", type=Path, metavar="FILE", help="settings of the check")


def _add_calibration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--calibration", type=Path, metavar="FILE", help="this site's; without it nobody passes"
    )


def _add_calibrate(actions: Any) -> None:
    calibrate = add_command(actions, "calibrate", _calibrate, "threshold from enrolled photos")
    calibrate.add_argument("--enrolled", type=Path, required=True, metavar="DIR")
    calibrate.add_argument("--target-fmr", type=float, default=0.001, metavar="RATE")
    calibrate.add_argument("--out", type=Path, required=True, metavar="FILE")
    calibrate.set_defaults(timeout=None)


def settings_of(options: argparse.Namespace) -> Any:
    """Raises SettingsError."""
    from foundation.settings_file import load_settings
    from hardware.face.settings import FaceSettings

    return load_settings(options.config, FaceSettings) if options.config else FaceSettings()


def _verify(options: argparse.Namespace) -> dict[str, Any]:
    from hardware.face.calibration_file import load_calibration
    from hardware.face.settings import make_engine
    from hardware.face.stills import compare, read_picture

    settings = settings_of(options)
    file = options.calibration or settings.calibration
    calibration = load_calibration(file) if file else None
    engine = make_engine(settings.engine)
    reference, live = read_picture(options.reference), read_picture(options.live)
    decided, described = compare(engine, reference, live, calibration, settings.gate)
    return {
        "decision": decided.decision.value,
        "score": round(decided.score, 4),
        "threshold": round(decided.threshold, 4),
        "model": engine.model,
        "quality": {
            name: _quality(each.quality)
            for name, each in zip(("reference", "live"), described, strict=True)
        },
        "reasons": list(decided.reasons),
        "calibration": decided.calibration,
        "score_kind": "cosine" if decided.calibration else "distance",
    }


def _quality(quality: Any) -> dict[str, Any]:
    return {"advice": quality.advice and quality.advice.value, **quality.figures}


def _describe(options: argparse.Namespace) -> dict[str, Any]:
    from hardware.face.settings import make_engine
    from hardware.face.stills import describe, read_picture

    settings = settings_of(options)
    engine = make_engine(settings.engine)
    found = describe(engine, read_picture(options.picture), settings.gate)
    box = found.face.box
    return {
        "model": engine.model,
        "good": found.quality.good,
        "quality": _quality(found.quality),
        "box": [round(v) for v in (box.left, box.top, box.right, box.bottom)],
        "descriptor": [round(float(v), 8) for v in found.descriptor],
    }


def _calibrate(options: argparse.Namespace) -> dict[str, Any]:
    from hardware.face.calibration import calibrate
    from hardware.face.calibration_file import enrolled_in, save_calibration
    from hardware.face.settings import make_engine

    engine = make_engine(settings_of(options).engine)
    try:
        enrolled = enrolled_in(options.enrolled, engine, _progress)
    except OSError as error:
        place = str(options.enrolled)
        raise FileTrouble(f"cannot read {place}: {error.strerror}", file=place) from error
    try:
        made = calibrate(enrolled.descriptors, engine.model, options.target_fmr)
    except ValueError as error:
        raise WrongCommandLine(str(error)) from error
    save(options.out, lambda: save_calibration(made, options.out))
    return {
        "out": str(options.out),
        "id": made.id,
        "model": made.model,
        "people": made.people,
        "pairs": made.pairs,
        "target_fmr": made.target_fmr,
        "threshold": made.threshold,
        "grey_threshold": made.grey_threshold,
        "fmr": made.fmr,
        "fmr_interval": [made.fmr_low, made.fmr_high],
        "unusable": [{"file": file, "code": code} for file, code in enrolled.unusable],
    }


def _progress(count: int) -> None:
    if count % 10 == 0 and sys.stderr.isatty():
        sys.stderr.write(f"\r{count} ")
        sys.stderr.flush()
