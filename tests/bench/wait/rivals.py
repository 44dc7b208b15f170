"""The estimates that are usual elsewhere, made at the same instants from the same live hall.

They are given more than they have elsewhere: their means come from the hall's own past days, and
each has an addition, learned on those days, under which nine in ten of its waits lay.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import WindowState

NAMES = ("people_mean_windows", "last_wait", "head_wait", "configured_constant")


@dataclass
class Rivals:
    """mean_s: what a window was kept, by service; median_s: of waits, by service."""

    mean_s: dict[str, float] = field(default_factory=dict)
    median_s: dict[str, float] = field(default_factory=dict)
    last_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def tell(self, state: HallState, service: str, now_ms: int) -> dict[str, float]:
        line, rules = state.line, state.known_rules
        ahead = line.count_free(service)
        able = rules.windows_for[service]
        working = sum(state.windows[w].state is WindowState.OPEN for w in able) or len(able)
        mean_s = self.mean_s.get(service) or rules.service[service].usual_s
        heads = [queue[0].arrived_ms for queue in line.queues(service).values()]
        return {
            "people_mean_windows": ahead * mean_s / working,
            "last_wait": self.last_s[service],
            "head_wait": (now_ms - min(heads)) / 1000 if heads else 0.0,
            "configured_constant": self.median_s.get(service, rules.service[service].usual_s),
        }
