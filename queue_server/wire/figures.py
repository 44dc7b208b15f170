"""The wire's shapes of what a manager looks at: how the hall is set up, waits, history, the ledger.

Standard library only, as wire/hall.py. Fields may be added, never renamed.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from queue_server.wire.hall import Matter, Skill


class ServiceSetting(TypedDict):
    id: str
    prefix: str
    name: str
    name_en: str
    icon: str
    usual_minutes: float
    paused: bool
    reason: str | None


class SessionHours(TypedDict):
    days: list[str]
    opens: str
    closes: str


class Opening(TypedDict):
    opens: str
    closes: str


class SpecialDay(TypedDict):
    day: str
    why: str
    sessions: list[Opening]


class Hours(TypedDict):
    always_open: bool
    sessions: list[SessionHours]
    holidays: list[str]
    makeup_days: list[str]
    special_days: list[SpecialDay]


class ServiceAlerts(TypedDict):
    service: str
    long_wait_minutes: int
    waiting_at_most: int


class Quiet(TypedDict):
    begins: str
    ends: str


class Alerts(TypedDict):
    """From when on the board asks for a person; 0 people means no limit."""

    long_wait_minutes: int
    waiting_at_most: int
    called_minutes: int
    idle_minutes: int
    paused_minutes: int
    services: list[ServiceAlerts]
    quiet: list[Quiet]


class ClassSetting(TypedDict):
    id: str
    name: str
    name_en: str
    rate: float
    min_age: int | None


class WindowSetting(TypedDict):
    id: str
    name: str
    name_en: str
    skills: list[Skill]
    first_classes: list[str]
    stands_in_for: str | None


class Configuration(TypedDict):
    """The rules in force. dispatch: by the names of the settings file."""

    seq: int
    services: list[ServiceSetting]
    matters: list[Matter]
    hours: Hours
    alerts: Alerts
    classes: list[ClassSetting]
    windows: list[WindowSetting]
    dispatch: dict[str, Any]


class ConfigurationAnswer(TypedDict):
    configuration: Configuration


class Difference(TypedDict):
    """place: the way to it, as `["windows", "10", "skills"]`; null where nothing was or is."""

    place: list[str]
    before: Any
    after: Any


class Change(TypedDict):
    """differences: of the rules, the first of them. undo: whether it can be taken back, by its seq;
    taken_back: it has been."""

    seq: int
    at: str
    by: str
    change: dict[str, Any]
    differences: list[Difference]
    taken_back: bool
    undo: bool


class Changes(TypedDict):
    changes: list[Change]  # newest first


class PromiseFigures(TypedDict):
    """kept: share called before P90; error_s: mean absolute error of the median; late_s: by how
    much those who waited longer than P90 did so, on average."""

    promises: int
    kept: float | None
    error_s: int | None
    wait_s: int | None
    late_s: int | None


class PromiseCell(PromiseFigures):
    service: str
    hour: str


class Drift(TypedDict):
    way: Literal["too_short", "too_long"]
    kept: float
    promises: int
    off_s: int


# "from" is a word of Python's own, so shapes with it are written as calls
PromiseReport = TypedDict(
    "PromiseReport",
    {
        "aim": float,
        "from": str | None,
        "all": PromiseFigures,
        "today": PromiseFigures,
        "by_service": dict[str, PromiseFigures],
        "by_hour": dict[str, PromiseFigures],
        "by_day": dict[str, PromiseFigures],
        "cells": list[PromiseCell],
        "drift": Drift | None,
    },
)


class OutlookNow(TypedDict):
    at: str
    age_s: int
    days: float
    about: bool


class Waits(TypedDict):
    """tomorrow: who is expected on the next open day; outlook: null while people are told the
    first-day formula."""

    promises: PromiseReport
    tomorrow: dict[str, Any] | None
    days: int
    outlook: OutlookNow | None


class WaitPoint(TypedDict):
    """Waits of somebody who comes then. called_pct: in how many of a hundred futures they are
    called at all before the hall closes."""

    at: str
    mean_s: int
    p10_s: int
    p50_s: int
    p90_s: int
    called_pct: int


class WaitCurve(TypedDict):
    all: list[WaitPoint]
    by_service: dict[str, list[WaitPoint]]


class WhatIf(TypedDict):
    at: str
    futures: int
    about: bool
    now: WaitCurve
    then: WaitCurve


class Openings(TypedDict):
    at: str
    windows: list[str]
    worst_s: int
    holds: bool
    searched: int
    whole: bool
    then: WaitCurve


class PromiseLine(TypedDict):
    """A number's promised wait beside the one that came."""

    issued_at: str
    day: str
    number: str
    service: str
    priority_class: str
    people_ahead: int
    p50_s: int | None
    p90_s: int | None
    simulated: bool
    waited_s: float | None
    came: Literal[
        "in_time", "late", "waiting", "cancelled", "expired", "put_off", "chosen", "untold"
    ]


class PromiseLines(TypedDict):
    day: str
    promises: list[PromiseLine]


class Summary(TypedDict):
    """levels: ratings from 5 to 1."""

    issued: int
    booked: int
    offline: int
    finished: int
    transferred: int
    no_show: int
    cancelled: int
    expired: int
    misses: int
    wait_mean_s: int | None
    wait_p50_s: int | None
    wait_p90_s: int | None
    wait_max_s: int | None
    service_mean_s: int | None
    service_p50_s: int | None
    service_p90_s: int | None
    ratings: int
    levels: list[int]
    satisfied: float | None


class FigureTable(TypedDict):
    """columns: keys of words; rows: values in that order, the first one a name."""

    id: NotRequired[str]
    columns: list[str]
    rows: list[list[Any]]


Statistics = TypedDict(
    "Statistics",
    {
        "from": str,
        "to": str,
        "levels": list[list[int]],
        "summary": Summary,
        "tables": dict[str, FigureTable],
        "waits_by_hour": list[list[int | None]],
    },
)


class LedgerSummary(TypedDict):
    """How many by outcome; of the promises how many are open, overdue, kept and late."""

    total: int
    outcomes: dict[str, int]
    promises: dict[str, int]
    by_day: list[Any]
    due: list[Any]


class LedgerClerk(TypedDict):
    login: str
    name: str


LedgerPage = TypedDict(
    "LedgerPage",
    {
        "from": str,
        "to": str,
        "columns": list[str],
        "rows": list[list[Any]],
        "next": int | None,
        "summary": LedgerSummary,
        "clerks": list[LedgerClerk],
    },
)
