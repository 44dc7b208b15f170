"""The reference is renewed with the live picture of a check that a clerk confirmed, if the person
agrees at the kiosk (docs/decisions/0032-a-confirmed-pass-renews.md).

The kiosk's answer is taken at once, and the picture is measured afterwards: nobody waits for it.
"""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request, Response

from queue_server.access.roles import Act, Actor
from queue_server.domain.decide.pension_checks import known_check
from queue_server.domain.errors import Refusal
from queue_server.domain.pension_commands import RenewReference
from queue_server.domain.state import HallState
from queue_server.journal.port import JournalError
from queue_server.outcome import Outcome, Unavailable
from queue_server.pensions.enrolling import enrol
from queue_server.pensions.faces import EngineUnavailable, FaceUnusable
from queue_server.pensions.people import Face
from queue_server.service import HallService
from queue_server.vault.errors import VaultError
from queue_server.web.answers import ERRORS, as_json
from queue_server.web.bodies import body_of, takes
from queue_server.web.context import Context, permitted
from queue_server.web.errors import ApiError
from queue_server.web.schemas.pensions import RenewIn

log = structlog.get_logger()
router = APIRouter(prefix="/api/v1/halls/{hall}/pension", tags=["pension"], responses=ERRORS)


@router.post("/checks/{check}/renewal", openapi_extra=takes(RenewIn))
async def renewal(hall: str, check: str, request: Request) -> Response:
    """Whether the live picture may become the reference. 404 `picture_gone` when it was wiped
    meanwhile; the picture's quality is judged after the answer. Only the kiosk that made the check
    asks its person: 403 to all others."""
    ctx, actor, here = await permitted(request, Act.CHECK_PENSION, hall)
    body = await body_of(request, RenewIn)
    found = await here.ask(lambda state, _: known_check(state, check))
    if actor.kiosk is None or actor.kiosk != found.kiosk:
        raise ApiError(403, "not_your_kiosk", "只有办这次认证的终端可以问本人。", check=check)
    live = ctx.pensions.pictures.offered(check)
    ctx.pensions.pictures.withdraw(check)
    if not body.agreed:
        return as_json({"renewal": "declined"})
    reference = str(body.request_id)
    if live is None:
        if await here.ask(lambda state, _: _refers_to(state, found.person, reference)):
            return as_json({"renewal": "accepted"})
        raise ApiError(404, "picture_gone", "照片已经清除，登记照片没有更新。", check=check)
    command = RenewReference(found.person, check, reference, "", body.version, actor.kiosk)
    ctx.pensions.in_background(_renew(ctx, actor, here, command, live))
    return as_json({"renewal": "accepted"})


def _refers_to(state: HallState, person: str, reference: str) -> bool:
    found = state.pensions.pensioners.get(person)
    return found is not None and found.reference == reference


async def _renew(
    ctx: Context, actor: Actor, here: HallService, command: RenewReference, live: bytes
) -> None:
    """The same gate as for every enrolment; whatever is amiss, the old reference stays."""
    try:
        face = await (await ctx.pensions.faces(here.id)).describe(live)
        await _keep(ctx, actor, here, command, (face, live))
    except FaceUnusable as error:
        log.info("reference_not_renewed", check=command.check, why=error.code)
    except (EngineUnavailable, Refusal, Unavailable, JournalError, VaultError) as error:
        log.warning("reference_not_renewed", check=command.check, why=str(error))


async def _keep(
    ctx: Context,
    actor: Actor,
    here: HallService,
    command: RenewReference,
    measured: tuple[Face, bytes],
) -> None:
    person, reference = command.person, command.reference
    renewed = RenewReference(
        person, command.check, reference, measured[0].model, command.version, command.kiosk
    )

    async def refer() -> Outcome:
        return await here.execute(renewed, request_id=reference, by=actor.label)

    await ctx.pensions.audit.note(
        here.id, actor.label, type(renewed).__name__, subject=person, why=command.check
    )
    await enrol(
        ctx.pensions.people(here.id),
        person,
        reference,
        measured,
        refer,
        lambda: here.ask(lambda state, _: _refers_to(state, person, reference)),
    )
