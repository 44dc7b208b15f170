"""One simulated hall from its first training day to its last test day, with every estimate that was
made and every wait that came."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from queue_server.domain import events as e
from queue_server.domain.state import HallState
from queue_server.estimates.history import History
from queue_server.estimates.learn import learn
from queue_server.simulation.forecast import outlook
from queue_server.simulation.model import Model
from queue_server.simulation.snapshot import snapshot
from tests.bench.wait.rivals import NAMES, Rivals
from tests.bench.wait.spec import HallSpec
from tests.bench.wait.truth import Day, opened_hall, working_days

# On the last training days promises are made as well, seldom, so that corrections can be learned.
PROMISING_DAYS = 5
TRAIN_REFRESH_S = 300
LEARN_EVERY_S = 900


@dataclass
class Ticket:
    """One wait: what each estimate said (P50, P90) and what came."""

    hall: str
    day: int
    service: str
    priority_class: str
    issued_ms: int
    told: dict[str, tuple[float, float]]
    waited_s: float | None = None


@dataclass
class Played:
    spec: HallSpec
    seed: int
    refresh_s: float
    tickets: list[Ticket] = field(default_factory=list)
    made_s: list[float] = field(default_factory=list)  # processor seconds per outlook
    history: History = field(default_factory=History)

    def play(self) -> Played:
        days = working_days(self.spec.train_days + self.spec.test_days)
        self.rivals, self.extra = Rivals(), dict.fromkeys(NAMES, 0.0)
        self.state = opened_hall(self.spec, self._told)
        self.open: dict[str, Ticket] = {}
        for number, date in enumerate(days):
            self._start_day(number)
            missing = missing_windows(self.spec, self.seed, number)
            day_seed = self.seed * 1000 + number
            Day(
                self.spec,
                self.state,
                date,
                day_seed,
                self._told,
                self._before_issue,
                missing,
            ).play()
        return self

    def _start_day(self, number: int) -> None:
        self.number, self.open = number, {}
        self.model: Model | None = None
        self.learned_ms = self.refreshed_ms = 0
        self.state.outlook = None
        self.rivals.last_s.clear()
        if number == self.spec.train_days:
            self._train_rivals()

    @property
    def testing(self) -> bool:
        return self.number >= self.spec.train_days

    def _train_rivals(self) -> None:
        """They learn on the training days: means, and what to add for nine in ten."""
        kept, waits = defaultdict(list), defaultdict(list)
        for day in self.history.days.values():
            for served in day.served:
                if not served.missed:
                    kept[served.service].append(served.kept_s)
        errors: dict[str, list[float]] = {name: [] for name in NAMES}
        for ticket in self.tickets:
            if ticket.waited_s is not None:
                waits[ticket.service].append(ticket.waited_s)
                for name in NAMES:
                    errors[name].append(ticket.waited_s - ticket.told[name][0])
        self.rivals.mean_s = {s: statistics.fmean(v) for s, v in kept.items()}
        self.rivals.median_s = {s: statistics.median(v) for s, v in waits.items()}
        self.extra = {n: statistics.quantiles(v, n=10)[8] for n, v in errors.items()}
        self.tickets.clear()

    # --- on the way -----------------------------------------------------------------------------

    def _before_issue(self, state: HallState, now_ms: int) -> None:
        promising = self.number >= self.spec.train_days - PROMISING_DAYS
        every_s = self.refresh_s if self.testing else TRAIN_REFRESH_S
        if promising and now_ms - self.refreshed_ms >= every_s * 1000:
            self.refreshed_ms = now_ms
            began = time.process_time()
            if self.model is None or now_ms - self.learned_ms >= LEARN_EVERY_S * 1000:
                self.model, self.learned_ms = learn(self.history, state.known_rules, now_ms), now_ms
            state.outlook = outlook(snapshot(state, now_ms), self.model, now_ms % 100_003)
            self.made_s.append(time.process_time() - began)

    def _told(self, event: e.Event, at_ms: int) -> None:
        self.history.take(event, at_ms)
        if isinstance(event, e.TicketIssued):
            self._issued(event, at_ms)
        elif isinstance(event, e.TicketCalled) and event.ticket in self.open:
            ticket = self.open.pop(event.ticket)
            ticket.waited_s = (at_ms - ticket.issued_ms) / 1000
            self.rivals.last_s[ticket.service] = ticket.waited_s

    def _issued(self, event: e.TicketIssued, at_ms: int) -> None:
        rivals = self.rivals.tell(self.state_before(event), event.service, at_ms)
        told = {name: (value, max(0.0, value + self.extra[name])) for name, value in rivals.items()}
        if event.p50_s is not None and event.p90_s is not None:
            told["ours"] = (float(event.p50_s), float(event.p90_s))
        self.open[event.ticket] = Ticket(
            self.spec.name, self.number, event.service, event.priority_class, at_ms, told
        )
        self.tickets.append(self.open[event.ticket])

    def state_before(self, event: e.TicketIssued) -> HallState:
        """The person themself is in line by now; the rivals count those ahead."""
        return self.state


def missing_windows(spec: HallSpec, seed: int, number: int) -> frozenset[str]:
    """On a bad day one window never opens: another one each time."""
    bad = spec.bad_every and (number + 1) % spec.bad_every == 0
    if bad or number == spec.train_days + spec.test_days - 1:
        return frozenset({spec.windows[(seed + number) % len(spec.windows)].id})
    return frozenset()


def settled(tickets: list[Ticket]) -> Iterator[Ticket]:
    """Those that were called, and to whom everybody told something."""
    return (t for t in tickets if t.waited_s is not None and "ours" in t.told)
