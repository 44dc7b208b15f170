"""How events of pensioners change the hall's register and the day's checks."""

from __future__ import annotations

from queue_server.domain import pension_events as x
from queue_server.domain.apply.core import on
from queue_server.domain.pensions import Check, CheckStatus
from queue_server.domain.state import HallState


@on.register
def _about(event: x.AboutPensioner, state: HallState, at_ms: int) -> None:
    """Each tells the whole of its pensioner, so none needs an earlier one."""
    state.pensions.pensioners[event.person] = x.pensioner_of(event)


@on.register
def _passed(event: x.PensionPassed, state: HallState, at_ms: int) -> None:
    _about(event, state, at_ms)
    check = state.pensions.checks.get(event.check or "")
    if check is not None:
        _settle(check, CheckStatus.PASSED, at_ms)
        check.measured = x.measured_from(event.measured)
        check.confirmed_by = None if event.decided_by == "engine" else event.decided_by


@on.register
def _removed(event: x.PensionerRemoved, state: HallState, at_ms: int) -> None:
    state.pensions.pensioners.pop(event.person, None)


@on.register
def _begun(event: x.PensionCheckBegun, state: HallState, at_ms: int) -> None:
    state.pensions.checks[event.check] = Check(
        event.check, event.person, event.kiosk, at_ms, since_ms=at_ms
    )


@on.register
def _referred(event: x.PensionCheckReferred, state: HallState, at_ms: int) -> None:
    check = state.pensions.checks[event.check]
    _settle(check, CheckStatus.WAITING_FOR_CLERK, at_ms)
    check.measured, check.held_by = x.measured_from(event.measured), event.held_by


@on.register
def _failed(event: x.PensionCheckFailed, state: HallState, at_ms: int) -> None:
    check = state.pensions.checks[event.check]
    _settle(check, CheckStatus.WINDOW, at_ms)
    check.measured = x.measured_from(event.measured)
    check.ticket, check.reasons = event.ticket, event.reasons
    check.confirmed_by = None if event.decided_by == "engine" else event.decided_by


def _settle(check: Check, status: CheckStatus, at_ms: int) -> None:
    check.status, check.since_ms = status, at_ms
