"""A face check at the kiosk: begun, passed, referred to a clerk, or sent to a window.

The kiosk's engine proposes; what counts as a pass is decided here once more, in one place: consent,
an enrolled face, a calibration, a score at the threshold, a live person. Whatever is missing leads
to a person at a window, never to more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from queue_server.domain import events as e
from queue_server.domain import pension_commands as c
from queue_server.domain import pension_events as x
from queue_server.domain.admission import admit
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.decide.pensions import (
    consent_needed,
    known_pensioner,
    passed,
    today,
    window_matter,
)
from queue_server.domain.decide.tickets import class_of, held_again, new_ticket
from queue_server.domain.errors import NotFound, Refusal, WrongState
from queue_server.domain.pensions import Check, CheckStatus, Decision, Measured, Pensioner, Way
from queue_server.domain.state import HallState

# Where the reference is a card's photo a clerk compares each time (docs/decisions/0028).
CARD, CARD_PHOTO = "card", "card_photo"
# Where it is the live picture of a check that a clerk confirmed (docs/decisions/0032).
CHECK, RENEWAL = "check", "pension_reference_renewal"
OPEN = frozenset({CheckStatus.BEGUN, CheckStatus.WAITING_FOR_CLERK})


def known_check(state: HallState, check: str) -> Check:
    """Raises NotFound."""
    try:
        return state.pensions.checks[check]
    except KeyError:
        raise NotFound("今天没有这次认证。", check=check) from None


@decide.register
def _begin(command: c.BeginCheck, state: HallState, now_ms: int) -> Events:
    found = known_pensioner(state, command.person)
    rules = state.known_rules.pension
    if found.consent != rules.consent_version:
        raise consent_needed(state)
    if found.reference is None:
        raise WrongState("not_enrolled", "还没有登记照片，请到窗口办理。")
    tried = sum(check.person == command.person for check in state.pensions.checks.values())
    if tried >= rules.checks_at_most:
        raise WrongState(
            "too_many_checks", "今天已经试了多次，请到窗口办理。", at_most=rules.checks_at_most
        )
    return [x.PensionCheckBegun(command.check, command.person, command.kiosk)]


@decide.register
def _settle(command: c.SettleCheck, state: HallState, now_ms: int) -> Events:
    check, found = _open_check(state, command.check)
    measured = replace(command.measured, reasons=_reasons(found, command.measured))
    missing = _missing(state, found, measured)
    if measured.decision == Decision.PASS and not missing:
        return _pass(state, check, found, now_ms, "engine", measured)
    doubtful = measured.decision in (Decision.PASS, Decision.GREY)
    if doubtful and command.pictured and "consent_needed" not in missing:
        if check.status is CheckStatus.WAITING_FOR_CLERK:
            return []
        data = x.measured_data(measured)
        return [x.PensionCheckReferred(check.id, check.person, data, command.held_by)]
    reasons = tuple(dict.fromkeys((*measured.reasons, *(missing if doubtful else ()))))
    if not reasons:
        reasons = (measured.decision,)
    return _to_window(state, check, now_ms, command, measured, reasons, "engine")


def _missing(state: HallState, found: Pensioner, measured: Measured) -> tuple[str, ...]:
    """What a pass without a person's look would still need."""
    score, threshold = measured.score_millionths, measured.threshold_millionths
    needed = {
        "consent_needed": found.consent == state.known_rules.pension.consent_version,
        "not_enrolled": found.reference is not None,
        "uncalibrated": bool(measured.calibration) or found.reference_source == CARD,
        CARD_PHOTO: found.reference_source != CARD,
        "score_below_threshold": None not in (score, threshold)
        and (score or 0) >= (threshold or 0),
        "not_live": is_live(measured.cues),
    }
    return tuple(code for code, is_met in needed.items() if not is_met)


def _reasons(found: Pensioner, measured: Measured) -> tuple[str, ...]:
    """No calibration holds for a card's photo, whatever the site has: the clerk reads that."""
    if found.reference_source != CARD:
        return measured.reasons
    return tuple(CARD_PHOTO if one == "uncalibrated" else one for one in measured.reasons)


def is_live(cues: tuple[Mapping[str, Any], ...]) -> bool:
    """At least one cue that must be good, and none of those that is not."""
    needed = [cue for cue in cues if cue.get("weight") == "must"]
    return bool(needed) and all(cue.get("verdict") == "good" for cue in needed)


@decide.register
def _confirm(command: c.ConfirmCheck, state: HallState, now_ms: int) -> Events:
    check, found = _open_check(state, command.check)
    if check.status is not CheckStatus.WAITING_FOR_CLERK or check.measured is None:
        raise WrongState("check_not_waiting", "这次认证不在等待人工核对。", check=check.id)
    if command.same:
        return _pass(state, check, found, now_ms, command.clerk, check.measured)
    reasons = ("clerk_saw_another_person",)
    return _to_window(state, check, now_ms, command, check.measured, reasons, command.clerk)


@decide.register
def _renew(command: c.RenewReference, state: HallState, now_ms: int) -> Events:
    """Only what a clerk compared: an engine that renewed what it compares with would drift."""
    check, found = known_check(state, command.check), known_pensioner(state, command.person)
    if found.reference == command.reference:
        return []
    by_clerk = check.status is CheckStatus.PASSED and check.confirmed_by is not None
    if not by_clerk or check.person != command.person:
        raise WrongState(
            "not_confirmed", "只有人工核对通过的照片才能更新登记照片。", check=check.id
        )
    if not found.consent == command.version == state.known_rules.pension.consent_version:
        raise consent_needed(state)
    renewed = replace(
        found, reference=command.reference, reference_source=CHECK, reference_ms=now_ms
    )
    return [
        x.PensionReferenceRenewed(
            **x.whole(renewed),
            model=command.model,
            check=check.id,
            confirmed_by=check.confirmed_by or "",
            purpose=RENEWAL,
            version=command.version,
            kiosk=command.kiosk,
            was=found.reference,
            was_source=found.reference_source,
        )
    ]


def _open_check(state: HallState, check_id: str) -> tuple[Check, Pensioner]:
    check = known_check(state, check_id)
    if check.status not in OPEN:
        raise WrongState(
            "check_settled", "这次认证已经有结果了。", check=check.id, status=check.status.value
        )
    return check, known_pensioner(state, check.person)


def _pass(
    state: HallState,
    check: Check,
    found: Pensioner,
    now_ms: int,
    decided_by: str,
    measured: Measured,
) -> Events:
    certificate: Mapping[str, Any] = {
        "decided_by": decided_by,
        "check": check.id,
        "kiosk": check.kiosk,
        "measured": x.measured_data(measured),
    }
    day = today(state, now_ms)
    return passed(state, found, day, Way.KIOSK, now_ms, certificate)


def _to_window(
    state: HallState,
    check: Check,
    now_ms: int,
    command: c.SettleCheck | c.ConfirmCheck,
    measured: Measured,
    reasons: tuple[str, ...],
    decided_by: str,
) -> Events:
    """With a number, if one can be given just now; the person is told either way."""
    events = _number(state, check, now_ms, command)
    last = events[-1] if events else None
    known = last if isinstance(last, e.TicketIssued | e.TicketReprinted) else None
    failed = x.PensionCheckFailed(
        check.id,
        check.person,
        known.ticket if known else None,
        reasons,
        decided_by,
        x.measured_data(measured),
    )
    return [*events, failed]


def _number(
    state: HallState, check: Check, now_ms: int, command: c.SettleCheck | c.ConfirmCheck
) -> Events:
    where = window_matter(state)
    if where is None:
        return []
    service, matter = where
    held = state.held_by(check.person, service)
    again = held_again(state, held, check.kiosk) if held else []
    if again and isinstance(again[-1], e.TicketReprinted):
        return again
    try:
        admit(state, service, check.person, now_ms, given_up=len(again))
    except Refusal:
        return []
    return [
        *again,
        new_ticket(
            state,
            ticket=command.ticket,
            service=service,
            matter=matter,
            priority_class=class_of(state.known_rules, None, command.age_years),
            person=check.person,
            kiosk=check.kiosk,
            arrived_ms=now_ms,
        ),
    ]
