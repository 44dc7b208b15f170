"""What clients send about registrations and promises, checked field by field."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from queue_server.web.schemas.commands import AtWindowIn, Command, Name, Reason

Paper = Annotated[str, Field(min_length=1, max_length=120)]


class FinishIn(AtWindowIn):
    """outcome: done, accepted, returned, referred; done if left out. matter: the ticket's own if
    left out. promised_days: working days, for an accepted matter; the guide's if left out.
    missing: every paper that is missing, for a returned one."""

    outcome: Reason | None = None
    matter: Name | None = None
    promised_days: Annotated[int, Field(ge=1, le=250)] | None = None
    missing: Annotated[tuple[Paper, ...], Field(max_length=20)] = ()
    note: Reason | None = None


class CloseAcceptanceIn(Command):
    outcome: Literal["done", "returned", "referred", "withdrawn"] = "done"
    note: Reason | None = None


ACCEPTANCE_BODIES: list[type[BaseModel]] = [FinishIn, CloseAcceptanceIn]
