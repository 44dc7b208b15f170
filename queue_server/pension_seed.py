"""A demonstration's invented register, put in when somebody first asks for an empty one.

One of its people is enrolled: with the head that sits before the demonstration's camera.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import orjson
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from queue_server.access.store import AccessStore
from queue_server.domain.pension_commands import EnrolReference, GiveConsent
from queue_server.journal.port import JournalError
from queue_server.outcome import Unavailable
from queue_server.pension_register import HallRegister
from queue_server.pensions.importing import RegisterImport
from queue_server.pensions.people import Face, People
from queue_server.plan import Plan
from queue_server.service import HallService
from queue_server.vault.of_hall import HallVault
from queue_server.vault.store import Vault
from queue_server.views.pensions import today_of

log = structlog.get_logger()

_PENSION = re.compile(r"/api/v1/halls/([^/]+)/pension/")
SITTER = Path(__file__).resolve().parents[1] / "assets" / "sitter"
SITS_THERE = "990101195907304015"  # 样例·马文海


class DemoRegister:
    """Of a demonstration's halls alone. Raises NotStored, Unavailable."""

    def __init__(self, plan: Plan, access: AccessStore, vault: Vault) -> None:
        demos = plan.read.items() if plan.server.demonstration else ()
        self._files = {hall: settings.pension.register for hall, settings in demos}
        self._access, self._vault = access, vault
        self._lock = asyncio.Lock()

    async def seed(self, here: HallService) -> None:
        """Once per hall and process; nothing where there is no file, or a register already."""
        async with self._lock:
            file = self._files.pop(here.id, None)
            if file is None or await here.ask(lambda state, _: bool(state.pensions.pensioners)):
                return
            try:
                content = await asyncio.to_thread(file.read_bytes)
            except OSError as error:
                log.error("register_unreadable", file=str(file), error=str(error))
                return
            await self._put_in(here, content)

    async def _put_in(self, here: HallService, content: bytes) -> None:
        people = People(HallVault(self._vault, here.id))
        work = RegisterImport(self._access, people, HallRegister(here, "system"))
        today = await here.ask(today_of)
        report = await work.run(content, today, dry_run=False, skip_bad=False)
        await self._enrol_one(here, people)
        log.info("register_seeded", hall=here.id, rows=report["good"], bad=report["bad_count"])

    async def _enrol_one(self, here: HallService, people: People) -> None:
        """face.json is what `./hall device face describe` says of rest.jpg."""
        person = await self._access.known_person(SITS_THERE)
        known = await here.ask(lambda state, _: person in state.pensions.pensioners)
        if person is None or not known:
            return
        photo, told = await asyncio.to_thread(
            lambda: [(SITTER / name).read_bytes() for name in ("rest.jpg", "face.json")]
        )
        face = orjson.loads(told)
        measured = Face(face["model"], [face["descriptor"]], face["quality"])
        version = await here.ask(lambda state, _: state.known_rules.pension.consent_version)
        await people.keep_face(person, "sample", measured, photo)
        for command in (
            GiveConsent(person, version),
            EnrolReference(person, "sample", "file", measured.model),
        ):
            await here.execute(command, request_id=None, by="system")


class SeedsFirst:
    """Around a demonstration's application alone: before a request for a register is answered."""

    def __init__(self, app: ASGIApp, plan: Plan) -> None:
        self._app, self._plan = app, plan
        self._register: DemoRegister | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (asked := _PENSION.match(scope["path"])):
            await self._seed(scope["app"].state.context, asked[1])
        await self._app(scope, receive, send)

    async def _seed(self, ctx: Any, hall: str) -> None:
        self._register = self._register or DemoRegister(self._plan, ctx.access, ctx.vault)
        try:
            if here := await ctx.halls.get(hall):
                await self._register.seed(here)
        except (JournalError, Unavailable) as error:  # the request itself is told
            log.error("register_not_seeded", hall=hall, error=str(error))
