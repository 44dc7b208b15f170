"""What clients send about appointments, checked field by field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from foundation.id_number import is_plausible_id_number
from queue_server.web.schemas.commands import Body, Command, Name, PersonIn, Reason

Phone = Annotated[str, Field(pattern=r"^\+?[0-9 \-]{6,24}$")]
Code = Annotated[str, Field(pattern=r"^[0-9]{4,12}$")]


def _sensible(at: datetime) -> datetime:
    if not datetime(2000, 1, 1, tzinfo=UTC) <= at <= datetime(2200, 1, 1, tzinfo=UTC):
        raise ValueError("a time between 2000 and 2200")
    return at


Time = Annotated[AwareDatetime, AfterValidator(_sensible)]


def _on_a_card(person: PersonIn) -> PersonIn:
    if not is_plausible_id_number(person.id_number):
        raise PydanticCustomError("id_number_check", "This is no identity number; please check it.")
    return person


class BookIn(Command):
    """starts_at: the beginning of a free slot. phone: only keyed hashes of it are kept. The number
    was typed in, perhaps wrongly, and must be the card's on the day: its check is looked at."""

    service: Name | None = None
    matter: Name | None = None
    starts_at: Time
    person: Annotated[PersonIn, AfterValidator(_on_a_card)]
    phone: Phone | None = None


class ChangeAppointmentIn(Command):
    """service: the same if not given."""

    starts_at: Time
    service: Name | None = None


class CancelAppointmentIn(Command):
    reason: Reason = "person"


class FindAppointmentIn(Body):
    """Exactly one of code, person and phone."""

    code: Code | None = None
    person: PersonIn | None = None
    phone: Phone | None = None

    @model_validator(mode="after")
    def one(self) -> FindAppointmentIn:
        _exactly_one(self.code, self.person, self.phone)
        return self


class CheckInIn(Command):
    """Exactly one of code, person and phone_last4."""

    code: Code | None = None
    person: PersonIn | None = None
    phone_last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None
    kiosk: Name | None = None

    @model_validator(mode="after")
    def one(self) -> CheckInIn:
        _exactly_one(self.code, self.person, self.phone_last4)
        return self


def _exactly_one(*given: object) -> None:
    if sum(x is not None for x in given) != 1:
        raise ValueError("exactly one way to say whose appointment it is")


APPOINTMENT_BODIES: list[type[BaseModel]] = [
    BookIn,
    ChangeAppointmentIn,
    CancelAppointmentIn,
    FindAppointmentIn,
    CheckInIn,
]
