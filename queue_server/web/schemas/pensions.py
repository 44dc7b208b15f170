"""What clients send about pensioners and checks, checked field by field."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from queue_server.domain.pensions import Finding, Way
from queue_server.web.schemas.commands import Body, Command, Name, Reason

IdNumber = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{8,20}$")]
Score = Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)]
# Base64 of at most 4 MiB.
Picture = Annotated[str, Field(max_length=5_600_000, pattern=r"^[A-Za-z0-9+/\s]*={0,2}\s*$")]
Version = Annotated[str, Field(min_length=1, max_length=40)]


class FindPensionerIn(Body):
    """In a body, because an ID number belongs into no address."""

    id_number: IdNumber


class LookIn(Body):
    """By staff. Exactly one of id_number and person; why stands in the audit log."""

    id_number: IdNumber | None = None
    person: Name | None = None
    why: Annotated[str, Field(min_length=1, max_length=200)]


class ConsentIn(Command):
    person: Name
    version: Version
    kiosk: Name | None = None


class BeginCheckIn(Command):
    person: Name
    kiosk: Name | None = None


class CueIn(Body):
    name: Name
    verdict: Literal["good", "unclear", "bad"]
    weight: Literal["must", "clerk", "log", "off"]
    value: Score | None = None
    limit: Score | None = None
    detail: Annotated[str, Field(max_length=80)] = ""


class ResultIn(Command):
    """score: higher is more alike. liveness: every cue as the engine weighed it. live_picture,
    reference_picture: JPEG or PNG in base64, for a clerk's eyes; the server keeps them in memory
    until the check is settled. reference_picture: where it is not the enrolled photo (a card's)."""

    decision: Literal["pass", "grey", "reject", "gave_up"]
    score: Score | None = None
    threshold: Score | None = None
    calibration: Annotated[str, Field(max_length=80)] | None = None
    model: Annotated[str, Field(max_length=80)] | None = None
    liveness: Annotated[tuple[CueIn, ...], Field(max_length=32)] = ()
    reasons: Annotated[tuple[Name, ...], Field(max_length=16)] = ()
    live_picture: Picture | None = None
    reference_picture: Picture | None = None


class ConfirmCheckIn(Command):
    """same: whether both pictures show the same person."""

    same: bool


class RenewIn(Command):
    """agreed: whether the live picture may become the reference; version: of the text."""

    agreed: bool
    version: Version


class PaperConsentIn(Command):
    version: Version


class EnrolIn(Command):
    """source: where the picture comes from."""

    source: Literal["file", "camera", "card"]
    picture: Picture


class CardPhotoIn(Body):
    """wlt: the 1024 bytes of a card's photo as a reader gives them, in base64."""

    wlt: Annotated[str, Field(max_length=2000, pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class RecordPassIn(Command):
    way: Literal[Way.WINDOW, Way.HOME_VISIT, Way.DATA, Way.PROXY]
    day: date
    note: Reason = ""


class FindingIn(Command):
    finding: Finding
    note: Reason = ""


class SuspensionIn(Command):
    """since: the day from which the benefit was stopped, by whoever decided it."""

    since: date
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class RemoveIn(Command):
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class RemindIn(Command):
    which: Literal["due", "overdue"] = "due"
    region: Annotated[str, Field(max_length=120)] | None = None


PENSION_BODIES: list[type[BaseModel]] = [
    FindPensionerIn,
    LookIn,
    ConsentIn,
    BeginCheckIn,
    ResultIn,
    ConfirmCheckIn,
    RenewIn,
    PaperConsentIn,
    EnrolIn,
    CardPhotoIn,
    RecordPassIn,
    FindingIn,
    SuspensionIn,
    RemoveIn,
    RemindIn,
]


def plain(cue: CueIn) -> dict[str, Any]:
    """For the journal, which holds no fractions: figures as text."""
    told: dict[str, Any] = {"name": cue.name, "verdict": cue.verdict, "weight": cue.weight}
    for name in ("value", "limit"):
        figure = getattr(cue, name)
        if figure is not None:
            told[name] = f"{figure:.6g}"
    if cue.detail:
        told["detail"] = cue.detail
    return told
