"""What each rule does to people: simulated days under strict priority, first come and ours.

    ./hall bench fairness [--days N] [--people N] [--seed N] [--out FILE.png]

The same people come at the same times and take equally long under every rule. Waits in minutes;
overtaken: by how many later arrivals, at a window that could have called the person instead.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from queue_server.settings.hall import load_hall_settings  # noqa: E402
from queue_server.settings.rules import rules_of  # noqa: E402
from tests.bench.fairness import picture  # noqa: E402
from tests.bench.fairness.day import people_of  # noqa: E402
from tests.bench.fairness.policies import POLICIES  # noqa: E402
from tests.bench.fairness.simulation import Went, play  # noqa: E402
from tests.support.server import DEMO_CONFIG  # noqa: E402

GROUPS = {"everybody": "所有人 everybody", "ordinary": "普通 ordinary", "priority": "优先 priority"}
PANELS = {
    "mean_min": "平均等候（分钟） mean wait, minutes",
    "p95_min": "95% 的人等候不超过（分钟） 95th percentile of waits, minutes",
    "max_min": "最长等候（分钟） longest wait, minutes",
    "overtaken_max": "最多被几位后到者越过 overtaken by how many later arrivals, at most",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--people", type=int, default=390, help="a day; 390 keeps 9 windows busy")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="draws the report there")
    options = parser.parse_args()
    went = simulated(options.days, options.people, options.seed)
    table = {policy: _by_group(people) for policy, people in went.items()}
    if options.out is not None:
        _draw(table, options)
    days = {"days": options.days, "people_a_day": options.people, "seed": options.seed}
    bound = rules_of(load_hall_settings(DEMO_CONFIG)).dispatch.overtaken_at_most
    figures = {"benchmark": "fairness", **days, "overtaken_at_most": bound, "policies": table}
    print(json.dumps(figures, indent=2, ensure_ascii=False))
    return 0


def simulated(days: int, people: int, seed: int) -> dict[str, list[Went]]:
    """Every person of all days, under each policy."""
    rules = rules_of(load_hall_settings(DEMO_CONFIG))
    went: dict[str, list[Went]] = {policy: [] for policy in POLICIES}
    for day in range(days):
        came = people_of(rules, seed * 1000 + day, people)
        for name, policy in POLICIES.items():
            went[name] += play(rules, came, policy(rules))
    return went


Row = dict[str, float]


def _by_group(people: Sequence[Went]) -> dict[str, Row]:
    """Everybody; those without and those with priority; then each class."""
    groups = {
        "everybody": people,
        "ordinary": [w for w in people if w.person.priority_class == "ordinary"],
        "priority": [w for w in people if w.person.priority_class != "ordinary"],
    }
    classes = {w.person.priority_class for w in groups["priority"]}
    for of in sorted(classes):
        groups[of] = [w for w in people if w.person.priority_class == of]
    return {name: _row(group) for name, group in groups.items()}


def _row(people: Iterable[Went]) -> Row:
    waits = sorted(w.waited_s / 60 for w in people)
    overtaken = [w.overtaken for w in people]
    return {
        "people": len(waits),
        "mean_min": round(statistics.fmean(waits), 1),
        "p95_min": round(statistics.quantiles(waits, n=100)[94], 1),
        "max_min": round(waits[-1], 1),
        "overtaken_mean": round(statistics.fmean(overtaken), 2),
        "overtaken_max": max(overtaken),
    }


def _draw(table: dict[str, dict[str, Row]], options: argparse.Namespace) -> None:
    panels = [
        (
            heading,
            {
                policy: {GROUPS[group]: table[policy][group][figure] for group in GROUPS}
                for policy in table
            },
        )
        for figure, heading in PANELS.items()
    ]
    days, people = options.days, options.people
    title = f"模拟 {days} 天，每天 {people} 人 · {days} simulated days of {people} people"
    picture.draw(title, panels, options.out)


if __name__ == "__main__":
    raise SystemExit(main())
