"""What several routes do alike with whoever asks and the ticket they ask about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from fastapi import Request, Response

from foundation.id_number import birth_in
from queue_server.access.roles import Act
from queue_server.domain import commands as c
from queue_server.domain.calendar import local
from queue_server.domain.errors import NotFound
from queue_server.domain.lifecycle import goes_to
from queue_server.domain.vocabulary import Happening, TicketStatus
from queue_server.service import HallService
from queue_server.web.answers import answered
from queue_server.web.bodies import body_of
from queue_server.web.codes import without_codes
from queue_server.web.context import Context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.commands import Command, PersonIn

PHONE = "person:phone"  # how the journal names somebody who holds a ticket's code
M = TypeVar("M", bound=Command)
_HAPPENING: Mapping[type[c.TicketCommand], Happening] = {
    c.CancelTicket: Happening.CANCELLED,
    c.RejoinTicket: Happening.REJOINED,
    c.ResumeTicket: Happening.RESUMED,
}


async def person_ref(ctx: Context, person: PersonIn | None) -> str | None:
    return await ctx.access.person_ref(person.id_number) if person else None


def age_of(service: HallService, person: PersonIn | None) -> int | None:
    """Full years on the hall's own date. What a resident's number says counts before what is told
    beside it."""
    birth = (birth_in(person.id_number) or person.birth) if person else None
    if birth is None:
        return None
    return full_years(birth, local(service.calendar, service.now_ms()).date())


def full_years(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


async def act_on_ticket(
    request: Request, act: Act, model: type[M], wanted: Callable[[str, M], c.TicketCommand]
) -> Response:
    """Who asks is checked before what is asked. wanted: the command, from ticket and body."""
    hall, ticket = request.path_params["hall"], request.path_params["ticket"]
    _, actor, service = await permitted(request, act, hall)
    body = await body_of(request, model)
    command = wanted(ticket, body)
    request_id = str(body.request_id)
    try:
        outcome = await service.execute(command, request_id=request_id, by=actor.label)
    except NotFound:
        await _must_be_unknown(service, ticket, command)
        raise
    return without_codes(actor, answered(outcome))


async def _must_be_unknown(service: HallService, ticket: str, command: c.TicketCommand) -> None:
    """Raises IllegalMove, with the state it ended in, for a ticket of an earlier day."""
    happening = _HAPPENING.get(type(command))
    if happening and (past := await service.past_ticket(ticket)):
        goes_to(TicketStatus(past["status"]), happening)


def not_registered() -> ApiError:
    return ApiError(404, "not_registered", "认证名册里没有查到，请到窗口问一问。")
