"""Figures against a recomputation from the bare log, on random days with transfers, parks, misses,
numbers handed in late, services of 75 minutes and midnight in between."""

from __future__ import annotations

import random
import statistics as plain
from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

import pytest

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.errors import Refusal
from queue_server.domain.leases import HandIn, OfflineTicket, TakeLeases
from queue_server.domain.rules import HallRules
from queue_server.journal.chain import GENESIS, Record, link
from queue_server.statistics import measures as m
from queue_server.statistics.facts import DayFacts, fold_day
from queue_server.statistics.tables import tables
from queue_server.views.hall import window_view
from tests.support.hall import Hall

WINDOWS = ("1", "2", "9")


class Diary(Hall):
    """A hall that lives through random days, and notes who was idle while people waited."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.idle_ms: Counter[tuple[str, str]] = Counter()
        super().__init__()
        for window, clerk in zip(WINDOWS, ("li", "wang", "zhao"), strict=True):
            self.do(c.CloseWindow(window))
            self.do(c.OpenWindow(window, f"clerk:{clerk}"))

    def advance(self, minutes: float) -> None:
        for window in self.state.windows.values():
            shown = window_view(self.state, window, self.state.known_rules.window[window.id])
            if shown["free_since"] is not None and shown["waiting"] > 0:
                self.idle_ms[self.state.day, window.clerk or ""] += round(minutes * 60_000)
        self.wait(minutes)
        if self.state.alarms.next_ms <= self.now_ms:
            self.do(c.PassTime())

    def try_to(self, command: Any) -> None:
        """What cannot be done just now is not done."""
        try:
            self.do(command)
        except Refusal:
            return

    def live(self, minutes: int) -> None:
        for _ in range(minutes):
            self.advance(self.random.choice((0.5, 1, 1.5)))
            if self.random.random() < 0.5:
                then = ("B",) if self.random.random() < 0.2 else ()
                self.issue(self.random.choice("AAB"), then=then)
            for window in WINDOWS:
                if self.random.random() < 0.05:  # a substitute, by login
                    self.try_to(c.TakeSeat(window, "clerk:sun"))
                if self.random.random() < 0.4:
                    self.try_to(self._act(window))

    def _act(self, window: str) -> Any:
        at = self.state.at_window(window)
        pick = self.random.random()
        if at is None:
            others = list(self.state.missed) or list(self.state.parked) or ["none"]
            if pick < 0.1:
                return c.RejoinTicket(others[0])
            if pick < 0.2:
                return c.ResumeTicket(others[0])
            if pick < 0.25:
                return c.PauseWindow(window, "开会")
            if pick < 0.35:
                return c.ResumeWindow(window)
            waiting = [t.id for t in self.state.tickets.values() if t.status == "waiting"]
            if pick < 0.4 and waiting:
                return c.DeferTicket(waiting[-1], 5)
            if pick < 0.43 and waiting:
                return c.CancelTicket(waiting[0])
            if pick < 0.46 and waiting:
                return c.TransferTicket(waiting[0], "B")
            if pick < 0.5:
                done = [t for t in self.state.tickets.values() if t.status == "finished"]
                rated = done[-1].id if done else "none"
                return c.RateStep(window, rated, self.random.randint(1, 5))
            return c.CallNext(window)
        if at.status == "called":
            if pick < 0.1:
                return c.Miss(window, reason="没来")
            return c.Recall(window) if pick < 0.2 else c.Start(window)
        if pick < 0.1:
            return c.Park(window, "取材料", self.now_ms + 600_000)
        if pick < 0.2:
            return c.Transfer(window, "B" if at.service == "A" else "A", returns=pick < 0.15)
        return c.Finish(window)

    def next_day(self) -> None:
        self.advance(60 * 20)
        self.do(c.RollDay())


def lived(seed: int) -> Diary:
    """Two days, the first with a service of 75 minutes and one over midnight; on the second day a
    kiosk hands in what it gave out on the first."""
    hall = Diary(seed)
    hall.do(TakeLeases("0" * 16, "k", ("B",), 5))
    lease = next(iter(hall.state.leases.values()))
    hall.live(90)
    hall.try_to(c.CallNext("1"))
    hall.try_to(c.Start("1"))
    hall.advance(75)
    hall.try_to(c.Finish("1"))
    hall.advance(60 * 12)
    hall.issue("A")
    hall.try_to(c.CallNext("1"))
    hall.try_to(c.Start("1"))
    hall.advance(180)  # over midnight; the business day goes on
    hall.try_to(c.Finish("1"))
    late = hall.now_ms - 3_600_000
    hall.next_day()
    for window in WINDOWS:
        hall.do(c.CloseWindow(window))
        hall.do(c.OpenWindow(window, "clerk:li"))
    ticket = OfflineTicket("off-1", lease.id, lease.first, "B", late)
    hall.do(HandIn("k", (ticket,), (lease.id,)))
    hall.live(60)
    hall.next_day()
    return hall


def journal_of(hall: Hall) -> list[Record]:
    found: list[Record] = []
    for event, at_ms in hall.log:
        prev = found[-1].hash if found else GENESIS
        found.append(link("t", len(found) + 1, event, at_ms, prev, {}))
    return found


def folded(hall: Hall) -> list[DayFacts]:
    """As the reader does it: each day from its opening, with the rules before it."""
    records = journal_of(hall)
    openings = [r.seq for r in records if r.event == "day_opened"] + [len(records) + 1]
    found = []
    for opened, ends in pairwise(openings):
        rules = [r for r in records if r.event == "hall_configured" and r.seq < opened][-1]
        day = hall.log[opened - 1][0].day  # type: ignore[attr-defined]
        found.append(fold_day(day, rules, records[opened - 1 : ends - 1]))
    return found


class Naive:
    """Ticket by ticket, from the bare log; knows nothing of states."""

    def __init__(self, log: list[tuple[e.Event, int]]) -> None:
        self.waits: dict[str, list[int]] = defaultdict(list)
        self.served: dict[str, list[int]] = defaultdict(list)
        self.endings: Counter[tuple[str, str]] = Counter()
        self.issued: Counter[str] = Counter()
        self.levels: Counter[tuple[str, int]] = Counter()
        self.work: Counter[tuple[str, str]] = Counter()  # finished services and ratings
        day, of_ticket = "", defaultdict(list)
        days = {}
        for event, at_ms in log:
            if isinstance(event, e.DayOpened):
                day = event.day
            if isinstance(event, e.StepRated):
                self.levels[day, event.level] += 1
                self.work[day, f"rated {event.clerk or ''}"] += 1
            elif event.name == "offline_ticket_recorded":
                self.issued[event.day] += 1  # type: ignore[attr-defined]
                self.endings[event.day, "expired"] += 1  # type: ignore[attr-defined]
            elif ticket := getattr(event, "ticket", None):
                of_ticket[ticket].append((event, at_ms))
                days[ticket] = day
        for ticket, happened in of_ticket.items():
            self._ticket(days[ticket], happened)

    def _ticket(self, day: str, happened: list[tuple[e.Event, int]]) -> None:
        self.issued[day] += 1
        step: list[tuple[e.Event, int]] = []
        began = happened[0][0].arrived_ms  # type: ignore[attr-defined]
        for event, at_ms in happened:
            step.append((event, at_ms))
            called = any(x.name == "ticket_called" for x, _ in step)
            ends = event.name in ("ticket_finished", "ticket_cancelled", "ticket_expired")
            if ends or (event.name == "ticket_transferred" and called):
                self._step(day, began, step)
                step, began = [], at_ms

    def _step(self, day: str, began: int, step: list[tuple[e.Event, int]]) -> None:
        calls = [at for x, at in step if x.name == "ticket_called"]
        away, since = 0, None
        for event, at_ms in step:
            if event.name == "ticket_deferred":
                since = since or at_ms
            elif event.name in ("ticket_deferral_ended", "ticket_called") and since:
                away, since = away + (at_ms - since if calls and at_ms <= calls[0] else 0), None
        if calls:
            self.waits[day].append(max(0, calls[0] - began - away))
        took, started = 0, None
        for event, at_ms in step:
            if event.name == "ticket_started":
                started = at_ms
            elif started is not None and event.name not in ("step_rated", "ticket_printed"):
                took, started = took + at_ms - started, None
        last = step[-1][0]
        ending = last.name.removeprefix("ticket_")
        if ending == "finished":
            ending = "flagged" if last.flagged else "finished"  # type: ignore[attr-defined]
            if ending == "finished":
                self.served[day].append(took)
                self.work[day, last.clerk or ""] += 1  # type: ignore[attr-defined]
        if ending == "expired":
            names = [x.name for x, _ in step if x.name != "ticket_deferred"]
            ending = "no_show" if names[-2:-1] == ["ticket_missed"] else "expired"
        self.endings[day, ending] += 1


@pytest.mark.parametrize("seed", range(6))
def test_figures_are_those_of_the_bare_log(seed: int) -> None:
    hall = lived(seed)
    days, naive = folded(hall), Naive(hall.log)
    for day in [d.day for d in days if d.closed]:
        facts = m.of_days(days, day, day)
        assert len(facts.arrivals) == naive.issued[day]
        waits = sorted(s.wait_ms for s in facts.steps if s.wait_ms is not None)
        assert waits == sorted(naive.waits[day])
        done = sorted(s.service_ms for s in facts.steps if s.ending == "finished")
        assert done == sorted(naive.served[day])
        counted = Counter(s.ending for s in facts.steps)
        assert counted == {k: n for (of, k), n in naive.endings.items() if of == day}
        levels = Counter(r.level for r in facts.ratings)
        assert levels == {k: n for (of, k), n in naive.levels.items() if of == day}
        work = Counter(s.clerk for s in facts.steps if s.ending == "finished")
        work += Counter(f"rated {r.clerk}" for r in facts.ratings)
        assert work == {k: n for (of, k), n in naive.work.items() if of == day}
        told = m.summary(facts.arrivals, facts.steps, facts.ratings)
        if waits:
            assert told["wait_mean_s"] == round(round(plain.fmean(waits)) / 1000)
            assert told["wait_max_s"] == round(max(waits) / 1000)
        for clerk, line in m.by_clerk(facts).items():
            assert line["idle_waiting_s"] == round(hall.idle_ms[day, clerk] / 1000), clerk


def test_long_services_midnight_and_late_numbers_count_on_their_day() -> None:
    days = folded(lived(0))
    first = m.of_days(days, days[0].day, days[0].day)
    assert max(s.service_ms for s in first.steps) >= 180 * 60_000
    assert any(s.service_ms >= 75 * 60_000 for s in first.steps)
    assert sum(a.offline for a in first.arrivals) == 1
    assert not any(a.offline for a in m.of_days(days, days[1].day, days[1].day).arrivals)


def test_hard_work_is_no_disadvantage() -> None:
    """Whoever does long matters at the hall's own speed has a pace of 1."""
    hall = Hall()
    for window, clerk in (("1", "quick"), ("2", "slow")):
        hall.do(c.CloseWindow(window))
        hall.do(c.OpenWindow(window, clerk))
    for _ in range(3):
        hall.issue("A")
        hall.serve("1", 2)
        hall.issue("B")
        hall.serve("2", 40)
    facts = m.of_days(folded(hall), "2026-01-01", "2026-12-31")
    clerks = m.by_clerk(facts)
    assert clerks["quick"]["pace"] == clerks["slow"]["pace"] == 1.0
    assert clerks["slow"]["took_s"] > clerks["quick"]["took_s"]


def test_quantiles_are_nearest_ranks() -> None:
    assert m.quantile([], 0.5) is None
    assert m.quantile([3], 0.9) == 3
    assert m.quantile([4, 1, 3, 2], 0.5) == 2
    assert m.quantile(list(range(1, 11)), 0.9) == 9


def test_tables_have_a_value_for_every_column() -> None:
    hall = lived(1)
    facts = m.of_days(folded(hall), "2026-01-01", "2027-01-01")
    rules: HallRules = hall.state.known_rules
    for language in ("zh-CN", "en"):
        for table in tables(facts, rules, language):
            assert table.rows
            assert all(len(row) == len(table.columns) for row in table.rows), table.id
