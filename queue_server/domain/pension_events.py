"""What happened to pensioners. Each event about one carries the whole of them, as they are from
then on, so that one is kept over the years by the last event alone (keeping.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from queue_server.domain.events import Event
from queue_server.domain.pensions import Measured, Pensioner


@dataclass(frozen=True)
class AboutPensioner(Event, part=True):
    """The fields of a Pensioner."""

    person: str
    region: str
    due: str
    home_visit: bool
    consent: str | None
    consent_ms: int | None
    reference: str | None
    reference_source: str | None
    reference_ms: int | None
    suspended: str | None
    back_pay_from: str | None
    finding: str | None
    reminded: str | None
    passes: tuple[tuple[str, str], ...]


_FIELDS = tuple(f.name for f in fields(Pensioner))


def whole(pensioner: Pensioner) -> dict[str, Any]:
    """The fields of an AboutPensioner."""
    return {name: getattr(pensioner, name) for name in _FIELDS}


def pensioner_of(event: AboutPensioner) -> Pensioner:
    return Pensioner(**{name: getattr(event, name) for name in _FIELDS})


@dataclass(frozen=True)
class PensionerRegistered(AboutPensioner):
    """Came into the register by an import."""


@dataclass(frozen=True)
class PensionerChanged(AboutPensioner):
    """An import said something else about region, due day or visits."""


@dataclass(frozen=True)
class PensionConsentGiven(AboutPensioner):
    """purpose: what the face may be used for; kiosk None: on paper, at a window."""

    purpose: str
    kiosk: str | None


@dataclass(frozen=True)
class PensionConsentWithdrawn(AboutPensioner):
    pass


@dataclass(frozen=True)
class PensionReferenceEnrolled(AboutPensioner):
    model: str


@dataclass(frozen=True)
class PensionReferenceRenewed(AboutPensioner):
    """The person agreed, for this purpose alone, to `version` of the text, at `kiosk`; a clerk had
    compared the picture in `check`. was: the reference until then, and its source."""

    model: str
    check: str
    confirmed_by: str
    purpose: str
    version: str
    kiosk: str | None
    was: str | None
    was_source: str | None


@dataclass(frozen=True)
class PensionPassed(AboutPensioner):
    """The certificate of a pass: enough to justify it later, without a picture. was_due: the due
    day until then. decided_by: engine, or the clerk's role and login. measured: what the engine
    measured, in millionths; empty for other ways than the kiosk."""

    day: str
    way: str
    was_due: str
    decided_by: str
    check: str | None = None
    kiosk: str | None = None
    measured: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class PensionFindingNoted(AboutPensioner):
    note: str


@dataclass(frozen=True)
class PensionSuspensionNoted(AboutPensioner):
    reason: str


@dataclass(frozen=True)
class PensionBackPaySettled(AboutPensioner):
    pass


@dataclass(frozen=True)
class PensionReminded(AboutPensioner):
    channel: str


@dataclass(frozen=True)
class PensionerRemoved(Event):
    """Gone from the register; the vault has destroyed the key."""

    person: str
    reason: str


# --- checks, which are of one day -----------------------------------------------------------


@dataclass(frozen=True)
class PensionCheckBegun(Event):
    check: str
    person: str
    kiosk: str | None


@dataclass(frozen=True)
class PensionCheckReferred(Event):
    """A clerk is to compare the pictures. held_by: the process in whose memory the live one is."""

    check: str
    person: str
    measured: Mapping[str, Any]
    held_by: str = ""


@dataclass(frozen=True)
class PensionCheckFailed(Event):
    """The person is sent to a window; that is all that follows. ticket: None where no number could
    be given. decided_by: engine, or the clerk's role and login."""

    check: str
    person: str
    ticket: str | None
    reasons: tuple[str, ...]
    decided_by: str
    measured: Mapping[str, Any]


def measured_data(measured: Measured) -> dict[str, Any]:
    """For the journal."""
    names = (f.name for f in fields(Measured))
    return {**{n: getattr(measured, n) for n in names}, "cues": [dict(c) for c in measured.cues]}


def measured_from(data: Mapping[str, Any]) -> Measured | None:
    if not data:
        return None
    return Measured(**{**data, "cues": tuple(data["cues"]), "reasons": tuple(data["reasons"])})
