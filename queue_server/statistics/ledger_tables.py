"""The ledger filtered, counted, and as tables for pages, spreadsheets and text files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from queue_server.domain.acceptances import Outcome
from queue_server.domain.calendar import Calendar, local
from queue_server.domain.rules import HallRules
from queue_server.review_words import reason_names
from queue_server.statistics.ledger import CaseLine, Line
from queue_server.statistics.tables import Table

STATES = ("open", "overdue", "kept", "late")
OUTCOMES = tuple(outcome.value for outcome in Outcome)
COLUMNS = (
    *("day", "time", "number", "service", "matter", "window", "clerk", "contact", "outcome"),
    *("missing", "note", "promised_day", "state", "closed_day", "closed_outcome", "late_days"),
    "closed_note",
)
CASE_COLUMNS = (
    *("opened_day", "case_kind", "level", "reasons", "service", "window", "due_day", "state"),
    *("status", "handler", "answered_day", "late_days", "back", "closed_day"),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty: not asked for. number: as on the paper, or its beginning. clerk also finds the first
    receiver; cases have neither clerk nor number in sight."""

    service: str = ""
    window: str = ""
    clerk: str = ""
    outcome: str = ""
    state: str = ""
    number: str = ""

    def lets(self, line: Line) -> bool:
        return (
            self.service in ("", line.service)
            and self.window in ("", line.window, line.first_window)
            and self.clerk in ("", line.clerk, line.first_clerk)
            and self.outcome in ("", line.outcome)
            and self.state in ("", line.state)
            and line.number.startswith(self.number.upper())
        )

    def lets_case(self, line: CaseLine) -> bool:
        return (
            self.service in ("", line.case.service)
            and self.window in ("", line.case.window)
            and self.state in ("", line.state)
        )


def summary(lines: Sequence[Line]) -> dict[str, Any]:
    """How many by outcome; of the promises how many are open, overdue, kept and late. by_day: the
    same for each day, and promises by the day on which they were due."""
    outcomes = Counter(x.outcome for x in lines)
    states: Counter[str] = Counter(x.state for x in lines if x.state)
    by_day: dict[str, Counter[str]] = {}
    due: dict[str, Counter[str]] = {}
    for line in lines:
        by_day.setdefault(line.day, Counter())[line.outcome] += 1
        if line.promised_day and line.state:
            due.setdefault(line.promised_day, Counter())[line.state] += 1
    known = [*OUTCOMES, *sorted(outcomes.keys() - set(OUTCOMES))]  # words of older clients too
    return {
        "total": len(lines),
        "outcomes": {name: outcomes[name] for name in known},
        "promises": {name: states[name] for name in STATES},
        "by_day": [[day, {n: by_day[day][n] for n in known}] for day in sorted(by_day)],
        "due": [[day, {n: due[day][n] for n in STATES}] for day in sorted(due)],
    }


def _names(rules: HallRules, language: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    english = language == "en"
    services = {s.id: f"{s.id} {s.name_en if english else s.name}" for s in rules.services}
    return services, {m.id: m.name_en if english else m.name for m in rules.matters}


def ledger_table(
    lines: Sequence[Line],
    rules: HallRules,
    words: Mapping[str, Any],
    language: str,
    people: Mapping[str, str],
) -> Table:
    """words: of the part `ledger`; people: login → name."""
    services, matters = _names(rules, language)
    rows = [_row(line, rules.calendar, services, matters, words, people) for line in lines]
    return Table("acceptances", COLUMNS, rows)


def _row(
    line: Line,
    calendar: Calendar,
    services: Mapping[str, str],
    matters: Mapping[str, str],
    words: Mapping[str, Any],
    people: Mapping[str, str],
) -> list[Any]:
    clerk, first = (
        people.get(login or "", login or "") for login in (line.clerk, line.first_clerk)
    )
    return [
        line.day,
        f"{local(calendar, line.at_ms):%H:%M}",
        line.number,
        services.get(line.service, line.service),
        matters.get(line.matter or "", line.matter or ""),
        line.window,
        clerk,
        _contact(line.first_window, first, words),
        words["outcome"].get(line.outcome, line.outcome),
        str(words["join"]).join(line.missing),
        line.note or "",
        line.promised_day or "",
        words["state"][line.state] if line.state else "",
        line.closed_day or "",
        words["settled"].get(line.closed_outcome, line.closed_outcome or ""),
        line.late_days,
        line.closed_note or "",
    ]


def _contact(window: str | None, clerk: str, words: Mapping[str, Any]) -> str:
    """Who received the person first: where, and by whom if that is known."""
    place = str(words["at_window"]).replace("{window}", window) if window else ""
    return " · ".join(filter(None, (place, clerk)))


def case_table(
    lines: Sequence[CaseLine],
    rules: HallRules,
    words: Mapping[str, Any],
    language: str,
    people: Mapping[str, str],
) -> Table:
    services, _ = _names(rules, language)
    key = "name_en" if language == "en" else "name"
    rows: list[list[Any]] = [
        [
            line.case.opened_day,
            words["case_kind"][line.case.kind],
            words["level"][str(line.case.level)] if line.case.level else "",
            str(words["join"]).join(x[key] for x in reason_names(line.case.reasons)),
            services.get(line.case.service or "", line.case.service or ""),
            line.case.window or "",
            line.case.due_day,
            words["state"][line.state],
            words["case_status"][line.case.status],
            people.get(line.case.handler or "", line.case.handler or ""),
            line.case.answered_day or "",
            line.late_days,
            words["back"][line.case.back] if line.case.back else "",
            line.closed_day or "",
        ]
        for line in lines
    ]
    return Table("cases", CASE_COLUMNS, rows)
