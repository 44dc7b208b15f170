"""What happens to a ticket beside the window: kept without paper, deferred, sent on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Role
from queue_server.domain import commands as c
from queue_server.web.acts import PHONE, act_on_ticket
from queue_server.web.answers import ERRORS, answered
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.plain import PlainRoute
from queue_server.web.schemas.commands import Command, DeferIn, SendOnIn

router = APIRouter(prefix="/api/v1", tags=["tickets"], responses=ERRORS, route_class=PlainRoute)
_TICKET = "/halls/{hall}/tickets/{ticket}"
M = TypeVar("M", bound=Command)


@router.post(f"{_TICKET}/keep", openapi_extra=takes(Command))
async def keep(request: Request) -> Response:
    """The print failed; the person keeps the number without paper."""
    return await act_on_ticket(
        request, Act.SETTLE_PRINT, Command, lambda ticket, _: c.KeepTicket(ticket)
    )


@router.post(f"{_TICKET}/defer", openapi_extra=takes(DeferIn))
async def defer(request: Request) -> Response:
    """*Give me ten more minutes*: keeps the place, not called before then; `…/resume` ends it."""
    return await act_on_ticket(
        request,
        Act.REJOIN_TICKET,
        DeferIn,
        lambda ticket, body: c.DeferTicket(ticket, body.minutes),
    )


@router.post(f"{_TICKET}/transfer", openapi_extra=takes(SendOnIn))
async def send_on(request: Request) -> Response:
    """Sends on a ticket that waits or is parked; one at a window is sent on by that window. To a
    window or a clerk only a manager sends it: a clerk could pick out who comes next that way
    (rule 9), and has the chosen call with its reason for it."""
    _, actor, _ = await permitted(request, Act.TRANSFER_TICKET, request.path_params["hall"])

    def wanted(ticket: str, body: SendOnIn) -> c.TransferTicket:
        if actor.role is Role.CLERK and (body.window or body.clerk):
            message = "等候的人只能转到业务；要叫到窗口，请用特呼并写明原因，或请管理员安排。"
            raise ApiError(403, "call_chosen_instead", message)
        return c.TransferTicket(ticket, body.service, body.window, body.clerk)

    return await act_on_ticket(request, Act.TRANSFER_TICKET, SendOnIn, wanted)


@router.post("/t/{token}/defer", openapi_extra=takes(DeferIn))
async def defer_by_phone(request: Request) -> Response:
    """As above, for whoever holds the ticket's code."""
    return await _by_phone(
        request, DeferIn, lambda ticket, body: c.DeferTicket(ticket, body.minutes)
    )


@router.post("/t/{token}/resume", openapi_extra=takes(Command))
async def resume_by_phone(request: Request) -> Response:
    """The person who asked for more minutes, or was put aside, is back."""
    return await _by_phone(request, Command, lambda ticket, _: c.ResumeTicket(ticket))


@router.post("/t/{token}/cancel", openapi_extra=takes(Command))
async def cancel_by_phone(request: Request) -> Response:
    """The person gives the number up."""
    return await _by_phone(request, Command, lambda ticket, _: c.CancelTicket(ticket))


async def _by_phone(
    request: Request, model: type[M], wanted: Callable[[str, M], c.TicketCommand]
) -> Response:
    """For whoever holds the ticket's code; guesses are counted."""
    ctx, token = context(request), request.path_params["token"]
    body = await body_of(request, model)
    if found := await ctx.halls.find_followed(token):
        service, ticket = found
        request_id = str(body.request_id)
        command = wanted(ticket, body)
        return answered(await service.execute(command, request_id=request_id, by=PHONE))
    client = request.client.host if request.client else ""
    ctx.followers.check(client)
    ctx.followers.count(client)
    raise ApiError(404, "not_found", "没有这张号票，或者已经不是今天的了。")
