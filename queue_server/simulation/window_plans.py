"""What each window will do for the rest of the day: pauses, lunch, closing, as past days had it.

One past day is drawn per window, among those on which it was then in the state that it is in now;
what it did afterwards on that day is what it does. Where no past day fits, the opening hours say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from queue_server.domain.calendar import local, open_stretches
from queue_server.domain.rules import HallRules
from queue_server.domain.vocabulary import WindowState
from queue_server.simulation.model import Model, PastDay
from queue_server.simulation.snapshot import WindowNow

FIRST_PAUSE_S = 900.0

# A clerk who stays for those who still wait does so for this long at the most.
STAYS_AT_MOST_MS = 90 * 60 * 1000


class Move(NamedTuple):
    """patient: a closing that waits, STAYS_AT_MOST_MS long, until nobody waits for the window."""

    at_ms: int
    state: WindowState
    patient: bool = False


Plan = list[Move]


def plan(
    window: WindowNow, rules: HallRules, model: Model, now_ms: int, rng: random.Random
) -> Plan:
    """Instants and the states that begin then."""
    of_day_s = (now_ms - model.day_starts_ms) / 1000
    alike = [d for d in model.past if d.state_at(window.id, of_day_s) is window.state]
    share = rng.random()  # drawn in any case, so that comparisons stay in step
    if not alike:
        return list(_by_hours(window, rules, now_ms))
    day = _drawn(alike, share)
    return [
        Move(model.day_starts_ms + round(change.of_day_s * 1000), change.state, change.patient)
        for change in day.after(window.id, of_day_s)
    ]


def _drawn(days: list[PastDay], share: float) -> PastDay:
    left = share * sum(day.weight for day in days)
    for day in days:
        left -= day.weight
        if left < 0:
            return day
    return days[-1]


def _by_hours(window: WindowNow, rules: HallRules, now_ms: int) -> Iterator[Move]:
    """Open while the hall is; a paused one comes back soon; a closed one stays closed, but at the
    next opening if it has not been opened yet today where windows start by themselves."""
    if window.state is WindowState.CLOSED:
        return
    if window.state is WindowState.PAUSED:
        back_ms = max(now_ms, window.since_ms + round(FIRST_PAUSE_S * 1000))
        yield Move(back_ms, WindowState.OPEN)
    yield from closings(rules, now_ms)


def closings(rules: HallRules, from_ms: int) -> Plan:
    """What the opening hours alone let expect of an open window: away between sessions, once
    nobody waits."""
    if rules.calendar.always_open:
        return []
    found: Plan = []
    today = local(rules.calendar, from_ms).date()
    for opens_ms, closes_ms in open_stretches(rules.calendar, today):
        if from_ms < opens_ms:
            found += [Move(from_ms, WindowState.PAUSED), Move(opens_ms, WindowState.OPEN)]
        if from_ms < closes_ms:
            found.append(Move(closes_ms, WindowState.PAUSED, True))
            from_ms = closes_ms
    return found
