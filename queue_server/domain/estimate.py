"""About how long somebody will wait: as the last simulation of the hall has it (outlook.py), and
while there is none, from configured usual durations.

That first-day formula: the work ahead of a person is shared by the open windows that can do it; a
window that serves several services gives each its share of the people who wait. The 90th percentile
takes service times as exponential-like (coefficient of variation 1), so n services ahead vary by
sqrt(n).
"""

from __future__ import annotations

import math
from bisect import bisect_left

from queue_server.domain.outlook import Promise
from queue_server.domain.state import HallState, Ticket, place_of
from queue_server.domain.vocabulary import WindowState
from queue_server.domain.waiting_line import Arrival, Place, QueueKey

Z90 = 1.2816  # the normal distribution's 90th percentile
_BELIEVED_MS = 120_000  # so long a free window may take to call who is next


def promise(
    state: HallState, service: str, priority_class: str, ahead: int, now_ms: int
) -> Promise | None:
    """The wait of somebody who comes now; None when nobody serves it."""
    if state.outlook is not None and state.outlook.is_fresh(now_ms):
        found = state.outlook.newcomer(service, priority_class, ahead)
        if found is not None:
            return found
    return _first(estimate(state, service, ahead))


def promise_left(state: HallState, ticket: Ticket, ahead: int, now_ms: int) -> Promise | None:
    """How much longer somebody who waits has to. Who is next and is not called, though a window
    seems to be free, is not told "at once" for ever: nobody may be sitting there."""
    told = None
    if state.outlook is not None and state.outlook.is_fresh(now_ms):
        told = state.outlook.left(ticket.id, now_ms)
    if told is None:
        told = promise(state, ticket.service, ticket.priority_class, ahead, now_ms)
    if told is None or told.p50_s > 0 or now_ms - ticket.issued_ms < _BELIEVED_MS:
        return told
    return _first(estimate(state, ticket.service, ahead, believe_free=False))


def _first(figures: tuple[int, int] | None) -> Promise | None:
    return None if figures is None else Promise(*figures)


def estimate(
    state: HallState, service: str, ahead: int, *, believe_free: bool = True
) -> tuple[int, int] | None:
    """(p50_s, p90_s) until the call, `ahead` people first; None when no open window serves it.
    believe_free: that a window without a person before it calls at once."""
    rules = state.known_rules
    capacity, free = _capacity(state, service)
    if capacity <= 0:
        return None
    if free and believe_free and ahead == 0:
        return 0, rules.service[service].usual_s // 4
    # on average one service is half done when somebody joins
    usual_s = rules.service[service].usual_s
    services = ahead + 0.5
    mean_s = services * usual_s / capacity
    spread_s = math.sqrt(services) * usual_s / capacity
    return round(mean_s), round(mean_s + Z90 * spread_s)


def _capacity(state: HallState, service: str) -> tuple[float, bool]:
    """How many windows' worth of work the service gets, and whether one of them is free now."""
    windows, reach, count = state.windows, state.reach, state.line.count
    mine = count(service) + 1
    total, free = 0.0, False
    waiting: dict[tuple[str, ...], int] = {}  # many windows serve the same services
    for window_id in state.known_rules.could_serve[service]:
        window = windows[window_id]
        if window.state is not WindowState.OPEN:
            continue
        served = reach(window_id).services
        if service not in served:
            continue
        free = free or window.ticket is None
        if (beside := waiting.get(served)) is None:
            beside = waiting[served] = sum(map(count, served))
        total += mine / (1 + beside)
    return total, free


def people_ahead(state: HallState, ticket_id: str, now_ms: int) -> int:
    """How many in the same service would be called before this waiting ticket, as scores stand."""
    key, place = place_of(state.tickets[ticket_id])
    if key.for_window is not None:
        return _kept_ahead(state, key, place, now_ms)
    queues = state.line.queues(key.service)
    calls = state.line.calls(key.service, None)
    back = [p for other, queue in queues.items() if other.rejoined for p in queue]
    if key.rejoined:
        others = sum(len(queue) for other, queue in queues.items() if not other.rejoined)
        first = sum((p.after_calls, p) < (place.after_calls, place) for p in back)
        return min(max(0, place.after_calls - calls), others) + first
    ahead = _higher_scores(state, key, place, now_ms)
    return ahead + sum(p.after_calls - calls <= ahead for p in back)


def _kept_ahead(state: HallState, key: QueueKey, place: Place, now_ms: int) -> int:
    """Those kept for the same window with a higher score: they come before all others there."""
    rates = state.known_rules.rates

    def order(of: QueueKey, at: Place) -> tuple[float, Arrival]:
        return (-rates.get(of.priority_class, 1.0) * (now_ms - at.arrived_ms), at.arrival)

    pool = state.line.pool_kept(key.for_window or "")
    mine = order(key, place)
    queues = pool.queues.items() if pool else ()
    return sum(order(other, p) < mine for other, queue in queues for p in queue)


def _higher_scores(state: HallState, key: QueueKey, place: Place, now_ms: int) -> int:
    rates = {c.id: c.rate for c in state.known_rules.classes}
    my_score = rates.get(key.priority_class, 1.0) * (now_ms - place.arrived_ms)
    ahead = 0
    for other, queue in state.line.queues(key.service).items():
        if other.rejoined:
            continue
        if other == key:
            ahead += bisect_left(queue, place)
        else:
            same_score_ms = round(now_ms - my_score / rates.get(other.priority_class, 1.0))
            ahead += bisect_left(queue, same_score_ms, key=lambda p: p.arrived_ms)
    return ahead
