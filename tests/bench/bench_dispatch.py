"""What the dispatcher does in a second, and what it takes, each beside a limit of the same run.

    ./hall bench dispatch [PART …] [--seconds N] [--share PERCENT] [--minutes N]

A part is a module of tests/bench/dispatch/ with `measure(options) -> dict`; without names all are
run. rates: durable numbers and calls. decisions: time to decide. start: of the process. streams:
from a call to the last of 500 listeners. memory: of the process. city: a day of 3,445 halls on
PostgreSQL; --share takes that part of them, --minutes ends it early.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

PARTS = ("rates", "decisions", "start", "streams", "memory", "city")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--seconds", type=float, default=4.0, help="of each rate")
    parser.add_argument("--share", type=float, default=100.0, help="percent of the city's halls")
    parser.add_argument("--minutes", type=float, default=60.0, help="of the city's day at most")
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    figures = {name: _measure(name, options) for name in options.parts or PARTS}
    print(json.dumps({"benchmark": "dispatch", **figures}, indent=2, ensure_ascii=False))
    return 0


def _measure(name: str, options: argparse.Namespace) -> dict[str, object]:
    print(f"… {name}", file=sys.stderr)
    part = importlib.import_module(f"tests.bench.dispatch.{name}")
    figures: dict[str, object] = part.measure(options)
    return figures


if __name__ == "__main__":
    raise SystemExit(main())
