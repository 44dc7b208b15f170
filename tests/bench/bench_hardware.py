"""What the drivers cost beside what their lines allow, each against its simulator.

    ./hall bench hardware [PART …]

A part is a module of tests/bench/hardware/ with `measure() -> dict`; without names all are run.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from foundation.logs import configure_logs  # noqa: E402

PARTS = tuple(sorted(file.stem for file in (Path(__file__).parent / "hardware").glob("[a-z]*.py")))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    configure_logs("bench", "error")  # the drivers' own would stand among the figures
    figures = {name: _measure(name) for name in options.parts or PARTS}
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 0


def _measure(name: str) -> dict[str, object]:
    print(f"… {name}", file=sys.stderr)
    part = importlib.import_module(f"tests.bench.hardware.{name}")
    figures: dict[str, object] = part.measure()
    return figures


if __name__ == "__main__":
    sys.exit(main())
