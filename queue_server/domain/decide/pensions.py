"""The register of pensioners: imports, consents, passes by all ways, overdue cases.

No rule in here decides on a benefit: a suspension is written down when a person has decided it, and
every later pass restores and notes since when back-pay is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from queue_server.domain import events as e
from queue_server.domain import pension_commands as c
from queue_server.domain import pension_events as x
from queue_server.domain.calendar import local
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.pensions import PASSES_REMEMBERED, Pensioner, Way, next_due
from queue_server.domain.state import HallState
from queue_server.domain.vocabulary import AT_A_WINDOW, ENDED

PURPOSE = "pension_eligibility"
# A home visit is written down within so many days.
PASS_AGE_AT_MOST_DAYS = 366


def known_pensioner(state: HallState, person: str) -> Pensioner:
    """Raises NotFound."""
    try:
        return state.pensions.pensioners[person]
    except KeyError:
        raise NotFound("认证名册里没有这个人。", person=person) from None


def today(state: HallState, now_ms: int) -> date:
    return local(state.known_rules.calendar, now_ms).date()


# --- imports --------------------------------------------------------------------------------


@decide.register
def _import(command: c.ImportPensioners, state: HallState, now_ms: int) -> Events:
    months = state.known_rules.pension.months
    found = (
        _imported(row, state.pensions.pensioners.get(row.person), months) for row in command.rows
    )
    return [event for event in found if event is not None]


def _imported(row: c.Listed, was: Pensioner | None, months: int) -> x.AboutPensioner | None:
    """A row never takes back a pass, nor a later due day than the register knows."""
    before = was or Pensioner(row.person, row.region, row.due or "")
    changed = replace(before, region=row.region, home_visit=row.home_visit)
    if row.due is not None:
        changed = replace(changed, due=max(row.due, was.due) if was and was.passes else row.due)
    if row.passed is not None and (was is None or row.passed[0] > (was.last_pass or ("",))[0]):
        day = date.fromisoformat(row.passed[0])
        passed = _after_pass(changed, day, row.passed[1], months)
        if row.due is not None and was is None:
            passed = replace(passed, due=row.due)
        return x.PensionPassed(
            **x.whole(passed),
            day=row.passed[0],
            way=row.passed[1].value,
            was_due=before.due,
            decided_by="import",
        )
    if was is None:
        return x.PensionerRegistered(**x.whole(changed))
    return None if changed == was else x.PensionerChanged(**x.whole(changed))


# --- consent and face -----------------------------------------------------------------------


@decide.register
def _consent(command: c.GiveConsent, state: HallState, now_ms: int) -> Events:
    found = known_pensioner(state, command.person)
    wanted = state.known_rules.pension.consent_version
    if command.version != wanted:
        raise WrongState(
            "consent_outdated",
            "同意书已经更新，请重新阅读后再选择。",
            version=command.version,
            wanted=wanted,
        )
    if found.consent == command.version:
        return []
    given = replace(found, consent=command.version, consent_ms=now_ms)
    return [x.PensionConsentGiven(**x.whole(given), purpose=PURPOSE, kiosk=command.kiosk)]


@decide.register
def _withdraw(command: c.WithdrawConsent, state: HallState, now_ms: int) -> Events:
    found = known_pensioner(state, command.person)
    if found.consent is None and found.reference is None:
        return []
    without = replace(
        found,
        consent=None,
        consent_ms=None,
        reference=None,
        reference_source=None,
        reference_ms=None,
    )
    return [x.PensionConsentWithdrawn(**x.whole(without))]


@decide.register
def _enrol(command: c.EnrolReference, state: HallState, now_ms: int) -> Events:
    found = known_pensioner(state, command.person)
    if found.consent != state.known_rules.pension.consent_version:
        raise consent_needed(state)
    enrolled = replace(
        found,
        reference=command.reference,
        reference_source=command.source,
        reference_ms=now_ms,
    )
    return [x.PensionReferenceEnrolled(**x.whole(enrolled), model=command.model)]


def consent_needed(state: HallState) -> WrongState:
    return WrongState(
        "consent_needed",
        "还没有本人的同意，不能使用人脸；也可以到窗口办理。",
        version=state.known_rules.pension.consent_version,
    )


@decide.register
def _remove(command: c.RemovePensioner, state: HallState, now_ms: int) -> Events:
    known_pensioner(state, command.person)
    return [x.PensionerRemoved(command.person, command.reason)]


# --- passes ---------------------------------------------------------------------------------


@decide.register
def _record(command: c.RecordPass, state: HallState, now_ms: int) -> Events:
    found = known_pensioner(state, command.person)
    if command.way is Way.KIOSK:
        raise WrongState("way_is_kiosks", "自助终端的认证由终端记录。", way=command.way.value)
    day = date.fromisoformat(command.day)
    newest = today(state, now_ms)
    if not newest - timedelta(days=PASS_AGE_AT_MOST_DAYS) <= day <= newest:
        raise WrongState("day_unfit", "认证日期不能晚于今天，也不能早于一年前。", day=command.day)
    by = {"decided_by": "clerk", "note": command.note}
    return passed(state, found, day, command.way, now_ms, by)


def passed(
    state: HallState,
    found: Pensioner,
    day: date,
    way: Way,
    now_ms: int,
    certificate: Mapping[str, Any],
) -> Events:
    """A pass with its certificate; a ticket that waits for the same matter is needed no longer.
    A pass of a day before the last one changes no due day."""
    after = _after_pass(found, day, way, state.known_rules.pension.months)
    given = x.PensionPassed(
        **x.whole(after), day=day.isoformat(), way=way.value, was_due=found.due, **certificate
    )
    return [given, *(e.TicketCancelled(t, "pension_passed") for t in _waiting(state, found.person))]


def window_matter(state: HallState) -> tuple[str, str] | None:
    """Service and matter for which somebody who was not passed is sent to a window."""
    matter = state.known_rules.matter.get(state.known_rules.pension.matter)
    return (matter.service, matter.id) if matter else None


def _waiting(state: HallState, person: str) -> list[str]:
    """Their tickets for the same matter that are at no window."""
    service, matter = window_matter(state) or ("", "")
    held = (state.tickets[ticket] for ticket in state.held.get((person, service), ()))
    over = (*AT_A_WINDOW, *ENDED)
    return [t.id for t in held if t.matter == matter and t.status not in over]


def _after_pass(found: Pensioner, day: date, way: Way, months: int) -> Pensioner:
    """Restores what was suspended, and says since when back-pay is due."""
    one = (day.isoformat(), way.value)
    passes = tuple(sorted((*found.passes, one), key=lambda p: p[0]))[-PASSES_REMEMBERED:]
    if passes[-1] != one and found.passes:
        return replace(found, passes=passes)
    return replace(
        found,
        due=next_due(day, months).isoformat(),
        passes=passes,
        suspended=None,
        back_pay_from=found.back_pay_from or found.suspended,
        finding=None,
        reminded=None,
    )


# --- who is overdue -------------------------------------------------------------------------


@decide.register
def _finding(command: c.NoteFinding, state: HallState, now_ms: int) -> Events:
    found = known_pensioner(state, command.person)
    noted = replace(found, finding=command.finding.value)
    return [x.PensionFindingNoted(**x.whole(noted), note=command.note)]


@decide.register
def _suspension(command: c.NoteSuspension, state: HallState, now_ms: int) -> Events:
    """Only of who is overdue: a failed check is no reason."""
    found = known_pensioner(state, command.person)
    if not found.is_overdue(today(state, now_ms).isoformat()):
        raise WrongState(
            "not_overdue", "此人没有逾期，不能登记暂停；认证失败不影响待遇。", due=found.due
        )
    if found.suspended is not None:
        return []
    noted = replace(found, suspended=command.since)
    return [x.PensionSuspensionNoted(**x.whole(noted), reason=command.reason)]


@decide.register
def _back_pay(command: c.SettleBackPay, state: HallState, now_ms: int) -> Events:
    found = known_pensioner(state, command.person)
    if found.back_pay_from is None:
        return []
    return [x.PensionBackPaySettled(**x.whole(replace(found, back_pay_from=None)))]


@decide.register
def _reminded(command: c.NoteReminded, state: HallState, now_ms: int) -> Events:
    day = today(state, now_ms).isoformat()
    known = (state.pensions.pensioners.get(person) for person in command.persons)
    return [
        x.PensionReminded(**x.whole(replace(one, reminded=day)), channel=command.channel)
        for one in known
        if one is not None
    ]
