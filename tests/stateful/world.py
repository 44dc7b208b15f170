"""A hall served by real services over one store, a clock that the test sets, and the referee.

Every method carries out one command (or several at once) and then checks all rules.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from queue_server.domain import commands as c
from queue_server.domain.appointments import CheckIn
from queue_server.domain.errors import Refusal
from queue_server.domain.rules import HallRules
from queue_server.loading import load_day
from queue_server.outcome import Outcome, Unavailable
from queue_server.presentation import Presentation
from queue_server.service import HallService
from tests.stateful.referee import Referee
from tests.stateful.snapshot import snapshot
from tests.stateful.stores import Fault, Faulty, Store

T = TypeVar("T")
HALL = "t"
HEARS_WITHIN_S = 5.0
WORDS = Presentation("大厅", "Hall", ())


class SetClock:
    """now_ms is what the test says."""

    def __init__(self, now_ms: int) -> None:
        self.at_ms = now_ms

    def reach(self, at_ms: int) -> float:
        return 0.0

    def off_s(self) -> float:
        return 0.0

    def now_ms(self) -> int:
        return self.at_ms


@dataclass(frozen=True)
class Asked:
    """One request as it was sent; outcome None: it was not answered."""

    request_id: str
    command: c.Command
    outcome: Outcome | None


def follow_token(ticket: str) -> str:
    return f"token-of-{ticket}"


class World:
    """processes: how many services share the store, each with a state of its own."""

    def __init__(self, store: Store, rules: HallRules, now_ms: int, processes: int = 1) -> None:
        self.loop = asyncio.new_event_loop()
        self.clock = SetClock(now_ms)
        self.rules = rules
        self.referee = Referee()
        self.asked: list[Asked] = []
        self._store, self._processes = store, processes
        self._fresh = 0
        self.services: list[HallService] = []
        self.journals: list[Faulty] = []
        self.run(self._start_all())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        self.run(self._store.close())
        self.loop.close()

    # --- processes --------------------------------------------------------------------------

    async def _start_all(self) -> None:
        self.services, self.journals = [], []
        for _ in range(self._processes):
            journal = Faulty(await self._store.open())
            self.journals.append(journal)
            service = HallService(journal, self.rules, WORDS, self.clock, follow_token)
            await service.start()
            self.services.append(service)
        await self._watch()

    def crash(self) -> None:
        """All memory is lost; the processes start again from what is stored."""

        async def crash() -> None:
            await self._store.crash()
            await self._start_all()

        self.run(crash())
        self.check()

    def fail_next(self, process: int, faults: Sequence[Fault | None]) -> None:
        self.journals[process % self._processes].faults.extend(faults)

    # --- commands ---------------------------------------------------------------------------

    def fresh_ticket(self) -> str:
        self._fresh += 1
        return f"t{self._fresh}"

    def do(self, command: c.Command, process: int = 0) -> Outcome | None:
        """None when it was refused or not stored."""
        return self.do_all([(command, None, process)])[0]

    def repeat(self, asked: Asked, process: int = 0) -> None:
        """A late retry: the answer is the one given first, if one was given."""
        command = asked.command
        if isinstance(command, c.IssueTicket | CheckIn):  # a repeat brings another fresh id
            command = replace(command, ticket=self.fresh_ticket())
        again = self.do_all([(command, asked.request_id, process)])[0]
        if asked.outcome is not None:
            assert again is not None, f"the repeated {command} was refused"
            assert again.body == asked.outcome.body, f"the repeated {command} was answered anew"
            assert again.replayed

    def race(self, command: c.Command) -> None:
        """The same request arrives twice at the same moment, at two processes where there are."""
        request_id = str(uuid.uuid4())
        first, second = self.do_all([(command, request_id, 0), (command, request_id, 1)])
        if first is not None and second is not None:
            assert first.body == second.body

    def reconfigure(self, rules: HallRules, process: int) -> None:
        self.rules = rules
        self.do(c.Configure(rules), process)

    def keep_up(self, process: int) -> None:
        service = self.services[process % self._processes]
        try:
            self.run(service.keep_up())
        except Unavailable:
            """The store failed; the next round tries again."""
        self.run(self._watch())

    def lent(self) -> list[tuple[str, str, int, str]]:
        """kiosk, lease, serial and service of every number of every block that is not forgotten,
        and of the number behind each, which is not lent."""
        leases = self.services[0].day.state.leases.values()
        return [
            (lease.kiosk, lease.id, serial, lease.prefix)
            for lease in leases
            for serial in range(lease.first, lease.last + 2)
        ]

    def do_all(self, wanted: Sequence[tuple[c.Command, str | None, int]]) -> list[Outcome | None]:
        """Sends several requests at once. A request id of None is a fresh one."""
        sent = [(command, rid or str(uuid.uuid4()), n) for command, rid, n in wanted]
        outcomes = self.run(self._send(sent))
        for (command, request_id, _), outcome in zip(sent, outcomes, strict=True):
            self._note(command, request_id, outcome)
        return [x if isinstance(x, Outcome) else None for x in outcomes]

    async def _send(
        self, sent: Sequence[tuple[c.Command, str, int]]
    ) -> list[Outcome | BaseException]:
        before = self.referee.seq
        waiting = (
            self.services[n % self._processes].execute(command, request_id=rid, by="test")
            for command, rid, n in sent
        )
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        await self._watch()
        if all(isinstance(x, Refusal) for x in outcomes):
            await self._nothing_happened_since(before)
        return outcomes

    def _note(self, command: c.Command, request_id: str, outcome: Outcome | BaseException) -> None:
        if isinstance(outcome, Outcome):
            assert request_id in self.referee.requests, f"{command} was answered, not stored"
            self.asked.append(Asked(request_id, command, outcome))
        elif isinstance(outcome, Unavailable):
            self.asked.append(Asked(request_id, command, None))
        elif not isinstance(outcome, Refusal):
            raise outcome

    async def _nothing_happened_since(self, seq: int) -> None:
        """A refused command changes nothing; the day may have ended meanwhile."""
        records = await self.journals[0].read(HALL, seq, -1)
        own = [r.event for r in records if '"by":"system"' not in r.data]
        assert not own, f"a refused command led to {own}"

    # --- checks -----------------------------------------------------------------------------

    async def _watch(self) -> None:
        self.referee.watch(await self.journals[0].read(HALL, self.referee.seq, -1))

    def check(self) -> None:
        """Each process's state is what the journal says, and what the referee's book says."""
        for service in self.services:
            self.run(self._check_replay(service))

    async def _check_replay(self, service: HallService) -> None:
        await self._hears_of_all(service)
        live = await service.ask(lambda state, _: snapshot(state))
        again = await load_day(self.journals[0], HALL, follow_token)
        assert live == snapshot(again.state), "the state differs from its replay"
        self._check_book(again.state)

    async def _hears_of_all(self, service: HallService) -> None:
        """What the others appended arrives within a moment."""
        async with asyncio.timeout(HEARS_WITHIN_S):
            while service.day.state.seq < self.referee.seq:
                await asyncio.sleep(0.005)

    def _check_book(self, state: Any) -> None:
        book = self.referee.book
        assert state.tickets.keys() == book.people.keys()
        in_line = list(book.in_line())
        for ticket in state.tickets.values():
            person = book.people[ticket.id]
            assert ticket.arrived_ms == person.arrived_ms, f"{ticket.number} lost its arrival"
            assert ticket.status.value == person.status, ticket.number
            assert ticket.service == person.service, ticket.number
            assert ticket.for_window == person.for_window, ticket.number
            assert (ticket.id in state.line) == (person in in_line), ticket.number
        at_window = {w.id: w.ticket for w in state.windows.values()}
        assert at_window == {name: w.ticket for name, w in book.windows.items()}

    def look(self) -> None:
        """What everybody may see can be shown at any moment."""
        for service in self.services:
            self.run(service.hall_json(for_staff=True))
            for ticket in list(self.referee.book.people)[-5:]:
                self.run(service.ticket_json(ticket))
