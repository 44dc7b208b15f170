"""What clients send about registrations and promises, checked field by field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from queue_server.web.schemas.commands import AtWindowIn, Command, Name, Reason

Paper = Annotated[str, Field(min_length=1, max_length=120)]

# How a clerk says it (办理结果), for clients that send the words.
OUTCOMES = {
    "办结": "done",
    "受理待办": "accepted",
    "一次性告知退回": "returned",
    "转办": "referred",
}


def _code(told: Any) -> Any:
    return OUTCOMES.get(told, told) if isinstance(told, str) else told


Ended = Annotated[
    Literal["done", "accepted", "returned", "referred"],
    BeforeValidator(_code),
    WithJsonSchema({"type": "string", "enum": [*OUTCOMES.values(), *OUTCOMES]}),
]


class FinishIn(AtWindowIn):
    """outcome: done, accepted, returned, referred, or the Chinese word; done if left out. matter:
    the ticket's own if left out. promised_days: working days, for an accepted matter; the guide's
    if left out. missing: every paper that is missing, for a returned one."""

    outcome: Ended | None = None
    matter: Name | None = None
    promised_days: Annotated[int, Field(ge=1, le=250)] | None = None
    missing: Annotated[tuple[Paper, ...], Field(max_length=20)] = ()
    note: Reason | None = None


class CloseAcceptanceIn(Command):
    outcome: Literal["done", "returned", "referred", "withdrawn"] = "done"
    note: Reason | None = None


ACCEPTANCE_BODIES: list[type[BaseModel]] = [FinishIn, CloseAcceptanceIn]
