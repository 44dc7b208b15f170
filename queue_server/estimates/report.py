"""What became of the promises: share called before their 90th percentile, and the error; by service
and hour, and whether it drifts.

One definition for the board, the page and the benchmark: a promise is what `ticket_issued` told;
the wait that came ends with the ticket's first call, if the dispatcher made it. Tickets that were
cancelled, expired, put off by their person or called by choice (特呼) settle no promise.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from queue_server.estimates.history import History, Kept

AIM = 0.90
# Drift: of the last RECENT promises fewer were kept than chance would have it once in a thousand.
RECENT = 60
# Waits of one hour hang together, so that many promises tell as much as a third of them.
ALIKE = 3.0
Z_ALERT = 3.0
DAYS_SHOWN = 14


def report(history: History, now_ms: int) -> dict[str, Any]:
    """JSON: figures of the last DAYS_SHOWN days; nothing of what became known after `now_ms`."""
    days = sorted(history.days)[-DAYS_SHOWN:]
    by_day = {
        day: [k for k in history.days[day].kept if k.at_ms <= now_ms] for day in days
    }  # business days: what is past midnight belongs to the evening before
    kept = [k for day in days for k in by_day[day]]
    zone = ZoneInfo(history.rules.calendar.time_zone if history.rules else "UTC")

    def hour(k: Kept) -> str:
        return f"{datetime.fromtimestamp(k.issued_ms / 1000, zone):%H}"

    return {
        "aim": AIM,
        "from": days[0] if days else None,
        "all": figures(kept),
        "today": figures(by_day[days[-1]] if days else []),
        "by_service": _by(kept, lambda k: k.service),
        "by_hour": _by(kept, hour),
        "by_day": {day: figures(of) for day, of in by_day.items() if of},
        "cells": _cells(kept, hour),
        "drift": drift(kept),
    }


def figures(kept: Sequence[Kept]) -> dict[str, Any]:
    """kept: share called before P90; error_s: mean absolute error of the median; late_s: by how
    much those who waited longer than P90 did so, on average."""
    if not kept:
        return {"promises": 0, "kept": None, "error_s": None, "wait_s": None, "late_s": None}
    late = [k.waited_s - k.p90_s for k in kept if not k.in_time]
    return {
        "promises": len(kept),
        "kept": round(statistics.fmean(k.in_time for k in kept), 4),
        "error_s": round(statistics.fmean(abs(k.waited_s - k.p50_s) for k in kept)),
        "wait_s": round(statistics.fmean(k.waited_s for k in kept)),
        "late_s": round(statistics.fmean(late)) if late else 0,
    }


def _by(kept: Iterable[Kept], key: Callable[[Kept], str]) -> dict[str, Any]:
    groups: dict[str, list[Kept]] = defaultdict(list)
    for k in kept:
        groups[key(k)].append(k)
    return {name: figures(groups[name]) for name in sorted(groups)}


def _cells(kept: Iterable[Kept], hour: Callable[[Kept], str]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, str], list[Kept]] = defaultdict(list)
    for k in kept:
        groups[k.service, hour(k)].append(k)
    return [
        {"service": service, "hour": of, **figures(groups[service, of])}
        for service, of in sorted(groups)
    ]


def drift(kept: Sequence[Kept]) -> dict[str, Any] | None:
    """None while promises are kept as aimed at, give or take chance. way: "too_short" when too few
    are, "too_long" when nearly all are and people are told far more than they wait."""
    recent = sorted(kept, key=lambda k: k.at_ms)[-RECENT:]
    if len(recent) < RECENT:
        return None
    share = statistics.fmean(k.in_time for k in recent)
    chance = (AIM * (1 - AIM) * ALIKE / RECENT) ** 0.5
    bias_s = statistics.fmean(k.waited_s - k.p50_s for k in recent)
    told_s = statistics.fmean(k.p50_s for k in recent)
    if share < AIM - Z_ALERT * chance:
        way = "too_short"
    elif share >= 0.99 and -bias_s > max(300.0, told_s / 2):
        way = "too_long"
    else:
        return None
    return {"way": way, "kept": round(share, 4), "promises": RECENT, "off_s": round(bias_s)}
