"""What a command is answered, as JSON shapes; the same for live answers and for recomputed ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from queue_server.domain import commands as c
from queue_server.domain import events as e
from queue_server.domain.acceptances import CloseAcceptance
from queue_server.domain.administration import AdministrationCommand
from queue_server.domain.appointments import BookAppointment, CheckIn
from queue_server.domain.cases import CaseCommand
from queue_server.domain.configuration import ConfigurationCommand
from queue_server.domain.content import ContentCommand
from queue_server.domain.errors import WrongState
from queue_server.domain.leases import HandIn, TakeLeases
from queue_server.domain.messages import MessageCommand, TellWindow
from queue_server.domain.outlook import Promise
from queue_server.domain.pension_commands import (
    BeginCheck,
    ConfirmCheck,
    PensionCommand,
    SettleCheck,
)
from queue_server.domain.state import HallState
from queue_server.views.acceptances import step_view
from queue_server.views.appointments import appointment_view
from queue_server.views.board import configuration_view
from queue_server.views.cases import case_answer
from queue_server.views.content import all_content
from queue_server.views.hall import ticket_shape, ticket_view, window_view
from queue_server.views.leases import handin_answer, leases_answer
from queue_server.views.pensions import pension_answer

FollowToken = Callable[[str], str]


def asked(command: c.Command) -> str:
    """Names what a request asked for, to tell a repeated request from a re-used id: the command's
    name and a digest of all that a repeat has in common with the first."""
    kind = type(command)
    if isinstance(command, HandIn):
        same = (replace(t, age_years=None, id_taken=False) for t in command.tickets)
        command = replace(command, tickets=tuple(same))
    own = _OWN.get(kind, {})
    # what is left at its default is not said, so that a request from before a field was added is
    # still known
    said = []
    if kind not in _FIELDS:
        _FIELDS[kind] = [(field.name, field.default) for field in fields(kind)]
    for name, default in _FIELDS[kind]:
        value = own[name] if name in own else getattr(command, name)
        if value != default:
            said.append((name, value))
    digest = hashlib.sha256(repr(said).encode()).hexdigest()[:16]
    return f"{kind.__name__}:{digest}"


# What a repeat does not have in common with the first, and what is said in its place: a repeat gets
# another fresh id, and a birthday may lie between the two.
_OWN: Mapping[type[c.Command], Mapping[str, object]] = {
    c.IssueTicket: {"ticket": "", "age_years": None},
    CheckIn: {"ticket": "", "age_years": None},
    TakeLeases: {"lease": ""},
    BookAppointment: {"appointment": "", "codes": ()},
    TellWindow: {"message": ""},
    c.RateStep: {"review": None},
    BeginCheck: {"check": ""},
    SettleCheck: {"ticket": "", "age_years": None},
    ConfirmCheck: {"ticket": "", "age_years": None},
}


# Of each kind of command its fields and their defaults: found at first use.
_FIELDS: dict[type[c.Command], list[tuple[str, object]]] = {}


def same_request(was: str, command: c.Command) -> None:
    """Refuses a request id that stood for something else before."""
    if was != asked(command):
        raise WrongState(
            "request_id_reused",
            "这个 request_id 已经用于另一个请求。",
            was=was.split(":")[0],
        )


def answer(
    state: HallState,
    command: c.Command,
    happened: Sequence[e.Event],
    now_ms: int,
    follow_token: FollowToken,
) -> dict[str, Any]:
    """The body of the answer, from the state after `happened`."""
    if isinstance(command, c.IssueTicket):
        return _issued(state, happened, now_ms, follow_token)
    if isinstance(command, c.TicketCommand):
        return {"ticket": _ticket(state, command.ticket, now_ms, follow_token)}
    if isinstance(command, c.AtWindowCommand):
        return _at_window(state, command, happened, now_ms)
    if isinstance(command, ConfigurationCommand | AdministrationCommand):
        return {"configuration": configuration_view(state)}
    if isinstance(command, ContentCommand):
        return {**all_content(state), "seq": state.seq}
    if isinstance(command, MessageCommand):
        window = state.windows[command.window]
        return {"window": window_view(state, window, state.known_rules.window[window.id])}
    if isinstance(command, c.AppointmentCommand):
        return _appointment(state, command, happened, now_ms, follow_token)
    if isinstance(command, CloseAcceptance):
        return {"acceptance": command.acceptance, "outcome": command.outcome.value}
    if isinstance(command, CaseCommand):
        return case_answer(happened)
    if isinstance(command, TakeLeases):
        return dict(leases_answer(state, command))
    if isinstance(command, HandIn):
        return dict(
            handin_answer(
                state, command, happened, lambda t: _ticket(state, t, now_ms, follow_token)
            )
        )
    if isinstance(command, PensionCommand):
        return pension_answer(
            state, command, happened, now_ms, lambda t: _ticket(state, t, now_ms, follow_token)
        )
    return {}


def _ticket(state: HallState, ticket: str, now_ms: int, follow_token: FollowToken) -> Any:
    return ticket_view(state, state.tickets[ticket], now_ms, follow_token(ticket))


def _appointment(
    state: HallState,
    command: c.AppointmentCommand,
    happened: Sequence[e.Event],
    now_ms: int,
    follow_token: FollowToken,
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if isinstance(command, CheckIn):
        body = _issued(state, happened, now_ms, follow_token)
        which = state.tickets[body["ticket"]["id"]].appointment or ""
    else:
        which = command.appointment
    found = state.book.find(which)
    return {**body, "appointment": appointment_view(state, found) if found else None}


def _issued(
    state: HallState, happened: Sequence[e.Event], now_ms: int, follow_token: FollowToken
) -> dict[str, Any]:
    issued = happened[-1]
    if not isinstance(issued, e.TicketIssued | e.TicketReprinted):
        raise TypeError(f"issuing led to {issued.name}")
    ticket = state.tickets[issued.ticket]
    token = follow_token(ticket.id)
    if isinstance(issued, e.TicketReprinted):
        rejoined = isinstance(happened[0], e.TicketRejoined)
        view = ticket_view(state, ticket, now_ms, token, reprint=True, rejoined=rejoined)
        return {"ticket": view}
    wait = None
    if issued.p50_s is not None and issued.p90_s is not None:
        about = state.outlook is None or state.outlook.about
        wait = Promise(issued.p50_s, issued.p90_s, about)
    shape = ticket_shape(state.known_rules, ticket, issued.people_ahead, wait, token)
    return {"ticket": shape}


def _no_code(ticket: str) -> str:
    return ""


def _at_window(
    state: HallState,
    command: c.AtWindowCommand,
    happened: Sequence[e.Event],
    now_ms: int,
) -> dict[str, Any]:
    window = state.windows[command.window]
    touched = next((t for x in happened if (t := getattr(x, "ticket", None))), window.ticket)
    body: dict[str, Any] = {
        "window": window_view(state, window, state.known_rules.window[window.id]),
        "ticket": _ticket(state, touched, now_ms, _no_code) if touched else None,
    }
    if isinstance(command, c.CallNext | c.CallTicket):
        called = next((x for x in happened if isinstance(x, e.TicketCalled)), None)
        body["why"] = dict(called.why) if called else None
    if isinstance(command, c.Finish) and touched:
        body["registered"] = step_view(state.known_rules, state.tickets[touched].steps[-1])
    return body
