"""How well faces are told apart, and living people from pictures of them, on a folder of your own.

    ./hall bench face --data DIR [--out ROC.png] [--films DIR] [--level N]
    ./hall bench face --journey

DIR: `person/picture` files; films in it (or in --films) are tried for liveness, those whose path
says so (`attacks/print/07.mp4`) as attacks. Calibration people and test people are never the same.
Figures as ISO/IEC 19795-1 and 30107-3 define them; nothing is claimed beyond them. Nothing leaves
this machine and no picture is written but the curve. Ctrl-C: what is measured by then is told.
Ends with 0 after a report, 130 after one that was broken off, 2 where nothing could be measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import structlog

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
# As the camera's driver has it: what is wrong with a film, the report says.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")

from hardware.errors import DeviceError  # noqa: E402
from hardware.face.dlib_engine import MODEL, DlibEngine  # noqa: E402
from hardware.os_trouble import reason  # noqa: E402
from tests.bench.face import films, folder_words, journey  # noqa: E402
from tests.bench.face.comparing import compared  # noqa: E402
from tests.bench.face.ending import watched  # noqa: E402
from tests.bench.face.folder import Contents, contents  # noqa: E402
from tests.bench.face.options import INTERRUPTED, Parser, parser  # noqa: E402
from tests.bench.face.people import Taken, stage_times, take  # noqa: E402
from tests.bench.face.shares import interval, share  # noqa: E402

LIMIT_S = 2.0  # of processor time for one verification: five frames looked at and described
_FRAMES = 5
_MOST_NAMED = 200  # files for each reason; the count is always whole


def main() -> int:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    line = parser(__doc__ or "")
    options = line.parse_args()
    if options.data is None and not options.journey:
        line.error("--data DIR or --journey")
    if options.out is not None:
        options.out = options.out.with_suffix(".png")
        if not options.out.parent.is_dir():
            line.error(f"{options.out.parent} is no folder: nothing can be drawn there")
    held = _held(line, options) if options.data is not None else None
    figures: dict[str, object] = {"benchmark": "face"}
    if options.journey:
        figures["journey"] = journey.report()
    if held is None:
        return _tell(figures)
    ended = watched()
    try:
        figures |= measured(held, options, ended)
    except DeviceError as error:  # the engine is not installed, or its models are gone
        line.error(str(error))
    return _tell(figures)


def _tell(figures: Mapping[str, object]) -> int:
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return INTERRUPTED if "ended_early" in figures else 0


def _held(line: Parser, options: argparse.Namespace) -> Contents:
    """Ends with words where there is nothing to measure."""
    films_in = options.films or options.data
    for place in (options.data, films_in):
        if not place.is_dir():
            line.error(f"{place} 不是文件夹 / {place} is no folder")
    try:
        held = contents(options.data, films_in, options.level)
    except OSError as error:
        line.error(f"{options.data}: {reason(error)}")
    if not held.pictures and not held.films:
        words = folder_words.nobodys if held.nobodys else folder_words.nothing_there
        line.error(words(options.data, held))
    return held


def measured(
    held: Contents, options: argparse.Namespace, ended: threading.Event
) -> dict[str, object]:
    figures: dict[str, object] = {"model": MODEL, "layout": folder_words.layout(held)}
    if held.pictures:
        taken = take(held.people, options.jobs, ended)
        figures |= acquired(taken, held) | compared(taken, MODEL, options.out)
    if held.films and not ended.is_set():
        engine = DlibEngine()
        figures["liveness"] = films.report(held.films, engine, options.attacks_from, ended)
    if ended.is_set():
        figures["ended_early"] = "somebody did not wait: these are figures of what was done by then"
    return figures


def acquired(taken: Taken, held: Contents) -> dict[str, object]:
    """people_taken: with a usable picture at least."""
    spent_ms = stage_times(taken.processor_ms)
    return {
        "pictures": taken.pictures,
        **({"pictures_not_reached": held.pictures - taken.pictures} if taken.ended_early else {}),
        "people": len(held.people),
        "people_taken": len(set(taken.people)),
        "failure_to_acquire": share(taken.failures, taken.pictures),
        "failure_to_acquire_interval_95": interval(taken.failures, taken.pictures),
        "failures": {why: len(files) for why, files in sorted(taken.failed.items())},
        "failures_named": {
            why: [str(f.relative_to(held.root)) for f in files[:_MOST_NAMED]]
            for why, files in sorted(taken.failed.items())
        },
        "gate": dict(sorted(taken.advised.items())),
        "stage_ms": stage_times(taken.stage_ms),
        "stage_processor_ms": spent_ms,
        **(_verification(spent_ms) if "describe" in spent_ms else {}),
    }


def _verification(spent_ms: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Processor time, not what a clock counts: that is other programs' doing too."""
    whole_s = _FRAMES * sum(spent_ms[stage]["median"] for stage in ("find", "describe")) / 1000
    return {
        "verification_processor_s": round(whole_s, 3),
        "of_limit": round(whole_s / LIMIT_S, 3),
    }


if __name__ == "__main__":
    sys.exit(main())
