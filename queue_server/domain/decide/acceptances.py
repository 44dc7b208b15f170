"""What finishing a step registers, and what closes an accepted matter."""

from __future__ import annotations

from datetime import date

from queue_server.domain import acceptances as x
from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.acceptances import Acceptance, Outcome
from queue_server.domain.calendar import date_at, working_day_after, working_days_between
from queue_server.domain.decide.core import Events, decide
from queue_server.domain.decide.transfers import next_service
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.state import HallState, Ticket

PROMISED_DAYS_AT_MOST = 250


def finished(state: HallState, ticket: Ticket, command: c.Finish, now_ms: int) -> Events:
    """The step's end with its registration; a promise that was made with it."""
    matter = _matter(state, command.matter or ticket.matter)
    missing = _missing(command)
    note = (command.note or "").strip() or None
    x.nobody_named(note, command.outcome, *missing)
    promised = _promised_day(state, command, matter, now_ms)
    clerk = state.windows[command.window].clerk
    step = len(ticket.steps) + 1
    event = e.TicketFinished(
        ticket.id,
        command.window,
        command.outcome,
        next_service(ticket),
        False,
        step=step,
        service=ticket.service,
        matter=matter,
        clerk=clerk,
        first_window=ticket.first_window,
        first_clerk=ticket.first_clerk,
        promised_day=promised,
        missing=missing,
        note=note,
    )
    if promised is None:
        return [event]
    opened = Acceptance(
        f"{ticket.id}.{step}",
        ticket.id,
        ticket.number,
        state.day,
        ticket.service,
        matter,
        command.window,
        clerk,
        ticket.first_window,
        ticket.first_clerk,
        promised,
        note,
    )
    return [event, x.AcceptanceOpened(**x.whole(opened))]


def _matter(state: HallState, matter: str | None) -> str | None:
    if matter is not None and matter not in state.known_rules.matter:
        raise NotFound(f"没有编号为 {matter} 的事项。", matter=matter)
    return matter


def _missing(command: c.Finish) -> tuple[str, ...]:
    """Papers are told when a matter is returned, and only then."""
    missing = x.tidied(command.missing)
    if command.outcome == Outcome.RETURNED and not missing:
        raise WrongState("missing_needed", "退回时请一次写清缺少的全部材料。")
    if missing and command.outcome != Outcome.RETURNED:
        raise WrongState("missing_only_with_return", "只有一次性告知退回才写缺少的材料。")
    if len(missing) > x.MISSING_AT_MOST:
        raise WrongState("missing_too_many", f"缺少的材料最多写 {x.MISSING_AT_MOST} 项。")
    return missing


def _promised_day(
    state: HallState, command: c.Finish, matter: str | None, now_ms: int
) -> str | None:
    if command.outcome != Outcome.ACCEPTED:
        return None
    guide = state.content.guides.get(matter or "")
    days = command.promised_days or (guide.promised_working_days if guide else 0) or None
    if days is None:
        raise WrongState("promise_needed", "受理待办请写明承诺几个工作日办结。")
    if not 1 <= days <= PROMISED_DAYS_AT_MOST:
        raise WrongState(
            "promise_out_of_bounds",
            f"承诺的工作日须在 1 到 {PROMISED_DAYS_AT_MOST} 之间。",
            promised_days=days,
        )
    calendar = state.known_rules.calendar
    today = date_at(calendar, now_ms)
    try:
        return working_day_after(calendar, today, days).isoformat()
    except ValueError as error:
        raise WrongState("no_working_days", "日历里没有足够的工作日，请管理员查看。") from error


@decide.register
def _close(command: x.CloseAcceptance, state: HallState, now_ms: int) -> Events:
    found = state.acceptances.open.get(command.acceptance)
    if found is None:
        raise NotFound("没有这件待办，可能已经办结。", acceptance=command.acceptance)
    note = (command.note or "").strip() or None
    x.nobody_named(note)
    calendar = state.known_rules.calendar
    today = date_at(calendar, now_ms)
    late = working_days_between(calendar, date.fromisoformat(found.promised_day), today)
    return [
        x.AcceptanceClosed(
            **x.whole(found),
            outcome=command.outcome.value,
            closed_note=note,
            closed_day=today.isoformat(),
            late_days=max(0, late),
        )
    ]
