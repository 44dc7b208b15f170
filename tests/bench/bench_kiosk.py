"""The kiosk on the software renderer: start, touches, tickets, many journeys, and a hung worker.

    ./hall bench kiosk [PART …] [--journeys N] [--touches N] [--tickets N] [--starts N]

start: from the process's start to the first screen that can be touched, and to home. touch: from a
finger to the next frame. ticket: from the touched service to the ticket's last byte at the printer,
with a real server and a simulated printer on real wires. journeys: people after people through one
window; memory after each tenth, also told while it runs (SIGTERM: the report of those that were
made). hung: a worker hangs until the watchdog notices; killed and started
again as the service manager would, until home stands there.

ours: our code with layout and text; renderer: drawing and showing the picture. On a machine with a
graphics chip only the first remains. A touch that does not lead where it should ends the bench.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.kiosk import journeys, processes, ticket, touch  # noqa: E402

PARTS: dict[str, Callable[[argparse.Namespace], dict[str, object]]] = {
    "start": lambda options: processes.start(options.starts),
    "touch": lambda options: touch.measure(options.touches, options.size or (1080, 1920)),
    "ticket": lambda options: ticket.measure(options.tickets),
    "journeys": lambda options: journeys.measure(options.journeys, options.size or (540, 960)),
    "hung": lambda _options: processes.hung(),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--journeys", type=int, default=300)
    parser.add_argument("--touches", type=int, default=300)
    parser.add_argument("--tickets", type=int, default=40)
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--size", type=_size, help="touch 1080x1920, journeys 540x960")
    options = parser.parse_args()
    if unknown := sorted(set(options.parts) - set(PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if options.journeys < 60 or min(options.touches, options.tickets, options.starts) < 2:
        parser.error("at least 60 journeys, and two of everything else")
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)  # not every screen's name
    structlog.configure(
        wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    parts = options.parts or list(PARTS)
    figures: dict[str, object] = {"benchmark": "kiosk"}
    for name in parts:
        print(f"… {name}", file=sys.stderr)
        figures[name] = PARTS[name](options) if len(parts) == 1 else _apart(name)
    print(json.dumps(figures, indent=2))
    return 0


def _apart(name: str) -> Any:
    """Each part in a process of its own: one window, and memory that is its own."""
    wishes = [word for word in sys.argv[1:] if word not in PARTS]
    command = [sys.executable, __file__, name, *wishes]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=os.environ, check=True)
    return json.loads(done.stdout)[name]


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


if __name__ == "__main__":
    raise SystemExit(main())
