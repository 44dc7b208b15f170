"""How well faces are told apart, and living people from pictures of them, on a folder of your own.

    ./hall bench face --data DIR [--out ROC.png] [--films DIR] [--attacks-from N]
    ./hall bench face --journey

DIR: `person/picture` files; films in it (or in --films) are tried for liveness, those whose path
says so (`attacks/print/07.mp4`) as attacks. Calibration people and test people are never the same.
Figures as ISO/IEC 19795-1 and 30107-3 define them; nothing is claimed beyond them. Nothing leaves
this machine and no picture is written but the curve.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import structlog

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from hardware.face.dlib_engine import DlibEngine  # noqa: E402
from hardware.os_trouble import reason  # noqa: E402
from tests.bench.face import films, journey  # noqa: E402
from tests.bench.face.comparing import compared  # noqa: E402
from tests.bench.face.folder import FILMS, Contents, contents  # noqa: E402
from tests.bench.face.people import Taken, stage_times, take  # noqa: E402

LIMIT_S = 2.0  # of processor time for one verification: five frames looked at and described
_FRAMES = 5


def main() -> int:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="person/picture files, films")
    parser.add_argument("--journey", action="store_true", help="one check at a whole kiosk")
    parser.add_argument("--films", type=Path, help="films elsewhere than in --data")
    parser.add_argument(
        "--attacks-from", type=int, default=10, metavar="N", help="films that attacks are made from"
    )
    parser.add_argument("--out", type=Path, help="draws the ROC there, as PNG")
    options = parser.parse_args()
    if options.data is None and not options.journey:
        parser.error("--data DIR or --journey")
    if options.out is not None:
        options.out = options.out.with_suffix(".png")
        if not options.out.absolute().parent.is_dir():
            parser.error(f"{options.out.parent} is no folder: nothing can be drawn there")
    held = _held(parser, options) if options.data is not None else None
    figures: dict[str, object] = {"benchmark": "face"}
    if options.journey:
        figures["journey"] = journey.report()
    if held is not None:
        figures |= measured(held, options)
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 0


def _held(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Contents:
    """Ends with words where there is nothing to measure."""
    try:
        held = contents(options.data, options.films or options.data)
    except OSError as error:
        parser.error(f"{options.data} cannot be read: {reason(error)}")
    if not held.pictures and not held.films:
        unreadable = f"; {len(held.unreadable)} folders cannot be read" if held.unreadable else ""
        kinds = ", ".join(sorted(FILMS))
        parser.error(
            f"{options.data} holds no picture and no film{unreadable}. Put a folder for each person"
            f" in it, with pictures (.jpg .jpeg .png .bmp .webp .tif) or films ({kinds})"
        )
    return held


def measured(held: Contents, options: argparse.Namespace) -> dict[str, object]:
    engine = DlibEngine()
    figures: dict[str, object] = {"model": engine.model}
    if held.unreadable:
        figures["folders_unreadable"] = held.unreadable
    if held.pictures:
        taken = take(held.people, engine)
        figures |= acquired(taken, len(held.people)) | compared(taken, engine.model, options.out)
    if held.films:
        figures["liveness"] = films.report(held.films, engine, options.attacks_from)
    return figures


def acquired(taken: Taken, people: int) -> dict[str, object]:
    """people_taken: with a usable picture at least."""
    failed = sum(taken.failed.values())
    spent_ms = stage_times(taken.processor_ms)
    return {
        "pictures": taken.pictures,
        "people": people,
        "people_taken": len(set(taken.people)),
        "failure_to_acquire": round(failed / taken.pictures, 5),
        "failures": dict(taken.failed),
        "gate": dict(taken.advised),
        "stage_ms": stage_times(taken.stage_ms),
        "stage_processor_ms": spent_ms,
        **(_verification(spent_ms) if "describe" in spent_ms else {}),
    }


def _verification(spent_ms: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Processor time, not what a clock counts: that is other programs' doing too."""
    whole_s = _FRAMES * sum(stage["median"] for stage in spent_ms.values()) / 1000
    return {
        "verification_processor_s": round(whole_s, 3),
        "of_limit": round(whole_s / LIMIT_S, 3),
    }


if __name__ == "__main__":
    sys.exit(main())
