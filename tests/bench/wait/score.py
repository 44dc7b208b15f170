"""Figures of an estimate: mean absolute error, share under P90, pinball loss."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from tests.bench.wait.play import Ticket


def pinball(waited_s: float, told_s: float, level: float) -> float:
    """Koenker & Bassett 1978: what a quantile of `level` loses by a wait."""
    off = waited_s - told_s
    return max(level * off, (level - 1) * off)


def figures(tickets: Sequence[Ticket], name: str) -> dict[str, float]:
    pairs = [(t.waited_s or 0.0, *t.told[name]) for t in tickets]
    losses = [(pinball(w, p50, 0.5) + pinball(w, p90, 0.9)) / 2 for w, p50, p90 in pairs]
    return {
        "mae_s": round(statistics.fmean(abs(w - p50) for w, p50, _ in pairs), 1),
        "under_p90": round(statistics.fmean(w <= p90 for w, _, p90 in pairs), 4),
        "pinball_s": round(statistics.fmean(losses), 1),
        "p90_mean_s": round(statistics.fmean(p90 for _, _, p90 in pairs), 1),
    }


def table(tickets: Sequence[Ticket], names: Sequence[str]) -> dict[str, Any]:
    rows = {name: figures(tickets, name) for name in names}
    others = {name: row for name, row in rows.items() if name != "ours"}
    best = min(others, key=lambda name: others[name]["mae_s"])
    return {
        "tickets": len(tickets),
        "mean_wait_s": round(statistics.fmean(t.waited_s or 0.0 for t in tickets), 1),
        "estimates": rows,
        "best_other": best,
        "lower_error": round(1 - rows["ours"]["mae_s"] / others[best]["mae_s"], 4),
        "lower_pinball": round(
            1 - rows["ours"]["pinball_s"] / min(r["pinball_s"] for r in others.values()), 4
        ),
    }
