"""What clients send, checked field by field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=64)]
Reason = Annotated[str, Field(max_length=200)]


class Body(BaseModel):
    # unknown fields are ignored, so that newer clients work with older servers
    model_config = ConfigDict(extra="ignore")


class Command(Body):
    """request_id: made by whoever pressed the button; the same id gives the same answer."""

    request_id: UUID


class PersonIn(Body):
    """From an identity card. Only a keyed hash of the number is kept; name and birth are not."""

    id_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{8,20}$")]
    name: Annotated[str, Field(max_length=120)] | None = None
    birth: date | None = None


class IssueIn(Command):
    service: Name | None = None
    matter: Name | None = None
    priority_class: Name | None = None
    person: PersonIn | None = None
    kiosk: Name | None = None
    then: Annotated[tuple[Name, ...], Field(max_length=8)] = ()


class CancelIn(Command):
    reason: Reason = "person"


class CallTicketIn(Command):
    ticket: Name
    reason: Reason


class FinishIn(Command):
    outcome: Reason | None = None


class ParkIn(Command):
    reason: Reason
    until: datetime | None = None


class TransferIn(Command):
    """`return`: the person comes back to this window afterwards."""

    model_config = ConfigDict(extra="ignore", validate_by_name=True, validate_by_alias=True)

    service: Name | None = None
    window: Name | None = None
    returns: Annotated[bool, Field(alias="return")] = False


class PauseIn(Command):
    reason: Reason = ""


class DeviceIn(Body):
    kind: Name
    state: Name
    detail: Annotated[str, Field(max_length=400)] = ""


class LeasesIn(Command):
    """services: all of the hall's when empty. size: numbers per block, the hall's own when null."""

    services: Annotated[tuple[Name, ...], Field(max_length=64)] = ()
    size: Annotated[int, Field(ge=1, le=10_000)] | None = None


class OfflineTicketIn(Body):
    """id: made by the kiosk, kept for ever. issued_at: by the kiosk's clock. printed: null when it
    is not known whether the paper came out. cancelled: by its person, at the kiosk."""

    id: UUID
    lease: Name
    serial: Annotated[int, Field(ge=1, le=10_000_000)]
    service: Name
    matter: Name | None = None
    priority_class: Name | None = None
    person: PersonIn | None = None
    issued_at: AwareDatetime
    printed: bool | None = None
    cancelled: bool = False


class HandInIn(Command):
    """give_back: ids of blocks that the kiosk will use no more; their tickets come first."""

    tickets: Annotated[tuple[OfflineTicketIn, ...], Field(max_length=100)] = ()
    give_back: Annotated[tuple[Name, ...], Field(max_length=64)] = ()


class ErrorOut(BaseModel):
    error: dict[str, Any]


BODIES: list[type[BaseModel]] = [
    Command,
    IssueIn,
    CancelIn,
    CallTicketIn,
    FinishIn,
    ParkIn,
    TransferIn,
    PauseIn,
    DeviceIn,
    LeasesIn,
    HandInIn,
]
