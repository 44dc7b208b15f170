"""What managers send to change how the hall works, checked field by field."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from queue_server.web.schemas.commands import Body, Command, Name
from queue_server.web.schemas.content import Id, Line

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Minutes = Annotated[float, Field(ge=0.1, le=600, allow_inf_nan=False)]
Lines = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=120)], ...], Field(max_length=30)
]
Text = Annotated[str, Field(max_length=400)]


class ServiceIn(Command):
    """prefix: Latin letters before the number; the id when left out."""

    id: Id
    name: Name
    name_en: Name
    prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")] | None = None
    icon: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")] = "ticket"
    usual_minutes: Minutes

    @model_validator(mode="after")
    def _has_prefix(self) -> ServiceIn:
        if self.prefix is None and not (self.id.isalpha() and self.id.isupper()):
            raise ValueError("prefix is needed when the id is not Latin capitals")
        return self


class MatterIn(Command):
    """A matter with its service guide (五公开)."""

    id: Id
    service: Name
    name: Name
    name_en: Name
    usual_minutes: Minutes
    materials: Lines = ()
    procedure: Lines = ()
    promised_working_days: Annotated[int, Field(ge=0, le=365)] = 0
    result: Text = ""
    fee: Text = ""
    legal_basis: Text = ""


class WindowIn(Command):
    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,8}$")]
    name: Name
    name_en: Name


class SpanIn(Body):
    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> SpanIn:
        if self.closes <= self.opens or self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("closes must come after opens, in local time")
        return self


class SessionIn(SpanIn):
    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)]


class SpecialDayIn(Body):
    """A date with hours of its own; none: closed."""

    day: date
    why: Line = ""
    sessions: Annotated[tuple[SpanIn, ...], Field(max_length=6)] = ()


class HoursIn(Command):
    sessions: Annotated[tuple[SessionIn, ...], Field(max_length=20)]
    holidays: Annotated[tuple[date, ...], Field(max_length=200)] = ()
    makeup_days: Annotated[tuple[date, ...], Field(max_length=60)] = ()
    special_days: Annotated[tuple[SpecialDayIn, ...], Field(max_length=100)] = ()


Limit = Annotated[int, Field(ge=1, le=600)]
People = Annotated[int, Field(ge=0, le=1000)]


class ServiceLimitIn(Body):
    service: Name
    long_wait_minutes: Limit
    waiting_at_most: People = 0


class QuietIn(Body):
    """Local times; may go over midnight."""

    begins: time
    ends: time


class AlertsIn(Command):
    """Minutes from which on the board asks for a person; 0 people is no limit."""

    long_wait_minutes: Limit
    waiting_at_most: People = 0
    called_minutes: Limit
    idle_minutes: Limit
    paused_minutes: Limit
    services: Annotated[tuple[ServiceLimitIn, ...], Field(max_length=64)] = ()
    quiet: Annotated[tuple[QuietIn, ...], Field(max_length=10)] = ()


class RestoreIn(Command):
    """seq: of the change that is to be undone, or of the one to go back to before."""

    seq: Annotated[int, Field(ge=1, le=2**53)]


ADMINISTRATION_BODIES: list[type[BaseModel]] = [
    ServiceIn,
    MatterIn,
    WindowIn,
    HoursIn,
    AlertsIn,
    RestoreIn,
]
