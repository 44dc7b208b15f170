"""Days of a simulated hall, played against the live rules: what really happens there.

Knows nothing of the estimator and shares no code with its simulation: people, clerks and chance are
its own, and every move is a command to the hall's pure core, as a kiosk or a console would send it.
Whatever happens is told to `told` as the journal would hold it.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.decide import decide
from queue_server.domain.errors import Refusal
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import TicketStatus, WindowState
from tests.bench.wait.spec import HallSpec, ServiceSpec

ZONE = ZoneInfo("Asia/Shanghai")
FIRST_DAY = date(2026, 9, 7)  # a Monday
Told = Callable[[e.Event, int], None]
Move = tuple[float, str, str]  # minutes after the day's opening, "open" or "close", window


def working_days(how_many: int) -> list[date]:
    found, day = [], FIRST_DAY
    while len(found) < how_many:
        if day.weekday() < 5:
            found.append(day)
        day += timedelta(days=1)
    return found


@dataclass
class Person:
    service: str
    matter: str
    priority_class: str
    then: tuple[str, ...]
    luck: random.Random


@dataclass
class Clerk:
    window: str
    speed: float
    luck: random.Random
    present: bool = False
    busy: str | None = None
    calls_at_ms: int | None = None


@dataclass
class Day:
    """One day. missing: windows that never open. moves: what a manager does besides. another:
    from this instant on chance is another one, by this seed: the same hall with another future."""

    spec: HallSpec
    state: HallState
    date: date
    seed: int
    told: Told
    before_issue: Callable[[HallState, int], None] = lambda state, now_ms: None
    missing: frozenset[str] = frozenset()
    moves: Sequence[Move] = ()
    another: tuple[int, int] | None = None
    agenda: list[tuple[int, int, Callable[..., None], tuple[Any, ...]]] = field(
        default_factory=list
    )
    now_ms: int = 0
    order: int = 0

    def __post_init__(self) -> None:
        self.services = {s.id: s for s in self.spec.services}
        self.people: dict[str, Person] = {}
        self.clerks = {
            w.id: Clerk(w.id, w.speed, random.Random(f"{self.seed}/{w.id}"))
            for w in self.spec.windows
        }
        self.luck = random.Random(self.seed)

    # --- time ---------------------------------------------------------------------------------

    def at(self, clock: time) -> int:
        """A clock time of this business day; one before the opening lies past midnight."""
        late = self.spec.past_midnight and clock < self.spec.opens
        on = self.date + timedelta(days=1) if late else self.date
        return round(datetime.combine(on, clock, tzinfo=ZONE).timestamp() * 1000)

    def later(self, at_ms: float, does: Callable[..., None], *what: Any) -> None:
        self.order += 1
        heapq.heappush(self.agenda, (round(at_ms), self.order, does, what))

    def do(self, command: c.Command) -> list[e.Event]:
        events = decide(command, self.state, self.now_ms)
        for event in events:
            apply(self.state, event, self.now_ms)
            self.told(event, self.now_ms)
        return events

    def play(self) -> None:
        self.now_ms = self.at(self.spec.opens) - 2 * 3_600_000
        self.do(c.RollDay())
        self._plan_people()
        for clerk in self.clerks.values():
            if clerk.window not in self.missing:
                self._plan_clerk(clerk)
        opens_ms = self.at(self.spec.opens)
        for minutes, what, window in self.moves:
            does = self._comes if what == "open" else self._leaves
            self.later(opens_ms + minutes * 60_000, does, self.clerks[window])
        while self.agenda:
            at_ms, _, does, what = heapq.heappop(self.agenda)
            self.now_ms = max(self.now_ms, at_ms)
            does(*what)

    # --- people -------------------------------------------------------------------------------

    def _plan_people(self) -> None:
        spec, luck = self.spec, self.luck
        level = luck.lognormvariate(-(spec.day_spread**2) / 2, spec.day_spread)
        if self.date.weekday() == 0:
            level *= spec.monday
        how_many = _poisson(luck, spec.people_a_day * level)
        from_ms, until_ms = 0, 2**62
        if self.another is not None:
            until_ms = from_ms = self.another[0]
            self.later(from_ms, self._is_another, self.another[1])
            self._plan_coming(how_many, self.another[1], from_ms, 2**62)
        self._plan_coming(how_many, self.seed, 0, until_ms)

    def _plan_coming(self, how_many: int, seed: int, from_ms: int, until_ms: int) -> None:
        spec = self.spec
        opens_ms, closes_ms = self.at(spec.opens), self.at(spec.closes)
        for number in range(how_many):
            own = random.Random(f"{seed}/p{number}")
            hour = own.choices(range(len(spec.arrivals)), spec.arrivals)[0]
            at_ms = opens_ms + (hour + own.random()) * 3_600_000
            if own.random() < spec.early_share:
                at_ms = opens_ms - own.random() * 1_200_000
            if from_ms <= at_ms < min(until_ms, closes_ms - 900_000):
                self.later(at_ms, self._arrives, f"{self.date}-{seed}-{number}", own)

    def _is_another(self, seed: int) -> None:
        """Whoever is here already takes another time, too."""
        for name, person in self.people.items():
            person.luck = random.Random(f"{seed}/{name}")
        for clerk in self.clerks.values():
            clerk.luck = random.Random(f"{seed}/{clerk.window}")

    def _arrives(self, name: str, own: random.Random) -> None:
        spec = self.spec
        service = own.choices(spec.services, [s.share for s in spec.services])[0]
        of = own.choices(spec.classes, [k.share for k in spec.classes])[0]
        then = (service.then,) if own.random() < service.then_share else ()
        matter = f"{service.id}-{1 if own.random() < 0.7 else 2}"
        self.people[name] = Person(service.id, matter, of.id, then, own)
        self.before_issue(self.state, self.now_ms)
        self.do(c.IssueTicket(name, service.id, matter=matter, priority_class=of.id, then=then))
        self._somebody_is_there()

    def _somebody_is_there(self) -> None:
        for clerk in self.clerks.values():
            if clerk.present and clerk.busy is None and clerk.calls_at_ms is None:
                self._will_call(clerk)

    # --- clerks -------------------------------------------------------------------------------

    def _plan_clerk(self, clerk: Clerk) -> None:
        spec, luck = self.spec, clerk.luck
        opens_ms, closes_ms = self.at(spec.opens), self.at(spec.closes)
        late_ms = luck.expovariate(1 / max(0.1, spec.late_minutes)) * 60_000
        self.later(opens_ms + min(late_ms, 1_800_000), self._comes, clerk)
        window = next(w for w in spec.windows if w.id == clerk.window)
        if window.lunch is not None:
            goes_ms = self.at(window.lunch[0]) + luck.uniform(-3, 6) * 60_000
            back_ms = self.at(window.lunch[1]) + luck.uniform(-2, 6) * 60_000
            self.later(goes_ms, self._rests, clerk, back_ms)
        for _ in range(_poisson(luck, spec.pauses_a_day)):
            at_ms = luck.uniform(opens_ms + 1_800_000, closes_ms - 1_800_000)
            lasts_ms = luck.gammavariate(2, spec.pause_minutes / 2) * 60_000
            self.later(at_ms, self._rests, clerk, at_ms + lasts_ms)
        self.later(closes_ms, self._goes_home, clerk)

    def _comes(self, clerk: Clerk) -> None:
        clerk.present = True
        self.do(c.OpenWindow(clerk.window, f"c{clerk.window}"))
        if clerk.busy is None:
            self._will_call(clerk)

    def _rests(self, clerk: Clerk, until_ms: float) -> None:
        """After the person at the window, if there is one."""
        if clerk.busy is not None:
            self.later(self.now_ms + 60_000, self._rests, clerk, until_ms)
        elif clerk.present and until_ms > self.now_ms:
            clerk.present = False
            self.do(c.PauseWindow(clerk.window, "rest"))
            self.later(until_ms, self._is_back, clerk)

    def _is_back(self, clerk: Clerk) -> None:
        if self.state.windows[clerk.window].state is WindowState.PAUSED:
            self.do(c.ResumeWindow(clerk.window))
            clerk.present = True
            self._will_call(clerk)

    def _leaves(self, clerk: Clerk) -> None:
        """For good today."""
        if clerk.busy is not None:
            self.later(self.now_ms + 30_000, self._leaves, clerk)
        elif self.state.windows[clerk.window].state is not WindowState.CLOSED:
            clerk.present = False
            self.do(c.CloseWindow(clerk.window))

    def _goes_home(self, clerk: Clerk) -> None:
        """When nobody is left, or an hour later."""
        overtime_ms = self.now_ms - self.at(self.spec.closes)
        left = len(self.state.line) and overtime_ms < 3_600_000
        if clerk.busy is not None or (left and clerk.present):
            self.later(self.now_ms + 60_000, self._goes_home, clerk)
        else:
            self._leaves(clerk)

    def _will_call(self, clerk: Clerk) -> None:
        gap_s = clerk.luck.gammavariate(1.5, self.spec.gap_s / 1.5)
        clerk.calls_at_ms = self.now_ms + round(gap_s * 1000)
        self.later(clerk.calls_at_ms, self._calls, clerk)

    def _calls(self, clerk: Clerk) -> None:
        clerk.calls_at_ms = None
        if not clerk.present or clerk.busy is not None:
            return
        called = self.do(c.CallNext(clerk.window))[-1]
        if not isinstance(called, e.TicketCalled):
            return
        clerk.busy = called.ticket
        person = self.people[called.ticket]
        if person.luck.random() < self.services[person.service].no_show:
            wait_ms = person.luck.gammavariate(4, self.spec.miss_s / 4) * 1000
            self.later(self.now_ms + wait_ms, self._misses, clerk)
        else:
            walk_ms = person.luck.gammavariate(2, self.spec.walk_s / 2) * 1000
            self.later(self.now_ms + walk_ms, self._starts, clerk, walk_ms)

    def _misses(self, clerk: Clerk) -> None:
        name = clerk.busy or ""
        self.do(c.Miss(clerk.window))
        person = self.people[name]
        if person.luck.random() < self.spec.comes_back:
            after_ms = person.luck.expovariate(1 / self.spec.back_minutes) * 60_000
            self.later(self.now_ms + after_ms, self._rejoins, name)
        self._is_free(clerk)

    def _rejoins(self, name: str) -> None:
        try:
            self.do(c.RejoinTicket(name))
        except Refusal:
            return  # came back too often
        self._somebody_is_there()

    def _starts(self, clerk: Clerk, walk_ms: float) -> None:
        person = self.people[clerk.busy or ""]
        service = self.services[person.service]
        self.do(c.Start(clerk.window))
        lasts_s = _lasts_s(service, person) * clerk.speed
        if self.now_ms > self.at(time(14)):
            lasts_s *= self.spec.afternoon_slower
        self.later(self.now_ms + max(20_000, lasts_s * 1000 - walk_ms), self._ends, clerk)

    def _ends(self, clerk: Clerk) -> None:
        name = clerk.busy or ""
        person = self.people[name]
        service = self.services[person.service]
        if person.luck.random() < service.parked_share:
            self.do(c.Park(clerk.window, "a paper is missing"))
            after_ms = person.luck.gammavariate(2, 6) * 60_000
            self.later(self.now_ms + after_ms, self._resumes, name)
        elif service.transfer_to and person.luck.random() < service.transfer_share:
            self.do(c.Transfer(clerk.window, service=service.transfer_to))
            person.service, person.matter = service.transfer_to, f"{service.transfer_to}-1"
        else:
            self.do(c.Finish(clerk.window))
            if person.then:
                person.service, person.then = person.then[0], ()
                person.matter = f"{person.service}-1"
        self._is_free(clerk)
        self._somebody_is_there()

    def _resumes(self, name: str) -> None:
        if self.state.tickets[name].status is TicketStatus.PARKED:
            self.do(c.ResumeTicket(name))
            self._somebody_is_there()

    def _is_free(self, clerk: Clerk) -> None:
        clerk.busy = None
        if clerk.present:
            self._will_call(clerk)


def _lasts_s(service: ServiceSpec, person: Person) -> float:
    """How long the window is kept. The second matter of a service takes twice the first."""
    mean_s = service.minutes * 60 / 1.3 * (2.0 if person.matter.endswith("-2") else 1.0)
    luck, spread = person.luck, service.spread
    if service.shape == "gamma":
        shape = 1 / spread**2
        return luck.gammavariate(shape, mean_s / shape)
    if service.shape == "mixed":
        usual_s = mean_s / (1 - service.long_share + service.long_share * service.long_times)
        long = luck.random() < service.long_share
        mean_s = usual_s * service.long_times if long else usual_s
    elif service.shape != "log-normal":
        raise ValueError(f"no such shape: {service.shape}")
    sigma = math.sqrt(math.log(1 + spread**2))
    return mean_s * luck.lognormvariate(-(sigma**2) / 2, sigma)


def _poisson(luck: random.Random, mean: float) -> int:
    """Knuth's for small means, else a rounded normal."""
    if mean > 50:
        return max(0, round(luck.gauss(mean, math.sqrt(mean))))
    left, count = math.exp(-mean), 0
    product = luck.random()
    while product > left:
        product *= luck.random()
        count += 1
    return count


def opened_hall(spec: HallSpec, told: Told) -> HallState:
    """A hall with its settings, before its first day."""
    state = HallState()
    at_ms = round(datetime.combine(FIRST_DAY, time(5), tzinfo=ZONE).timestamp() * 1000)
    for event in decide(c.Configure(spec.rules()), state, at_ms):
        apply(state, event, at_ms)
        told(event, at_ms)
    return state
