"""What waits were told and what came, on simulated days: our estimates beside the usual ones.

    ./hall bench wait [--spec FILE …] [--seed N] [--refresh S] [--test-days N] [--no-what-if]

Each hall plays its training days and then its test days; every ticket of these is told a wait by
every method at the same instant. Without --spec, five halls (tests/bench/wait/halls). Then what
estimates cost with 200 people and 20 windows. JSON; what a spec may say: docs/waits.md.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.wait import cost, workers  # noqa: E402
from tests.bench.wait.change import what_if_against_truth  # noqa: E402
from tests.bench.wait.play import Played, Ticket, settled  # noqa: E402
from tests.bench.wait.rivals import NAMES  # noqa: E402
from tests.bench.wait.score import table  # noqa: E402
from tests.bench.wait.spec import HallSpec, built_in, load  # noqa: E402

LOWER_ERROR_AT_LEAST = 0.30
UNDER_P90 = (0.88, 0.92)


def main() -> int:
    options = _options()
    specs = [load(file) for file in options.spec] or built_in()
    if options.test_days is not None:
        specs = [dataclasses.replace(s, test_days=options.test_days) for s in specs]
    began = time.monotonic()
    with workers.pool(options.jobs) as pool:
        # the largest first, so that none is left alone at the end
        ordered = sorted(specs, key=lambda s: -s.people_a_day * len(s.windows))
        jobs = [pool.submit(played, s, options.seed, options.refresh) for s in ordered]
        changes = [
            pool.submit(what_if_against_truth, s, options.seed)
            for s in ordered
            if not options.no_what_if
        ]
        costs = pool.submit(cost.measured, options.seed)
        halls = [job.result() for job in jobs]
        what_if = [row for job in changes for row in job.result()]
        tickets = [t for hall in halls for t in hall["tickets"]]
        found = {**_figures(halls, tickets, what_if, options, began), "cost": costs.result()}
    print(json.dumps(found, indent=2))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", type=Path, action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--refresh", type=float, default=60.0, help="seconds an outlook is used")
    parser.add_argument("--test-days", type=int)
    parser.add_argument("--no-what-if", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def played(spec: HallSpec, seed: int, refresh_s: float) -> dict[str, Any]:
    """One hall, in a process of its own."""
    done = Played(spec, seed, refresh_s).play()
    made_ms = sorted(s * 1000 for s in done.made_s)
    return {
        "hall": spec.name,
        "tickets": list(settled(done.tickets)),
        "issued": len(done.tickets),
        "outlooks": len(made_ms),
        "outlook_ms": round(statistics.fmean(made_ms), 1),
        "outlook_p99_ms": round(made_ms[int(0.99 * (len(made_ms) - 1))], 1),
    }


def _figures(
    halls: Sequence[dict[str, Any]],
    tickets: Sequence[Ticket],
    what_if: Sequence[dict[str, Any]],
    options: argparse.Namespace,
    began: float,
) -> dict[str, Any]:
    names = ("ours", *NAMES)
    everything = table(tickets, names)
    under = everything["estimates"]["ours"]["under_p90"]
    return {
        "benchmark": "wait",
        "seed": options.seed,
        "refresh_s": options.refresh,
        "took_s": round(time.monotonic() - began, 1),
        "limits": {"lower_error_at_least": LOWER_ERROR_AT_LEAST, "under_p90": UNDER_P90},
        "met": {
            "lower_error": everything["lower_error"] >= LOWER_ERROR_AT_LEAST,
            "under_p90": UNDER_P90[0] <= under <= UNDER_P90[1],
        },
        "all": everything,
        "halls": {
            hall["hall"]: {
                **{k: v for k, v in hall.items() if k not in ("hall", "tickets")},
                **table(hall["tickets"], names),
                "days": _by_day(hall["tickets"], names),
            }
            for hall in halls
        },
        "what_if": _what_if(what_if),
    }


def _what_if(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """same_way: share of changes that did what was said, more or less wait; off: sum of what they
    were off by, of all that changed."""
    if not rows:
        return None
    same_way = statistics.fmean((r["said_s"] > 0) == (r["came_s"] > 0) for r in rows)
    off_s = sum(abs(r["said_s"] - r["came_s"]) for r in rows)
    return {
        "changes": len(rows),
        "same_way": round(same_way, 3),
        "off": round(off_s / sum(abs(r["came_s"]) for r in rows), 3),
        "correlation": round(
            statistics.correlation([r["said_s"] for r in rows], [r["came_s"] for r in rows]), 3
        ),
        "rows": list(rows),
    }


def _by_day(tickets: Sequence[Ticket], names: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    for day in sorted({t.day for t in tickets}):
        row = table([t for t in tickets if t.day == day], names)
        ours = row["estimates"]["ours"]
        best = row["estimates"][row["best_other"]]
        found.append(
            {
                "day": day,
                "tickets": row["tickets"],
                "mean_wait_s": row["mean_wait_s"],
                "ours_mae_s": ours["mae_s"],
                "ours_under_p90": ours["under_p90"],
                "best_other": row["best_other"],
                "best_other_mae_s": best["mae_s"],
            }
        )
    return found


if __name__ == "__main__":
    raise SystemExit(main())
