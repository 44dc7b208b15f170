"""`device face …`: two pictures compared, a living person proved, a site calibrated."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import Any

from hardware.cli.command import FileTrouble, WrongCommandLine, add_command, save
from hardware.os_trouble import reason
from hardware.words import help_words

_LIVENESS_S = 120.0  # a check lasts a minute at most
_SLOW_S = 60.0  # the models alone take some seconds to load the first time


def add(kinds: Any) -> None:
    actions = kinds.add_parser("face", help=help_words("face")).add_subparsers(
        required=True, metavar="verify|liveness|calibrate|describe"
    )
    verify = add_command(actions, "verify", _verify, "face_verify")
    verify.add_argument("reference", type=Path, metavar="REFERENCE")
    verify.add_argument("live", type=Path, metavar="LIVE")
    _add_calibration(verify)
    described = add_command(actions, "describe", _describe, "face_describe")
    described.add_argument("picture", metavar="PICTURE")  # or - for standard input
    described.add_argument("--card", action="store_true", help=help_words("face_card"))
    _add_calibrate(actions)
    _add_liveness(actions)
    for parser in (verify, described):
        parser.set_defaults(timeout=_SLOW_S)
    for parser in actions.choices.values():
        parser.add_argument("--config", type=Path, metavar="FILE", help=help_words("face_settings"))


def _add_calibration(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--calibration", type=Path, metavar="FILE", help=help_words("face_calibration")
    )


def _add_calibrate(actions: Any) -> None:
    calibrate = add_command(actions, "calibrate", _calibrate, "face_calibrate")
    calibrate.add_argument("--enrolled", type=Path, required=True, metavar="DIR")
    calibrate.add_argument("--target-fmr", type=float, default=0.001, metavar="RATE")
    calibrate.add_argument("--out", type=Path, required=True, metavar="FILE")
    calibrate.set_defaults(timeout=None)


def _add_liveness(actions: Any) -> None:
    liveness = add_command(actions, "liveness", _liveness, "face_liveness")
    liveness.add_argument("source", metavar="SOURCE", help=help_words("face_source"))
    liveness.add_argument("--challenge", metavar="ACTION,…", help=help_words("face_challenge"))
    liveness.add_argument("--seed", type=int, metavar="N", help=help_words("face_seed"))
    liveness.add_argument(
        "--reference", type=Path, metavar="PICTURE", help=help_words("face_reference")
    )
    liveness.add_argument("--colour", action="store_true", help=help_words("face_colour"))
    liveness.add_argument(
        "--rotate", type=int, default=0, metavar="DEGREES", help=help_words("camera_rotate")
    )
    _add_calibration(liveness)
    liveness.set_defaults(timeout=_LIVENESS_S)


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
    from hardware.face.stills import decode_picture, describe, read_picture

    settings = settings_of(options)
    engine = make_engine(settings.engine)
    if options.picture == "-":
        picture = decode_picture(sys.stdin.buffer.read())
    else:
        picture = read_picture(Path(options.picture))
    gate = settings.gate.of_card() if options.card else settings.gate
    found = describe(engine, picture, gate)
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
        raise FileTrouble("file_unreadable", file=place, reason=reason(error)) from error
    try:
        made = calibrate(enrolled.descriptors, engine.model, options.target_fmr)
    except ValueError as error:
        raise WrongCommandLine(
            "usage", problem=str(error), program="./hall device face calibrate"
        ) from error
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


def _liveness(options: argparse.Namespace) -> dict[str, Any]:
    """Nothing shows the colours of the colour challenge here, unless --colour says otherwise."""
    import threading

    from hardware.face.check import FaceCheck, as_json
    from hardware.face.settings import make_engine, without_colour
    from hardware.wiring import CameraSettings, make_camera

    settings = settings_of(options)
    settings = settings if options.colour else without_colour(settings)
    engine = make_engine(settings.engine)
    engine.load()
    wanted = _wanted(options, engine, settings)
    camera = make_camera(CameraSettings(options.source, rotate=options.rotate, loop=False))
    try:
        check = FaceCheck(engine, settings, wanted, _chance(options))
        result = check.run(camera, lambda _prompt, _picture: None, threading.Event())
    finally:
        camera.close()
    return as_json(result, settings) if result is not None else {}


def _wanted(options: argparse.Namespace, engine: Any, settings: Any) -> Any:
    from hardware.face.calibration_file import load_calibration
    from hardware.face.check import Wanted
    from hardware.face.stills import describe, read_picture

    file = options.calibration or settings.calibration
    calibration = load_calibration(file) if file else None
    references: tuple[Any, ...] = ()
    if options.reference:
        references = (describe(engine, read_picture(options.reference)).descriptor,)
    return Wanted(references, calibration, _challenge(options.challenge))


def _challenge(text: str | None) -> Any:
    from hardware.face.actions import Action

    if text is None:
        return None
    try:
        return tuple(Action(word.strip()) for word in text.split(","))
    except ValueError as error:
        known = ", ".join(Action)
        raise WrongCommandLine("challenge_unknown", problem=str(error), known=known) from error


def _chance(options: argparse.Namespace) -> random.Random:
    """A recording gives the same answer again; a camera is asked what nobody can foresee."""
    from hardware.camera.source import CameraSource

    if options.seed is not None or not CameraSource(options.source).kind.live:
        return random.Random(options.seed or 0)  # noqa: S311  # wanted: the same draw again
    return random.SystemRandom()
