"""The halls that the stateful test changes between while they are open: small bounds, so that they
are reached often."""

from __future__ import annotations

import dataclasses
from datetime import time

from queue_server.domain.calendar import Calendar
from queue_server.domain.leases import LeaseSettings
from queue_server.domain.quotas import QuotaRule
from queue_server.domain.rules import (
    DispatchSettings,
    HallRules,
    MatterRule,
    PriorityClass,
    ServiceRule,
    Skill,
    WindowRule,
)
from queue_server.domain.slots import BookingSettings, SlotRule

SERVICES = ("A", "B", "C")
CLASSES = ("ordinary", "elderly", "disabled")
WINDOWS = ("1", "2", "3", "9")


def _window(
    window: str, *skills: Skill, first: tuple[str, ...] = (), stands_in_for: str | None = None
) -> WindowRule:
    return WindowRule(window, f"{window} 号窗口", f"Window {window}", skills, first, stands_in_for)


BASE = HallRules(
    id="t",
    calendar=Calendar("Asia/Shanghai", time(4), True, (), frozenset(), frozenset()),
    services=tuple(ServiceRule(s, s, s, s, "ticket", 480) for s in SERVICES),
    classes=(
        PriorityClass("ordinary", "普通", "ordinary", 1.0),
        PriorityClass("elderly", "老年人", "elderly", 2.0, 60),
        PriorityClass("disabled", "残疾人", "disabled", 5.0),
    ),
    windows=(
        _window("1", Skill("A", 1)),
        _window("2", Skill("B", 1), Skill("A", 2)),
        _window("3", Skill("C", 1), Skill("B", 2), stands_in_for="1"),
        _window("9", Skill("A", 1), Skill("B", 1), Skill("C", 1), first=("elderly",)),
    ),
    matters=(MatterRule("A-1", "A", "事项", "matter", 300),),
    leases=LeaseSettings(first_serial=6),  # so that the hall's own numbers run into lent ones
    dispatch=DispatchSettings(
        rank_tolerance_s=120, overtaken_at_most=2, waits_at_most_s=1800, rejoin_after=2
    ),
    windows_start_open=True,
    quotas=(QuotaRule("C", per_day=12, per_person=2),),
    slots=(SlotRule("A", tuple(range(7)), time(0), time(23, 30), 30, 2),),
    booking=BookingSettings(too_early="wait", open_at_most=2),
)

VARIANTS = (
    BASE,
    dataclasses.replace(  # windows learn other services, one goes away
        BASE,
        windows=(
            _window("1", Skill("A", 2), Skill("C", 1)),
            _window("2", Skill("B", 1), Skill("A", 1)),
            _window("9", Skill("C", 1), Skill("A", 2), first=("disabled", "elderly")),
        ),
    ),
    dataclasses.replace(  # other speeds, wider bounds
        BASE,
        classes=(*BASE.classes[:1], dataclasses.replace(BASE.classes[1], rate=8.0)),
        dispatch=DispatchSettings(
            rank_tolerance_s=0,
            overtaken_at_most=5,
            waits_at_most_s=7200,
            rejoins_at_most=1,
            stands_in_when_closed=True,
        ),
    ),
    dataclasses.replace(
        BASE,
        services=BASE.services[:2],
        windows=BASE.windows[:2],
        quotas=(),
        booking=BookingSettings(late_rule="booked", grace_s=0),
    ),
)

SKILLS = (
    (Skill("A", 1), Skill("B", 1)),
    (Skill("B", 2), Skill("C", 1)),
    (Skill("C", 2),),
)
SETTINGS = (
    (("overtaken_at_most", 1),),
    (("overtaken_at_most", 3), ("waits_at_most_s", 600)),
    (("rejoin_after", 4), ("defers_at_most", 3)),
    (("missed_strictly", True), ("rank_tolerance_s", 0)),
)
