"""The same figures as tables, for pages, spreadsheets and text files. Words are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from queue_server.domain.calendar import Calendar
from queue_server.domain.rules import HallRules
from queue_server.statistics import measures as m

FIGURES = (
    *("issued", "finished", "no_show", "cancelled", "expired"),
    *("wait_p50_s", "wait_p90_s", "wait_max_s", "service_p50_s", "service_p90_s"),
    *("ratings", "satisfied"),
)
LEVELS = tuple(f"level_{level}" for level in (5, 4, 3, 2, 1))
STAFF = (
    *("finished", "transferred", "misses", "took_s", "expected_s", "pace"),
    *("service_p50_s", "open_s", "busy_s", "paused_s", "idle_waiting_s", "ratings", "satisfied"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """columns: keys of words; rows: values in that order, the first one a name."""

    id: str
    columns: tuple[str, ...]
    rows: list[list[Any]]


def tables(
    facts: m.Facts, rules: HallRules, language: str, people: Mapping[str, str] | None = None
) -> list[Table]:
    """people: login → name; whoever has no account any more is called by the login."""
    names = {s.id: s.name_en if language == "en" else s.name for s in rules.services}
    order = {s.id: place for place, s in enumerate(rules.services)}
    services = m.by_service(facts)
    known = sorted(services, key=lambda s: (order.get(s, len(order)), s))
    return [
        Table(
            "services",
            ("service", *FIGURES),
            [
                *_lines(services, known, FIGURES, {s: f"{s} {names.get(s, '')}" for s in known}),
                ["", *_values(m.summary(facts.arrivals, facts.steps, facts.ratings), FIGURES)],
            ],
        ),
        Table("days", ("day", *FIGURES), _lines(days := m.by_day(facts), sorted(days), FIGURES)),
        _hours(facts, rules.calendar),
        _ratings(services, known, {s: f"{s} {names.get(s, '')}" for s in known}, facts),
        Table(
            "staff", ("clerk", *STAFF), _lines(of := m.by_clerk(facts), sorted(of), STAFF, people)
        ),
    ]


def _ratings(
    services: Mapping[str, Mapping[str, Any]],
    known: Sequence[str],
    names: Mapping[str, str],
    facts: m.Facts,
) -> Table:
    """How often each level was given, the best first."""
    total = m.summary(facts.arrivals, facts.steps, facts.ratings)
    lines = [*((names[s], services[s]) for s in known), ("", total)]
    rows = [[name, *line["levels"], line["ratings"], line["satisfied"]] for name, line in lines]
    return Table("ratings", ("service", *LEVELS, "ratings", "satisfied"), rows)


def _lines(
    found: Mapping[str, Mapping[str, Any]],
    keys: Sequence[str],
    figures: Sequence[str],
    names: Mapping[str, str] | None = None,
) -> list[list[Any]]:
    return [[(names or {}).get(key, key), *_values(found[key], figures)] for key in keys]


def _values(line: Mapping[str, Any], figures: Sequence[str]) -> list[Any]:
    return [line.get(name) for name in figures]


def _hours(facts: m.Facts, calendar: Calendar) -> Table:
    """Numbers given by business day and local hour."""
    counted = m.arrivals_by_hour(facts, calendar)
    hours = sorted({hour for _, hour in counted})
    days = sorted({day for day, _ in counted})
    rows: list[list[Any]] = [[day, *(counted.get((day, h), 0) for h in hours)] for day in days]
    return Table("hours", ("day", *(f"{hour:02d}" for hour in hours)), rows)
