"""What a change was said to do, and what it did: the same days of the simulated hall, once as they
went and once with a window opened or closed at an instant."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from queue_server.domain import events as e
from queue_server.domain.state import HallState
from queue_server.estimates.history import History
from queue_server.estimates.learn import learn
from queue_server.simulation.forecast import BEYOND_MS, LOOKS_AHEAD_MS
from queue_server.simulation.snapshot import snapshot
from queue_server.simulation.what_if import Close, Curve, Open, WhatIf, compare
from tests.bench.wait.spec import HallSpec
from tests.bench.wait.truth import ZONE, Day, Move, opened_hall, working_days

# minutes after opening: in the morning's rush and after lunch
AT_MINUTES = (60, 285)
HOURS = 2.0
FUTURES = 8  # of the simulated hall, to see what a change does apart from chance


class _Stopped(Exception):
    """The day has come to the instant of the change."""


def what_if_against_truth(spec: HallSpec, seed: int) -> list[dict[str, Any]]:
    """Mean wait of those who come in the two hours after a change, less that without it."""
    history, days = History(), working_days(spec.train_days + 1)
    state = opened_hall(spec, history.take)
    for number, day in enumerate(days[:-1]):
        Day(spec, state, day, seed * 1000 + number, history.take).play()
    return [
        row for at_minutes in AT_MINUTES for row in _at(spec, seed, history, days[-1], at_minutes)
    ]


def _at(
    spec: HallSpec, seed: int, history: History, day: date, at_minutes: int
) -> list[dict[str, Any]]:
    """One window closed, and one opened that had stayed closed from the morning on."""
    rows = []
    for kind in ("close", "open"):
        window = spec.windows[(seed + at_minutes) % len(spec.windows)].id
        missing = frozenset({window} if kind == "open" else ())
        truth = [
            _changed_mean(spec, (seed * 7919, n), day, at_minutes, (kind, window), missing)
            for n in range(FUTURES)
        ]
        said = _said(spec, seed * 7919, history, day, at_minutes, (kind, window), missing)
        rows.append(
            {
                "hall": spec.name,
                "at_minutes": at_minutes,
                "what": f"{kind} {window}",
                "said_s": round(said),
                "came_s": round(statistics.fmean(truth)),
                "came_spread_s": round(statistics.stdev(truth)),
            }
        )
    return rows


def _changed_mean(
    spec: HallSpec,
    seed: tuple[int, int],
    day: date,
    at_minutes: int,
    change: tuple[str, str],
    missing: frozenset[str],
) -> float:
    """In one future of the hall as it stood at that instant."""
    move: Move = (at_minutes, *change)
    return _mean_wait(spec, seed, day, at_minutes, missing, (move,)) - _mean_wait(
        spec, seed, day, at_minutes, missing, ()
    )


def _mean_wait(
    spec: HallSpec,
    seed: tuple[int, int],
    day: date,
    at_minutes: int,
    missing: frozenset[str],
    moves: Sequence[Move],
) -> float:
    came: dict[str, int] = {}
    waits: list[float] = []

    def told(event: e.Event, at_ms: int) -> None:
        if isinstance(event, e.TicketIssued):
            came[event.ticket] = at_ms
        elif isinstance(event, e.TicketCalled) and event.ticket in came:
            count(came.pop(event.ticket), at_ms)

    def count(came_ms: int, called_ms: int) -> None:
        """Waits are cut where the simulation cuts them."""
        if from_ms <= came_ms < from_ms + HOURS * 3_600_000:
            waits.append((min(called_ms, from_ms + LOOKS_AHEAD_MS + BEYOND_MS) - came_ms) / 1000)

    from_ms = instant_of(spec, day, at_minutes)
    Day(
        spec,
        opened_hall(spec, lambda event, at_ms: None),
        day,
        seed[0],
        told,
        missing=missing,
        moves=moves,
        another=(from_ms, seed[1]),
    ).play()
    for came_ms in came.values():
        count(came_ms, 2**62)
    return statistics.fmean(waits) if waits else 0.0


def instant_of(spec: HallSpec, day: date, at_minutes: int) -> int:
    opens = datetime.combine(day, spec.opens, tzinfo=ZONE)
    return round(opens.timestamp() * 1000) + at_minutes * 60_000


def _said(
    spec: HallSpec,
    seed: int,
    history: History,
    day: date,
    at_minutes: int,
    change: tuple[str, str],
    missing: frozenset[str],
) -> float:
    """From the hall as it stood at that instant."""
    state = opened_hall(spec, lambda event, at_ms: None)
    seen = _copy(history)
    stop_ms = instant_of(spec, day, at_minutes)

    def before_issue(now: HallState, now_ms: int) -> None:
        if now_ms >= stop_ms:
            raise _Stopped

    playing = Day(spec, state, day, seed, seen.take, before_issue, missing)
    with suppress(_Stopped):
        playing.play()
    now_ms = playing.now_ms
    model = learn(seen, state.known_rules, now_ms)
    kind, window = change
    wanted: WhatIf = Close(window, now_ms) if kind == "close" else Open(window, now_ms)
    ends_ms = now_ms + round(HOURS * 3_600_000)
    was, will, _ = compare(snapshot(state, now_ms), model, [wanted], ends_ms, seed, within_s=60.0)
    return _mean(will) - _mean(was)


def _mean(curve: Curve) -> float:
    return statistics.fmean(p.mean_s for p in curve.all)


def _copy(history: History) -> History:
    """The days so far, and a new one to be added."""
    seen = History()
    seen.rules, seen.days = history.rules, dict(history.days)
    return seen
