"""What staff see beside the queues: who is missed or parked, who was called out of turn, and the
rules in force."""

from __future__ import annotations

from typing import Any

from queue_server.domain.events import instant_text
from queue_server.domain.rules import DispatchSettings
from queue_server.domain.state import HallState
from queue_server.views.configuration import administration_view
from queue_server.wire import hall as wire

MISSED_SHOWN = 20
PARKED_SHOWN = 50
OUT_OF_TURN_SHOWN = 50


def missed_view(state: HallState) -> list[wire.MissedTicket]:
    most = state.known_rules.dispatch.rejoins_at_most
    newest = [state.tickets[t] for t in reversed(list(state.missed)[-MISSED_SHOWN:])]
    return [
        {
            "id": t.id,
            "number": t.number,
            "service": t.service,
            "since": instant_text(t.since_ms),
            "may_rejoin": t.rejoins < most,
        }
        for t in newest
    ]


def parked_view(state: HallState) -> list[wire.ParkedTicket]:
    newest = [state.tickets[t] for t in reversed(list(state.parked)[-PARKED_SHOWN:])]
    return [
        {
            "id": t.id,
            "number": t.number,
            "service": t.service,
            "window": t.window,
            "since": instant_text(t.since_ms),
            "until": None if t.until_ms is None else instant_text(t.until_ms),
            "reason": t.parked_for,
        }
        for t in newest
    ]


def out_of_turn_view(state: HallState) -> list[wire.OutOfTurn]:
    return [
        {
            "number": x.number,
            "service": x.service,
            "window": x.window,
            "clerk": x.clerk,
            "at": instant_text(x.at_ms),
            "what": x.what,
            "reason": x.reason,
        }
        for x in reversed(state.out_of_turn[-OUT_OF_TURN_SHOWN:])
    ]


def configuration_view(state: HallState) -> dict[str, Any]:
    rules = state.known_rules
    return {
        "seq": state.seq,
        **administration_view(state),
        "classes": [
            {
                "id": c.id,
                "name": c.name,
                "name_en": c.name_en,
                "rate": c.rate,
                "min_age": c.min_age,
            }
            for c in rules.classes
        ],
        "windows": [
            {
                "id": w.id,
                "name": w.name,
                "name_en": w.name_en,
                "skills": [{"service": s.service, "rank": s.rank} for s in w.skills],
                "first_classes": list(w.first_classes),
                "stands_in_for": w.stands_in_for,
            }
            for w in rules.windows
        ],
        "dispatch": _dispatch(rules.dispatch),
    }


def _dispatch(settings: DispatchSettings) -> dict[str, Any]:
    """By the names of the settings file, which counts long times in minutes."""
    shown = {name: getattr(settings, name) for name in settings.__dataclass_fields__}
    for name in ("waits_at_most", "print_unanswered"):
        shown[f"{name}_minutes"] = shown.pop(f"{name}_s") // 60
    return shown
