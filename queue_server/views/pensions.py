"""Pensioners and checks as the wire shows them: pure functions from state to JSON shapes. Nothing
personal is in the state, so nothing personal comes out here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any, Literal

from queue_server.domain import pension_commands as c
from queue_server.domain import pension_events as x
from queue_server.domain.calendar import date_at
from queue_server.domain.events import Event, instant_text
from queue_server.domain.pensions import (
    MILLION,
    Check,
    CheckStatus,
    Measured,
    Pensioner,
    sent_why,
)
from queue_server.domain.state import HallState
from queue_server.wire import pensions as shapes

CONFIRM_WITHIN_S = 90
FACES_TO_BE_FILED_AT = 100_000  # 人脸识别技术应用安全管理办法, article 15


def today_of(state: HallState, now_ms: int) -> date:
    return date_at(state.known_rules.calendar, now_ms)


def due_state(state: HallState, one: Pensioner, now_ms: int) -> shapes.DueState:
    return _how(one, *_bounds(state, now_ms))


def _bounds(state: HallState, now_ms: int) -> tuple[str, str]:
    """Today, and the last due day that counts as due; texts, which are in the order of the days."""
    today = today_of(state, now_ms)
    soon = today + timedelta(days=state.known_rules.pension.due_days)
    return today.isoformat(), soon.isoformat()


def _how(one: Pensioner, today: str, soon: str) -> shapes.DueState:
    if one.due < today:
        return "overdue"
    return "due" if one.due <= soon else "not_due"


def _days_left(state: HallState, one: Pensioner, now_ms: int) -> int:
    return (date.fromisoformat(one.due) - today_of(state, now_ms)).days


def _text(at_ms: int | None) -> str | None:
    return None if at_ms is None else instant_text(at_ms)


def _day(state: HallState, at_ms: int | None) -> str | None:
    """In the hall's zone: between midnight and eight UTC has another day than China."""
    return None if at_ms is None else date_at(state.known_rules.calendar, at_ms).isoformat()


def found_view(state: HallState, one: Pensioner, name_masked: str, now_ms: int) -> shapes.Found:
    wanted = state.known_rules.pension.consent_version
    how = due_state(state, one, now_ms)
    return {
        "person": one.person,
        "name_masked": name_masked,
        "due": how != "not_due",
        "due_state": how,
        "due_date": one.due,
        "enrolled": one.reference is not None,
        "consented": one.consent == wanted,
        "consent_version": wanted,
    }


def pensioner_view(state: HallState, one: Pensioner, now_ms: int) -> shapes.Pensioner:
    return {
        "person": one.person,
        "region": one.region,
        "due_date": one.due,
        "due_state": due_state(state, one, now_ms),
        "days_left": _days_left(state, one, now_ms),
        "home_visit": one.home_visit,
        "consent_version": one.consent,
        "consented_at": _text(one.consent_ms),
        "consented_day": _day(state, one.consent_ms),
        "enrolled": one.reference is not None,
        "reference_source": one.reference_source,
        "enrolled_at": _text(one.reference_ms),
        "enrolled_day": _day(state, one.reference_ms),
        "suspended": one.suspended,
        "back_pay_from": one.back_pay_from,
        "finding": one.finding,
        "reminded": one.reminded,
        "passes": [{"day": day, "way": way} for day, way in reversed(one.passes)],
    }


def check_view(
    state: HallState, check: Check, ticket_of: Callable[[str], Any]
) -> shapes.CheckState:
    one = state.pensions.pensioners.get(check.person)
    has_passed = check.status is CheckStatus.PASSED and one is not None
    waits = check.status is CheckStatus.WAITING_FOR_CLERK
    return {
        "check": check.id,
        "status": check.status.value,
        "reasons": list(check.reasons),
        "why": sent_why(check.reasons).value if check.status is CheckStatus.WINDOW else None,
        "next_due": one.due if has_passed and one else None,
        "ticket": ticket_of(check.ticket) if check.ticket in state.tickets else None,
        "waits_until": _text(check.since_ms + CONFIRM_WITHIN_S * 1000) if waits else None,
    }


def waiting_view(check: Check, held: Literal["here", "elsewhere", "gone"]) -> shapes.Waiting:
    measured = check.measured or Measured("grey")
    return {
        "check": check.id,
        "kiosk": check.kiosk,
        "since": instant_text(check.since_ms),
        "reasons": list(measured.reasons),
        "score": _figure(measured.score_millionths),
        "threshold": _figure(measured.threshold_millionths),
        "cues": [dict(cue) for cue in measured.cues],
        "pictured": held == "here",
        "held": held,
    }


def _figure(millionths: int | None) -> float | None:
    return None if millionths is None else round(millionths / MILLION, 6)


def register_view(state: HallState, faces: int, now_ms: int) -> shapes.Register:
    today = today_of(state, now_ms).isoformat()
    everybody = state.pensions.pensioners.values()
    bounds = _bounds(state, now_ms)
    regions: dict[str, list[Pensioner]] = {}
    for one in everybody:
        regions.setdefault(one.region, []).append(one)
    ways = Counter(way for one in everybody for day, way in one.passes if day == today)
    return {
        "today": today,
        "consent_version": state.known_rules.pension.consent_version,
        "regions": [_counts(region, ones, bounds) for region, ones in sorted(regions.items())],
        "faces": faces,
        "faces_to_be_filed_at": FACES_TO_BE_FILED_AT,
        "passes_today": dict(sorted(ways.items())),
    }


def _counts(region: str, ones: Iterable[Pensioner], bounds: tuple[str, str]) -> shapes.RegionCounts:
    counted: Counter[str] = Counter()
    for one in ones:
        how = _how(one, *bounds)
        counted["pensioners"] += 1
        counted[how] += 1
        counted["home_visits"] += one.home_visit and how != "not_due"
        counted["suspended"] += one.suspended is not None
        counted["back_pay"] += one.back_pay_from is not None
        counted["enrolled"] += one.reference is not None
    return {
        "region": region,
        "pensioners": counted["pensioners"],
        "due": counted["due"],
        "overdue": counted["overdue"],
        "home_visits": counted["home_visits"],
        "suspended": counted["suspended"],
        "back_pay": counted["back_pay"],
        "enrolled": counted["enrolled"],
    }


def wanted_of(state: HallState, which: str, region: str | None, now_ms: int) -> list[Pensioner]:
    """Those of a list, by due day: due (also the overdue), overdue, home_visit, back_pay, all."""

    bounds = _bounds(state, now_ms)

    is_wanted: Callable[[Pensioner], bool] = {
        "due": lambda one: _how(one, *bounds) != "not_due",
        "overdue": lambda one: _how(one, *bounds) == "overdue",
        "home_visit": lambda one: one.home_visit and _how(one, *bounds) != "not_due",
        "back_pay": lambda one: one.back_pay_from is not None,
        "all": lambda one: True,
    }[which]
    found = [
        one
        for one in state.pensions.pensioners.values()
        if (region is None or one.region == region or one.region.startswith(f"{region}/"))
        and is_wanted(one)
    ]
    return sorted(found, key=lambda one: (one.due, one.region, one.person))


def import_counts(command: c.ImportPensioners, happened: Iterable[Event]) -> dict[str, int]:
    """How many rows led to what; same: the register stood so already."""
    kinds = Counter(type(event) for event in happened)
    new, changed = kinds[x.PensionerRegistered], kinds[x.PensionerChanged]
    passed = kinds[x.PensionPassed]
    same = len(command.rows) - new - changed - passed
    return {"new": new, "changed": changed, "passed": passed, "same": same}


def pension_answer(
    state: HallState,
    command: c.PensionCommand,
    happened: Iterable[Event],
    now_ms: int,
    ticket_of: Callable[[str], Any],
) -> dict[str, Any]:
    """What a command about pensioners is answered."""
    if isinstance(command, c.ImportPensioners):
        return {"imported": import_counts(command, happened)}
    if isinstance(command, c.NoteReminded):
        return {"reminded": sum(isinstance(event, x.PensionReminded) for event in happened)}
    if isinstance(command, c.BeginCheck | c.SettleCheck | c.ConfirmCheck):
        begun = next((e.check for e in happened if isinstance(e, x.PensionCheckBegun)), None)
        check = state.pensions.checks[begun or command.check]
        return dict(check_view(state, check, ticket_of))
    one = state.pensions.pensioners.get(command.person)
    return {"pensioner": pensioner_view(state, one, now_ms) if one else None}
