"""Random commands to the pure core alone, thousands in a second, judged event by event.

The machine beside it looks for short ways to break a rule, over real stores; this one plays long
days with long queues. A day is a list of steps, each of which can be left out, so that a failing
one can be made short by leaving out what does not matter.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from queue_server.domain import administration, configuration
from queue_server.domain import commands as c
from queue_server.domain.apply import apply
from queue_server.domain.decide import decide
from queue_server.domain.errors import Refusal
from queue_server.domain.events import Event
from queue_server.domain.rules import PriorityClass
from queue_server.domain.state import HallState
from queue_server.journal.chain import GENESIS, link
from tests.stateful.referee import Referee
from tests.stateful.variants import BASE, CLASSES, SERVICES, SETTINGS, SKILLS, VARIANTS, WINDOWS

MONDAY_9_MS = 1_795_395_600_000  # 2026-11-23 01:00 UTC, in Shanghai
MINUTE_MS = 60_000


class Day:
    """A hall's day in memory, and the referee who watches it."""

    def __init__(self) -> None:
        self.state, self.referee = HallState(), Referee()
        self.now_ms, self.fresh, self._hash = MONDAY_9_MS, 0, GENESIS
        for command in (c.Configure(BASE), c.RollDay()):
            self.do(command)

    def do(self, command: c.Command) -> None:
        """As the service does it: first what time alone brings. A refusal is an answer."""
        if self.state.day:
            self._take(decide(c.PassTime(), self.state, self.now_ms))
        try:
            self._take(decide(command, self.state, self.now_ms))
        except Refusal:
            return

    def _take(self, events: list[Event]) -> None:
        for event in events:
            record = link("t", self.state.seq + 1, event, self.now_ms, self._hash, {})
            self._hash = record.hash
            apply(self.state, event, self.now_ms)
            self.referee.watch([record])

    def ticket(self, pick: int, status: str | None = None) -> str:
        people = self.referee.book.people.values()
        found = [p.ticket for p in people if status in (None, p.status)]
        return found[pick % len(found)] if found else "nobody"

    def check(self) -> None:
        """The dispatcher's own count of overtakings is the referee's."""
        for person in self.referee.book.in_line():
            if not person.lets_pass:
                counted = self.state.line.overtaken(person.ticket)
                assert counted == person.overtaken, f"{person.number}: {counted}"


Step = Callable[[Day], None]


def steps(seed: int, count: int) -> list[Step]:
    """The same for the same seed."""
    choose = random.Random(seed)
    makers, weights = zip(*_WEIGHTED, strict=True)
    return [make(choose) for make in choose.choices(makers, weights, k=count)]


def play(day_steps: list[Step]) -> Day:
    day = Day()
    for step in day_steps:
        step(day)
        day.check()
    return day


def _does(command: Callable[[Day], c.Command]) -> Step:
    return lambda day: day.do(command(day))


def _issue(r: random.Random) -> Step:
    service, of = r.choice(SERVICES), r.choice(CLASSES)
    then = tuple(r.choice(SERVICES) for _ in range(r.choice((0, 0, 0, 1, 2))))

    def step(day: Day) -> None:
        day.fresh += 1
        day.do(c.IssueTicket(f"t{day.fresh}", service, priority_class=of, then=then))

    return step


def _at_window(act: Callable[[str], c.Command]) -> Callable[[random.Random], Step]:
    def make(r: random.Random) -> Step:
        window = r.choice(WINDOWS)
        return _does(lambda _: act(window))

    return make


def _of_ticket(
    act: Callable[[str], c.Command], status: str | None = None
) -> Callable[[random.Random], Step]:
    def make(r: random.Random) -> Step:
        pick = r.randrange(1000)
        return _does(lambda day: act(day.ticket(pick, status)))

    return make


def _park(r: random.Random) -> Step:
    window, minutes = r.choice(WINDOWS), r.choice((None, 5))

    def command(day: Day) -> c.Park:
        until_ms = None if minutes is None else day.now_ms + minutes * MINUTE_MS
        return c.Park(window, "取材料", until_ms)

    return _does(command)


def _somewhere(r: random.Random) -> tuple[str | None, str | None, str | None]:
    """A service, a window, a clerk; most are None."""
    service = r.choice((None, r.choice(SERVICES)))
    return service, r.choice((None, r.choice(WINDOWS))), r.choice((None, None, "c1", "c2"))


def _transfer(r: random.Random) -> Step:
    window, back, (service, to, clerk) = r.choice(WINDOWS), r.random() < 0.5, _somewhere(r)
    return _does(lambda _: c.Transfer(window, service, to, back, clerk))


def _send_on(r: random.Random) -> Step:
    pick, to = r.randrange(1000), _somewhere(r)
    return _does(lambda day: c.TransferTicket(day.ticket(pick), *to))


def _call_chosen(r: random.Random) -> Step:
    window, pick = r.choice(WINDOWS), r.randrange(1000)
    return _does(lambda day: c.CallTicket(window, day.ticket(pick), "急事"))


def _open(r: random.Random) -> Step:
    window, clerk = r.choice(WINDOWS), r.choice((None, "c1", "c2"))
    return _does(lambda _: c.OpenWindow(window, clerk))


def _by_login(r: random.Random) -> Step:
    """A clerk's own act, who sits there from then on."""
    act, window, clerk = r.choice((c.CallNext, c.Finish)), r.choice(WINDOWS), r.choice(("c1", "c2"))

    def step(day: Day) -> None:
        day.do(c.TakeSeat(window, clerk))
        day.do(act(window))

    return step


def _wait(r: random.Random) -> Step:
    minutes = r.choice((0, 1, 2, 5, 20))

    def step(day: Day) -> None:
        day.now_ms += minutes * MINUTE_MS + 1000

    return step


def _remove_window(r: random.Random) -> Step:
    window = r.choice(WINDOWS)
    return _does(lambda _: administration.RemoveWindow(window))


def _take_back(r: random.Random) -> Step:
    """One of the changes so far, whatever was changed since."""
    pick = r.randrange(1000)

    def step(day: Day) -> None:
        if changes := day.referee.changes:
            day.do(administration.TakeBack(*changes[pick % len(changes)]))

    return step


def _reconfigure(r: random.Random) -> Step:
    command: c.Command = r.choice(
        (
            c.Configure(r.choice(VARIANTS)),
            configuration.ChangeSkills(
                r.choice(WINDOWS),
                r.choice((None, *SKILLS)),
                r.choice((None, (r.choice(CLASSES),))),
                r.choice((None, "", r.choice(WINDOWS))),
            ),
            configuration.ChangeDispatch(r.choice(SETTINGS)),
            configuration.PutClass(
                PriorityClass(of := r.choice(CLASSES), of, of, r.choice((1.0, 3.0, 10.0)))
            ),
        )
    )
    return _does(lambda _: command)


_WEIGHTED: tuple[tuple[Callable[[random.Random], Step], int], ...] = (
    (_issue, 26),
    (_at_window(c.CallNext), 22),
    (_by_login, 4),
    (_at_window(c.Start), 14),
    (_at_window(c.Finish), 16),
    (_at_window(lambda window: c.Miss(window, reason="不在")), 5),
    (_wait, 7),
    (_of_ticket(c.RejoinTicket, "missed"), 4),
    (_park, 3),
    (_transfer, 3),
    (_send_on, 3),
    (_reconfigure, 3),
    (_take_back, 2),
    (_remove_window, 1),
    (_of_ticket(c.ResumeTicket, "parked"), 2),
    (_of_ticket(lambda ticket: c.DeferTicket(ticket, 10), "waiting"), 2),
    (_open, 2),
    (_call_chosen, 1),
    (_of_ticket(c.CancelTicket), 1),
    (_at_window(c.CloseWindow), 1),
    (_at_window(c.PauseWindow), 1),
    (_at_window(c.ResumeWindow), 1),
)
