"""What event streams carry to everybody: pure functions from events to JSON shapes."""

from __future__ import annotations

from typing import Any

from queue_server.domain import cases as x
from queue_server.domain import events as e
from queue_server.domain.events import instant_text
from queue_server.domain.remembered import RecentCall
from queue_server.domain.rules import HallRules
from queue_server.journal.chain import ANSWER_KEY
from queue_server.views.hall import call_view

_NOT_FOR_EVERYBODY = frozenset(
    {
        "request_id",
        ANSWER_KEY,
        "by",
        "person",
        "code",
        "phone",
        "phone_tail",
        "taken",
        "why",
        "reason",
        "outcome",
        "level",
        "clerk",
        "for_clerk",
        "returns_clerk",
        "rules",
        "change",
        "digest",
        "skipped",
        "detail",
        "figures",
        "asked",
        "text",
        "thing",
        "things",
        "note",
        "closed_note",
        "missing",
        "first_clerk",
        "promised_day",
    }
)

# Nobody sees who rated, nor infers it from a case that opens just now (好差评).
_UNTOLD = (
    e.StepRated,
    x.AboutCase,
    x.ReviewsSummed,
)


def is_told(event: e.Event) -> bool:
    """Whether event streams carry it at all."""
    return not isinstance(event, _UNTOLD)


def pushed_data(
    rules: HallRules, hall: str, seq: int, event: e.Event, at_ms: int, data: dict[str, Any]
) -> dict[str, Any]:
    """What event streams carry to everybody: the journal's data less who asked, who it is about and
    what staff wrote, plus the call as screens show it."""
    if event.name.startswith("pension"):  # whose it is, and what was measured, is for nobody
        return {"check": data.get("check"), "at": instant_text(at_ms)}
    shown = {k: v for k, v in data.items() if k not in _NOT_FOR_EVERYBODY}
    if isinstance(event, e.TicketCalled | e.TicketRecalled):
        again = isinstance(event, e.TicketRecalled)
        call = RecentCall(seq, event.number, event.service, event.window, at_ms, again)
        shown["call"] = call_view(rules, hall, call)
    shown["at"] = instant_text(at_ms)
    return shown
