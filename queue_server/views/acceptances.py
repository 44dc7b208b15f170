"""What was registered and promised, as the wire shows it: pure functions from state to JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from queue_server.domain.acceptances import Acceptance, Step
from queue_server.domain.calendar import date_at, working_days_between
from queue_server.domain.events import instant_text
from queue_server.domain.rules import HallRules
from queue_server.domain.state import HallState, Ticket
from queue_server.wire import cases as wire


def _names(rules: HallRules, service: str, matter: str | None) -> dict[str, Any]:
    """Names of what may have gone from the settings since."""
    known, of = rules.service.get(service), rules.matter.get(matter or "")
    return {
        "service": service,
        "service_name": known.name if known else service,
        "service_name_en": known.name_en if known else service,
        "matter": matter,
        "matter_name": of.name if of else None,
        "matter_name_en": of.name_en if of else None,
    }


def step_view(rules: HallRules, step: Step) -> wire.Step:
    """How a step ended, for the person it was for; nothing of what staff noted."""
    return {
        "step": step.number,
        **_names(rules, step.service, step.matter),  # type: ignore[typeddict-item]
        "window": step.window,
        "outcome": step.outcome or "done",
        "promised_day": step.promised_day,
        "missing": list(step.missing),
        "at": instant_text(step.at_ms),
    }


def steps_view(state: HallState, ticket: Ticket) -> list[wire.Step]:
    return [step_view(state.known_rules, step) for step in ticket.steps]


def reviewable_view(state: HallState, ticket: Ticket) -> list[wire.Reviewable]:
    """The finished steps that were not rated yet."""
    rules = state.known_rules
    return [
        {
            "step": step.number,
            "service": step.service,
            "service_name": rules.service[step.service].name
            if step.service in rules.service
            else step.service,
            "service_name_en": rules.service[step.service].name_en
            if step.service in rules.service
            else step.service,
            "window": step.window,
        }
        for step in ticket.steps
        if not step.rated
    ]


def acceptance_view(state: HallState, found: Acceptance, now_ms: int) -> wire.Acceptance:
    """days_left: working days until the promised one, negative when it has passed."""
    rules = state.known_rules
    today = date_at(rules.calendar, now_ms)
    promised = date.fromisoformat(found.promised_day)
    return {
        "id": found.id,
        "number": found.number,
        "day": found.day,
        **_names(rules, found.service, found.matter),  # type: ignore[typeddict-item]
        "window": found.window,
        "clerk": found.clerk,
        "contact": {"window": found.first_window, "clerk": found.first_clerk},
        "promised_day": found.promised_day,
        "days_left": working_days_between(rules.calendar, today, promised),
        "late": today > promised,
        "note": found.note,
    }


def acceptances_view(state: HallState, now_ms: int) -> list[wire.Acceptance]:
    """All that are open, the most urgent first."""
    views = [acceptance_view(state, x, now_ms) for x in state.acceptances.open.values()]
    return sorted(views, key=lambda x: (x["promised_day"], x["day"], x["number"]))


def promises_view(state: HallState, now_ms: int) -> wire.Promises:
    """For the console and the board: counts, and those that are late or due today, in full."""
    today = date_at(state.known_rules.calendar, now_ms).isoformat()
    pressing = [x for x in state.acceptances.open.values() if x.promised_day <= today]
    pressing.sort(key=lambda x: (x.promised_day, x.day, x.number))
    late = sum(x.promised_day < today for x in pressing)
    return {
        "open": len(state.acceptances.open),
        "late": late,
        "due_today": len(pressing) - late,
        "pressing": [acceptance_view(state, x, now_ms) for x in pressing[:PRESSING_SHOWN]],
    }


PRESSING_SHOWN = 30
