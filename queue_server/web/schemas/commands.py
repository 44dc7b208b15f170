"""What clients send, checked field by field."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=64)]
Reason = Annotated[str, Field(max_length=200)]
# A whole number that JSON keeps exactly everywhere (RFC 8259, section 6).
Figure = Annotated[int, Field(gt=-(2**53), lt=2**53)]


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


class AtWindowIn(Command):
    """ticket: the one that is meant, so that a page that is behind does nothing to another one."""

    ticket: Name | None = None


class RateIn(Command):
    """level: 5 very satisfied – 1 very dissatisfied."""

    ticket: Name
    level: Annotated[int, Field(ge=1, le=5)]


class MissIn(AtWindowIn):
    """reason: why, when it was called fewer times than the hall's rule says."""

    reason: Reason | None = None


class ParkIn(AtWindowIn):
    reason: Reason
    until: AwareDatetime | None = None


class SendOnIn(Command):
    """Where to: a service, one window, or one clerk (their login), wherever they are."""

    service: Name | None = None
    window: Name | None = None
    clerk: Name | None = None


class TransferIn(SendOnIn, AtWindowIn):
    """`return`: the person comes back to this window's clerk afterwards."""

    model_config = ConfigDict(extra="ignore", validate_by_name=True, validate_by_alias=True)

    returns: Annotated[bool, Field(alias="return")] = False


class PauseIn(Command):
    reason: Reason = ""


class DeferIn(Command):
    minutes: Annotated[int, Field(ge=1, le=240)] = 10


class ReasonIn(Command):
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class SkillIn(Body):
    service: Name
    rank: Annotated[int, Field(ge=1, le=9)] = 1


class SkillsIn(Command):
    """stands_in_for: null ends standing in."""

    skills: Annotated[tuple[SkillIn, ...], Field(max_length=64)] | None = None
    first_classes: Annotated[tuple[Name, ...], Field(max_length=32)] | None = None
    stands_in_for: Name | None = None


class ClassIn(Command):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    name: Name
    name_en: Name
    rate: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
    min_age: Annotated[int, Field(ge=0, le=150)] | None = None


class DispatchSettingsIn(BaseModel):
    """As in the settings file's [dispatch], where each is explained."""

    model_config = ConfigDict(extra="forbid")

    rank_tolerance_s: Annotated[int, Field(ge=0, le=86_400)] | None = None
    overtaken_at_most: Annotated[int, Field(ge=0, le=10_000)] | None = None
    waits_at_most_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    rejoin_after: Annotated[int, Field(ge=0, le=1000)] | None = None
    rejoins_at_most: Annotated[int, Field(ge=0, le=100)] | None = None
    calls_before_missed: Annotated[int, Field(ge=1, le=100)] | None = None
    recall_pause_s: Annotated[int, Field(ge=0, le=600)] | None = None
    missed_strictly: bool | None = None
    defers_at_most: Annotated[int, Field(ge=0, le=100)] | None = None
    defer_minutes_at_most: Annotated[int, Field(ge=1, le=240)] | None = None
    print_unanswered_minutes: Annotated[int, Field(ge=1, le=240)] | None = None
    stands_in_when_closed: bool | None = None
    auto_call_s: Annotated[int, Field(ge=0, le=600)] | None = None


class DispatchIn(Command):
    settings: DispatchSettingsIn


class DeviceIn(Body):
    """figures: what the device counts and knows of itself (`tickets_left`, `firmware`, `errors`,
    `successes`, `last_success_at`, …); null or left out is not known."""

    kind: Name
    state: Name
    detail: Annotated[str, Field(max_length=400)] = ""
    figures: Annotated[
        dict[Name, Annotated[str, Field(max_length=120)] | Figure | None], Field(max_length=16)
    ] = Field(default_factory=dict)


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


class ErrorBody(BaseModel):
    """code: stable; message: for people. detail.fields, with 422: which fields, and what is wrong
    with each."""

    code: str
    message: str
    detail: dict[str, Any]


class ErrorOut(BaseModel):
    error: ErrorBody


BODIES: list[type[BaseModel]] = [
    ErrorOut,
    Command,
    IssueIn,
    CancelIn,
    CallTicketIn,
    RateIn,
    AtWindowIn,
    MissIn,
    ParkIn,
    SendOnIn,
    TransferIn,
    PauseIn,
    DeferIn,
    ReasonIn,
    SkillsIn,
    ClassIn,
    DispatchIn,
    DeviceIn,
    LeasesIn,
    HandInIn,
]
