"""Tickets: issue, look, settle the print, cancel, rejoin."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act
from queue_server.domain import commands as c
from queue_server.domain.state import HallState
from queue_server.ids import fresh_id
from queue_server.review_words import review_form
from queue_server.views.acceptances import reviewable_view, steps_view
from queue_server.web.acts import act_on_ticket, age_of, person_ref
from queue_server.web.answers import ERRORS, JSON, answered
from queue_server.web.bodies import body_of, takes
from queue_server.web.codes import without_codes
from queue_server.web.context import context, permitted
from queue_server.web.errors import ApiError, nothing_chosen
from queue_server.web.plain import PlainRoute
from queue_server.web.schemas.commands import CancelIn, Command, IssueIn

router = APIRouter(prefix="/api/v1", tags=["tickets"], route_class=PlainRoute)


@router.post(
    "/halls/{hall}/tickets", status_code=201, responses=ERRORS, openapi_extra=takes(IssueIn)
)
async def issue(request: Request) -> Response:
    """Gives a number. 201 for a new ticket; 200 when this request, or this person for this
    service, has one already."""
    hall = request.path_params["hall"]
    ctx, actor, service = await permitted(request, Act.ISSUE_TICKET, hall)
    wanted = await body_of(request, IssueIn)
    if wanted.service is None and wanted.matter is None:
        raise nothing_chosen()
    command = c.IssueTicket(
        ticket=fresh_id(),
        service=wanted.service,
        matter=wanted.matter,
        priority_class=wanted.priority_class,
        age_years=age_of(service, wanted.person),
        person=await person_ref(ctx, wanted.person),
        kiosk=actor.kiosk or wanted.kiosk,
        then=wanted.then,
    )
    outcome = await service.execute(command, request_id=str(wanted.request_id), by=actor.label)
    new = not outcome.replayed and "ticket_issued" in outcome.events
    ctx.metrics.issued(hall, new)
    return answered(outcome, 201 if new else 200)


@router.get("/halls/{hall}/tickets/{ticket}", responses=ERRORS)
async def look(request: Request) -> Response:
    hall, ticket = request.path_params["hall"], request.path_params["ticket"]
    _, actor, service = await permitted(request, Act.SEE_TICKET, hall)
    body = await service.ticket_json(ticket)
    if body is None and (past := await service.past_ticket(ticket)):
        body = orjson.dumps({"ticket": past})
    if body is None:
        raise ApiError(404, "not_found", "今天没有这张号票。", ticket=ticket)
    return without_codes(actor, Response(body, media_type=JSON))


_TICKET = "/halls/{hall}/tickets/{ticket}"


@router.post(f"{_TICKET}/printed", responses=ERRORS, openapi_extra=takes(Command))
async def printed(request: Request) -> Response:
    return await act_on_ticket(
        request, Act.SETTLE_PRINT, Command, lambda ticket, _: c.ConfirmPrinted(ticket)
    )


@router.post(f"{_TICKET}/print-failed", responses=ERRORS, openapi_extra=takes(Command))
async def print_failed(request: Request) -> Response:
    return await act_on_ticket(
        request, Act.SETTLE_PRINT, Command, lambda ticket, _: c.ReportPrintFailed(ticket)
    )


@router.post(f"{_TICKET}/cancel", responses=ERRORS, openapi_extra=takes(CancelIn))
async def cancel(request: Request) -> Response:
    def wanted(ticket: str, body: CancelIn) -> c.CancelTicket:
        return c.CancelTicket(ticket, body.reason)

    return await act_on_ticket(request, Act.CANCEL_TICKET, CancelIn, wanted)


@router.post(f"{_TICKET}/rejoin", responses=ERRORS, openapi_extra=takes(Command))
async def rejoin(request: Request) -> Response:
    return await act_on_ticket(
        request, Act.REJOIN_TICKET, Command, lambda ticket, _: c.RejoinTicket(ticket)
    )


@router.post(f"{_TICKET}/resume", responses=ERRORS, openapi_extra=takes(Command))
async def resume(request: Request) -> Response:
    """Somebody who was parked, or asked for more minutes, is back and waits again."""
    return await act_on_ticket(
        request, Act.REJOIN_TICKET, Command, lambda ticket, _: c.ResumeTicket(ticket)
    )


def _visit_so_far(state: HallState, ticket: str) -> dict[str, object]:
    """steps: how each finished one ended; reviewable: those that may still be rated."""
    found = state.tickets[ticket]
    return {"steps": steps_view(state, found), "reviewable": reviewable_view(state, found)}


@router.get("/t/{token}/review-form")
async def form_by_phone(request: Request) -> Response:
    """As a hall's `/reviews/form`, for a phone that may see nothing of the hall. The same for
    everybody, so that no code is needed."""
    return Response(orjson.dumps(review_form()), media_type=JSON)


@router.get("/t/{token}", responses=ERRORS)
async def followed(request: Request) -> Response:
    """The ticket that a citizen's phone follows; whoever holds the ticket has the token."""
    ctx = context(request)
    token = request.path_params["token"]
    if found := await ctx.halls.find_followed(token):
        ctx.phones.take(token)
        service, ticket = found
        body = await service.ticket_json(ticket)
        if body is not None:
            view = orjson.loads(body)
            shown = service.presentation
            view["hall"] = {"id": service.id, "name": shown.name, "name_en": shown.name_en}
            view["now"] = service.now_text()
            view.update(await service.ask(lambda state, _: _visit_so_far(state, ticket)))
            return Response(orjson.dumps(view), media_type=JSON)
    # only guesses are limited: behind a proxy many phones share one address
    client = request.client.host if request.client else ""
    ctx.followers.check(client)
    ctx.followers.count(client)
    raise ApiError(404, "not_found", "没有这张号票，或者已经不是今天的了。")
