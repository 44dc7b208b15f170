"""What the estimating process knows of one hall, and what it answers."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from queue_server.domain import events as e
from queue_server.domain.outlook import Outlook
from queue_server.domain.rules import HallRules
from queue_server.estimates import tomorrow
from queue_server.estimates.history import History
from queue_server.estimates.learn import learn
from queue_server.estimates.report import report
from queue_server.simulation import forecast, openings, what_if
from queue_server.simulation.model import Model, first_model
from queue_server.simulation.snapshot import Snapshot

# Older days are forgotten.
DAYS_KEPT = 35
LEARN_EVERY_MS = 180_000

# (event, at, data) as the journal holds them
Line = tuple[str, str, str]


class Mind:
    """now_ms is always the asker's: this process looks at no clock but for how long it worked."""

    def __init__(self, rules: HallRules) -> None:
        self.history = History()
        self.history.rules = rules
        self._model: Model | None = None
        self._learned_ms = 0
        self._of_day = ""

    def take(self, lines: Iterable[Line]) -> None:
        for event, at, data in lines:
            self.history.take(e.from_data(event, orjson.loads(data)), e.instant_ms(at))
        self.history.forget_before(DAYS_KEPT)

    def model(self, start: Snapshot) -> Model:
        known = self._model
        new_day = known is not None and start.day != self._of_day
        if known is None or new_day or start.at_ms - self._learned_ms >= LEARN_EVERY_MS:
            known = self._model = self._learn(start)
            self._learned_ms, self._of_day = start.at_ms, start.day
        return known

    def _learn(self, start: Snapshot) -> Model:
        if self.history.days:
            return learn(self.history, start.rules, start.at_ms)
        day_starts_ms = start.at_ms - start.at_ms % 86_400_000
        return first_model(start.rules, day_starts_ms)

    def outlook(self, start: Snapshot) -> tuple[Outlook, float]:
        """With the processor seconds that it took."""
        began = time.process_time()
        found = forecast.outlook(start, self.model(start), start.seq)
        return found, time.process_time() - began

    def what_if(
        self, start: Snapshot, changes: Sequence[what_if.WhatIf], ends_ms: int
    ) -> dict[str, Any]:
        model = self.model(start)
        now, then, futures = what_if.compare(start, model, changes, ends_ms, start.seq)
        return {
            "at_ms": start.at_ms,
            "futures": futures,
            "about": model.days < 1,
            "now": _curve(now),
            "then": _curve(then),
        }

    def openings(self, start: Snapshot, limit_s: int, ends_ms: int) -> dict[str, Any]:
        found = openings.fewest(start, self.model(start), limit_s, ends_ms, start.seq)
        return {
            "at_ms": start.at_ms,
            "windows": sorted(found.windows),
            "worst_s": found.worst_s,
            "holds": found.holds,
            "searched": found.searched,
            "whole": found.whole,
            "then": _curve(found.curve),
        }

    def report(self, now_ms: int, today: str) -> dict[str, Any]:
        rules = self.history.rules
        return {
            "promises": report(self.history, now_ms),
            "tomorrow": tomorrow.forecast(self.history, rules, today) if rules else None,
            "days": len(self.history.days),
        }


def _curve(curve: what_if.Curve) -> dict[str, Any]:
    def points(found: Sequence[what_if.Point]) -> list[dict[str, Any]]:
        return [dataclasses.asdict(point) for point in found]

    return {
        "all": points(curve.all),
        "by_service": {service: points(found) for service, found in curve.by_service.items()},
    }
