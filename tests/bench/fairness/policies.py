"""Who is next under three rules: this hall's own code, and two that it is compared with."""

from __future__ import annotations

from typing import Protocol

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.decide import decide
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState
from tests.bench.fairness.day import Person

MIDNIGHT_MS = 1_795_104_000_000  # 2026-11-19 16:00 UTC: midnight in Shanghai


class Policy(Protocol):
    def arrives(self, person: Person) -> None: ...

    def calls(self, window: str, now_s: float) -> str | None:
        """The id of whoever is called, or None when nobody is there for this window."""

    def finishes(self, window: str, now_s: float) -> None: ...


class Ours:
    """The dispatcher itself: commands to the pure core, as the server gives them."""

    def __init__(self, rules: HallRules) -> None:
        self._state = HallState()
        self._do(c.Configure(rules), 0)
        self._do(c.RollDay(), 0)

    def _do(self, command: c.Command, now_s: float) -> list[e.Event]:
        now_ms = MIDNIGHT_MS + round(now_s * 1000)
        events = decide(command, self._state, now_ms)
        for event in events:
            apply(self._state, event, now_ms)
        return events

    def arrives(self, person: Person) -> None:
        issue = c.IssueTicket(person.id, person.service, priority_class=person.priority_class)
        self._do(issue, person.arrives_s)

    def calls(self, window: str, now_s: float) -> str | None:
        called = self._do(c.CallNext(window), now_s)[-1]
        if not isinstance(called, e.TicketCalled):
            return None
        self._do(c.Start(window), now_s)
        return called.ticket

    def finishes(self, window: str, now_s: float) -> None:
        self._do(c.Finish(window), now_s)


class FirstCome:
    """Plain first come, first served, among those the window has the skill for."""

    def __init__(self, rules: HallRules) -> None:
        self._rules, self._waiting = rules, list[Person]()
        self._skills = {w.id: {s.service for s in w.skills} for w in rules.windows}

    def arrives(self, person: Person) -> None:
        self._waiting.append(person)

    def calls(self, window: str, now_s: float) -> str | None:
        able = [p for p in self._waiting if p.service in self._skills[window]]
        if not able:
            return None
        person = min(able, key=self.order)
        self._waiting.remove(person)
        return person.id

    def order(self, person: Person) -> tuple[int, float]:
        return (0, person.arrives_s)

    def finishes(self, window: str, now_s: float) -> None:
        """Nothing to remember."""


class StrictPriority(FirstCome):
    """Whoever has a priority class goes before everybody who has none, however long they wait."""

    def order(self, person: Person) -> tuple[int, float]:
        rates = self._rules.rates
        return (-round(rates[person.priority_class] * 1000), person.arrives_s)


POLICIES: dict[str, type[Ours] | type[FirstCome]] = {
    "strict": StrictPriority,
    "first_come": FirstCome,
    "ours": Ours,
}
