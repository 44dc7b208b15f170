"""Start of the process with 20,000 tickets in the present day: the figures of `./hall bench start`
without its year behind them."""

from __future__ import annotations

import argparse

from tests.bench import bench_start


def measure(options: argparse.Namespace) -> dict[str, object]:
    wanted = argparse.Namespace(days=1, tickets_a_day=400, tickets_today=20_000, times=2)
    return bench_start.measure(wanted)
