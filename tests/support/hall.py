"""A small hall and a tiny driver for tests of the pure core: commands in, events applied."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, time
from typing import Any

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.apply import apply
from queue_server.domain.calendar import Calendar
from queue_server.domain.decide import decide
from queue_server.domain.keeping import keeps
from queue_server.domain.rules import (
    DispatchSettings,
    HallRules,
    MatterRule,
    PriorityClass,
    ServiceRule,
    Skill,
    WindowRule,
)
from queue_server.domain.state import HallState, Ticket

MONDAY_9 = round(datetime(2026, 11, 23, 1, 0, tzinfo=UTC).timestamp() * 1000)  # 09:00 in Shanghai
MINUTE = 60_000


def rules(**changes: Any) -> HallRules:
    """Services A and B; windows 1 (A), 2 (B, and A at rank 2), 9 (both, elderly first)."""
    base = HallRules(
        id="t",
        calendar=Calendar("Asia/Shanghai", time(4), True, (), frozenset(), frozenset()),
        services=(
            ServiceRule("A", "A", "甲", "a", "ticket", 480),
            ServiceRule("B", "B", "乙", "b", "ticket", 600),
        ),
        classes=(
            PriorityClass("ordinary", "普通", "ordinary", 1.0),
            PriorityClass("elderly", "老年人", "elderly", 2.0, 60),
        ),
        windows=(
            WindowRule("1", "1 号窗口", "Window 1", (Skill("A", 1),)),
            WindowRule("2", "2 号窗口", "Window 2", (Skill("B", 1), Skill("A", 2))),
            WindowRule("9", "9 号窗口", "Window 9", (Skill("A", 1), Skill("B", 1)), ("elderly",)),
        ),
        matters=(MatterRule("A-1", "A", "事项", "matter", 300),),
        windows_start_open=True,
    )
    return dataclasses.replace(base, **changes)


def dispatch(**changes: Any) -> DispatchSettings:
    return dataclasses.replace(DispatchSettings(), **changes)


class Hall:
    """Runs commands at a clock that the test sets, as the service does, without any I/O."""

    def __init__(self, hall_rules: HallRules | None = None, now_ms: int = MONDAY_9) -> None:
        self.state = HallState()
        self.now_ms = now_ms
        self.log: list[tuple[e.Event, int]] = []
        self._fresh = 0
        self.do(c.Configure(hall_rules or rules()))
        self.do(c.RollDay())

    def do(self, command: c.Command) -> list[e.Event]:
        events = decide(command, self.state, self.now_ms)
        for event in events:
            apply(self.state, event, self.now_ms)
            self.log.append((event, self.now_ms))
        return events

    def wait(self, minutes: float) -> None:
        self.now_ms += round(minutes * MINUTE)

    def issue(self, service: str = "A", **fields: Any) -> Ticket:
        self._fresh += 1
        events = self.do(c.IssueTicket(f"t{self._fresh}", service, **fields))
        return self.state.tickets[events[-1].ticket]  # type: ignore[attr-defined]

    def next(self, window: str) -> Ticket | None:
        self.do(c.CallNext(window))
        return self.state.at_window(window)

    def serve(self, window: str, minutes: float = 5) -> Ticket | None:
        """Calls, starts and finishes one; None when nobody waits."""
        ticket = self.next(window)
        if ticket is not None:
            self.do(c.Start(window))
            self.wait(minutes)
            self.do(c.Finish(window))
        return ticket


def reloaded(hall: Hall) -> HallState:
    """The state as a start builds it: configuration, what is kept, the present day."""
    log = list(enumerate(hall.log, start=1))
    opened = max(seq for seq, (event, _) in log if isinstance(event, e.DayOpened))
    kept: dict[str, int] = {}
    for seq, (event, _) in log:
        if change := keeps(event):
            kept[change.key] = seq if change.needed else 0
    configured = max(
        seq for seq, (event, _) in log if isinstance(event, e.HallConfigured) and seq < opened
    )
    wanted = [configured, *sorted(s for s in kept.values() if 0 < s < opened)]
    state = HallState()
    for seq, (event, at_ms) in log:
        if seq in wanted or seq >= opened:
            state.seq = seq - 1
            apply(state, e.from_data(event.name, e.to_data(event)), at_ms)
    return state
