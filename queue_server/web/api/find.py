"""A kiosk finds the tickets of whoever stands before it: by card, by code, by number."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Request, Response
from pydantic import Field

from queue_server.access.roles import Act
from queue_server.domain.state import HallState, Ticket
from queue_server.domain.vocabulary import TicketStatus
from queue_server.review_code import REVIEW_CODE_DIGITS
from queue_server.service import HallService
from queue_server.views.acceptances import reviewable_view
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import Context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import Body
from queue_server.wire.cases import FinishedVisit, Reviewable

router = APIRouter(prefix="/api/v1/halls/{hall}", tags=["kiosks"], responses=ERRORS)
_OVER = (TicketStatus.FINISHED, TicketStatus.CANCELLED, TicketStatus.EXPIRED)


IdNumber = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{8,20}$")]
Token = Annotated[str, Field(max_length=64)]
Number = Annotated[str, Field(pattern=r"^[A-Za-z]{1,4}[0-9]{1,7}$")]
ReviewCode = Annotated[str, Field(pattern=rf"^[0-9]{{{REVIEW_CODE_DIGITS}}}$")]


class FindIn(Body):
    """One of the three. token: what stands in the ticket's QR code behind `/t/`."""

    id_number: IdNumber | None = None
    token: Token | None = None
    number: Number | None = None


@router.post("/tickets/find", openapi_extra=takes(FindIn))
async def find(hall: str, request: Request) -> Response:
    """The tickets of this day that are not over yet, newest first; none is an empty list. The ID
    number is turned into its keyed hash and forgotten; it stands in no address and no log, and
    nobody is noted by asking. By a number alone, which stands on every screen, the ticket's codes
    are empty."""
    ctx, _, service = await permitted(request, Act.FIND_TICKET, hall)
    wanted = await body_of(request, FindIn)
    if wanted.id_number:
        person = await ctx.access.known_person(wanted.id_number)
        found = await service.ask(lambda state, _now: _of_person(state, person)) if person else []
    elif wanted.token:
        followed = service.followed_ticket(wanted.token)
        found = [followed] if followed else []
    elif wanted.number:
        number = wanted.number.upper()
        found = await service.ask(lambda state, _now: _of_number(state, number))
    else:
        message = "请放身份证，或者输入号码。"
        raise ApiError(422, "fields_invalid", message, fields=["id_number", "token", "number"])
    told = [orjson.loads(body)["ticket"] for t in found if (body := await service.ticket_json(t))]
    shown = [ticket for ticket in told if ticket["status"] not in _OVER]
    if wanted.number and not (wanted.id_number or wanted.token):
        shown = [{**ticket, "follow_path": "", "review_code": ""} for ticket in shown]
    return as_json({"tickets": shown})


class FindVisitsIn(Body):
    """A card's number, a ticket's token, or its number with the four figures that stand on its
    paper: a number alone, which stands on every screen, is not enough to rate with."""

    id_number: IdNumber | None = None
    token: Token | None = None
    number: Number | None = None
    code: ReviewCode | None = None


@router.post("/reviews/find", openapi_extra=takes(FindVisitsIn))
async def find_visits(hall: str, request: Request) -> Response:
    """What whoever stands there may still rate of this day, newest visit first; none is an empty
    list. The ID number is treated as for finding a ticket. `code_wrong` where number and code do
    not belong together, `too_many_attempts` after several of these."""
    ctx, actor, service = await permitted(request, Act.FIND_TICKET, hall)
    wanted = await body_of(request, FindVisitsIn)
    if wanted.id_number:
        person = await ctx.access.known_person(wanted.id_number)
        found = (
            await service.ask(lambda state, _now: _finished(_all_of(state, person)))
            if person
            else []
        )
    elif wanted.token:
        followed = service.followed_ticket(wanted.token)
        found = [followed] if followed else []
    elif wanted.number and wanted.code:
        number = wanted.number.upper()
        found = [await _by_code(ctx, service, actor.label, number, wanted.code)]
    else:
        message = "请放身份证，扫号票上的二维码，或者输入号码和评价码。"
        fields = ["id_number", "token", "number", "code"]
        raise ApiError(422, "fields_invalid", message, fields=fields)
    told = [visit for ticket in found if (visit := await _visit(service, ticket))["reviewable"]]
    return as_json({"visits": told})


async def _by_code(ctx: Context, service: HallService, asker: str, number: str, code: str) -> str:
    """The ticket. Raises ApiError 404 where number and code do not belong together: it tells not
    which of them is wrong; 429 after too many of these."""
    held = await service.ask(lambda state, _now: _with_number(state, number))
    # no waiting from here on: many tries at once count one by one
    ctx.review_guesses.check(service.id, number, asker)
    for ticket in held:
        if service.has_review_code(ticket, code):
            return ticket
    ctx.review_guesses.count(service.id, number, asker)
    raise ApiError(404, "code_wrong", "号码和评价码对不上，请照号票再输入一次。")


async def _visit(service: HallService, ticket: str) -> FinishedVisit:
    """The ticket with its finished steps, as the wire shows both."""
    body = await service.ticket_json(ticket)
    view = orjson.loads(body)["ticket"] if body else {"number": "", "follow_path": ""}

    def look(state: HallState, _now_ms: int) -> list[Reviewable]:
        known = state.tickets.get(ticket)
        return reviewable_view(state, known) if known else []

    return {
        "ticket": ticket,
        "number": view["number"],
        "follow_path": view["follow_path"],
        "reviewable": await service.ask(look),
    }


def _all_of(state: HallState, person: str) -> list[Ticket]:
    return [t for t in state.tickets.values() if t.person == person]


def _finished(tickets: list[Ticket]) -> list[str]:
    """Those with a finished step, whatever became of the rest."""
    done = [t for t in tickets if t.steps]
    return [t.id for t in sorted(done, key=lambda t: t.issued_ms, reverse=True)]


def _of_person(state: HallState, person: str) -> list[str]:
    return _newest_first(_all_of(state, person))


def _of_number(state: HallState, number: str) -> list[str]:
    return _newest_first([t for t in state.tickets.values() if t.number == number])


def _with_number(state: HallState, number: str) -> list[str]:
    """Whatever became of them."""
    return [t.id for t in state.tickets.values() if t.number == number]


def _newest_first(tickets: list[Ticket]) -> list[str]:
    open_now = [t for t in tickets if t.status not in _OVER]
    return [t.id for t in sorted(open_now, key=lambda t: t.issued_ms, reverse=True)]
